"""The first user, with a security manager that only takes notes."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_fargate.admin import Admin, AdminError, create, set_password

PASSWORD = "correct-horse"
UTILS = "airflow.providers.fab.auth_manager.cli_commands.utils"


class FakeManager:
    def __init__(self) -> None:
        self.users: dict[str, tuple[Any, ...]] = {}
        self.takes_users = True

    def get_all_roles(self) -> list[types.SimpleNamespace]:
        return [types.SimpleNamespace(name=name) for name in ("Viewer", "Admin")]

    def find_role(self, name: str) -> types.SimpleNamespace | None:
        return next((role for role in self.get_all_roles() if role.name == name), None)

    def find_user(self, username: str) -> tuple[Any, ...] | None:
        return self.users.get(username)

    def add_user(self, username: str, *details: Any, password: str) -> bool:
        if self.takes_users:
            self.users[username] = (*details, password)
        return self.takes_users


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> FakeManager:
    fake = FakeManager()

    @contextlib.contextmanager
    def get_application_builder() -> Iterator[types.SimpleNamespace]:
        yield types.SimpleNamespace(sm=fake)

    module = types.ModuleType(UTILS)
    monkeypatch.setattr(module, "get_application_builder", get_application_builder, raising=False)
    parts = UTILS.split(".")
    for length in range(1, len(parts)):
        name = ".".join(parts[:length])
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, UTILS, module)
    return fake


def admin(**environment: str) -> Admin:
    return Admin.from_environment({"AIRFLOW_ADMIN_PASSWORD": PASSWORD, **environment})


def test_the_password_alone_is_enough() -> None:
    assert admin() == Admin("admin", PASSWORD, "admin@localhost", "Airflow", "Admin", "Admin")


@pytest.mark.parametrize("environment", [{}, {"AIRFLOW_ADMIN_PASSWORD": ""}])
def test_without_a_password_there_is_no_user(environment: dict[str, str]) -> None:
    with pytest.raises(AdminError, match="AIRFLOW_ADMIN_PASSWORD is not set"):
        Admin.from_environment(environment)


def test_the_password_does_not_show() -> None:
    assert repr(admin()) == "Admin('admin', role='Admin')"


def test_create(manager: FakeManager) -> None:
    ada = admin(AIRFLOW_ADMIN_USERNAME="ada", AIRFLOW_ADMIN_EMAIL="ada@example.com")

    assert create(ada) == "user ada created with the role Admin"
    assert manager.users["ada"] == ("Airflow", "Admin", "ada@example.com", manager.find_role("Admin"), PASSWORD)


def test_one_that_exists_is_left_unchanged(manager: FakeManager) -> None:
    manager.users["admin"] = ("as it was",)

    assert create(admin()) == "user admin exists already and was left unchanged"
    assert manager.users["admin"] == ("as it was",)


def test_an_unknown_role_is_refused(manager: FakeManager) -> None:
    with pytest.raises(AdminError, match=r"^there is no role Emperor; there are: Admin, Viewer$"):
        create(admin(AIRFLOW_ADMIN_ROLE="Emperor"))
    assert manager.users == {}


def test_a_refused_user_is_an_error(manager: FakeManager) -> None:
    manager.takes_users = False

    with pytest.raises(AdminError, match="could not be created; is admin@localhost another user's"):
        create(admin())


class Passwords(FakeManager):
    """Users with an id and a password hash, here the password backwards."""

    def __init__(self) -> None:
        super().__init__()
        self.user = types.SimpleNamespace(id=7, password="dlo")
        self.obeys = True

    def find_user(self, username: str) -> Any:
        return self.user if username == "admin" else None

    def reset_password(self, user_id: int, password: str) -> bool:
        assert user_id == self.user.id
        if self.obeys:
            self.user.password = password[::-1]
        return self.obeys


@pytest.fixture
def passwords(manager: FakeManager, monkeypatch: pytest.MonkeyPatch) -> Passwords:
    fake = Passwords()
    for name in ("find_user", "reset_password"):
        monkeypatch.setattr(manager, name, getattr(fake, name), raising=False)
    security = types.ModuleType("werkzeug.security")
    monkeypatch.setattr(security, "check_password_hash", lambda kept, given: kept == given[::-1], raising=False)
    monkeypatch.setitem(sys.modules, "werkzeug", types.ModuleType("werkzeug"))
    monkeypatch.setitem(sys.modules, "werkzeug.security", security)
    return fake


def test_a_new_password(passwords: Passwords) -> None:
    assert set_password(admin(), "old") == "user admin has the new password, and the old one is refused"
    assert passwords.user.password == PASSWORD[::-1]


def test_the_password_of_nobody(passwords: Passwords) -> None:
    with pytest.raises(AdminError, match=r"^there is no user ada$"):
        set_password(admin(AIRFLOW_ADMIN_USERNAME="ada"), "old")


def test_a_password_that_is_not_taken(passwords: Passwords) -> None:
    passwords.obeys = False
    with pytest.raises(AdminError, match="did not take the new password"):
        set_password(admin(), "old")


def test_an_old_password_that_still_works(passwords: Passwords) -> None:
    with pytest.raises(AdminError, match="the old password of user admin still works"):
        set_password(admin(), PASSWORD)

"""The first user of a deployment, created and changed in this process: `airflow users create` and `reset-password` take
the password as an argument, where every process of the container could read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class AdminError(Exception):
    """Why the user could not be created, in one line."""


@dataclass(frozen=True)
class Admin:
    """The user, as the environment of the task describes it."""

    username: str
    password: str
    email: str
    first_name: str
    last_name: str
    role: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Admin:
        password = environment.get("AIRFLOW_ADMIN_PASSWORD")
        if not password:
            raise AdminError("AIRFLOW_ADMIN_PASSWORD is not set")
        username = environment.get("AIRFLOW_ADMIN_USERNAME", "admin")
        return cls(
            username=username,
            password=password,
            email=environment.get("AIRFLOW_ADMIN_EMAIL", f"{username}@localhost"),
            first_name=environment.get("AIRFLOW_ADMIN_FIRST_NAME", "Airflow"),
            last_name=environment.get("AIRFLOW_ADMIN_LAST_NAME", "Admin"),
            role=environment.get("AIRFLOW_ADMIN_ROLE", "Admin"),
        )

    def __repr__(self) -> str:
        return f"Admin({self.username!r}, role={self.role!r})"


def create(admin: Admin) -> str:
    """Create the user and say so. One that exists is left as it is: its password may have been changed since."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        manager = builder.sm
        role = manager.find_role(admin.role)
        if role is None:
            known = ", ".join(sorted(known.name for known in manager.get_all_roles()))
            raise AdminError(f"there is no role {admin.role}; there are: {known}")
        if manager.find_user(username=admin.username) is not None:
            return f"user {admin.username} exists already and was left unchanged"
        if not manager.add_user(
            admin.username, admin.first_name, admin.last_name, admin.email, role, password=admin.password
        ):
            raise AdminError(f"user {admin.username} could not be created; is {admin.email} another user's?")
    return f"user {admin.username} created with the role {admin.role}"


def set_password(admin: Admin, old_password: str) -> str:
    """Give the user the password and say so, once the old one is proven to be none any more."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from werkzeug.security import check_password_hash

    with get_application_builder() as builder:
        manager = builder.sm
        user = manager.find_user(username=admin.username)
        if user is None:
            raise AdminError(f"there is no user {admin.username}")
        manager.reset_password(user.id, admin.password)
        user = manager.find_user(username=admin.username)
        if not check_password_hash(user.password, admin.password):
            raise AdminError(f"user {admin.username} did not take the new password")
        if old_password and check_password_hash(user.password, old_password):
            raise AdminError(f"the old password of user {admin.username} still works")
    return f"user {admin.username} has the new password, and the old one is refused"

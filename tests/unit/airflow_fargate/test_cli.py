"""The command airflow-fargate."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from airflow_fargate import admin, cli, database_users, health
from airflow_fargate.admin import AdminError
from airflow_fargate.database_users import StillAccepted, User, UserError
from airflow_fargate.health import Unhealthy
from airflow_fargate.metrics import publisher
from airflow_fargate.metrics.load import Database
from airflow_fargate.metrics.settings import Pool, Settings

METRICS = {
    "AIRFLOW_FARGATE_ENVIRONMENT": "test",
    "AIRFLOW_FARGATE_CLUSTER": "airflow-test",
    "AIRFLOW_FARGATE_POOLS": '{"worker": {"queues": ["default"], "concurrency": 4}}',
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://host/airflow",
    "AWS_REGION": "us-east-1",
}
CONTEXT = Path(__file__).resolve().parents[3] / "files/image"


def test_a_healthy_component(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(health, "check", lambda component, max_age: f"{component} within {max_age}")

    assert cli.main(["health", "worker", "--max-age", "90"]) == 0
    assert capsys.readouterr().out == "worker within 90.0\n"


def test_an_unhealthy_component(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def check(component: str, max_age: float) -> str:
        raise Unhealthy(f"{component} {max_age}")

    monkeypatch.setattr(health, "check", check)

    assert cli.main(["health", "scheduler"]) == 1
    assert capsys.readouterr().err == "unhealthy: scheduler 60.0\n"


def test_an_unknown_component_is_refused() -> None:
    with pytest.raises(SystemExit) as refusal:
        cli.main(["health", "webserver"])
    assert refusal.value.code == 2


def test_create_admin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", "correct-horse")
    monkeypatch.setattr(admin, "create", lambda one: f"{one} created")

    assert cli.main(["create-admin"]) == 0
    assert capsys.readouterr().out == "Admin('admin', role='Admin') created\n"


def test_create_admin_that_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def create(dummy: object) -> str:
        raise AdminError("no such role")

    monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", "correct-horse")
    monkeypatch.setattr(admin, "create", create)

    assert cli.main(["create-admin"]) == 1
    assert capsys.readouterr().err == "error: no such role\n"


def test_set_admin_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", "correct-horse")
    monkeypatch.setenv("AIRFLOW_ADMIN_OLD_PASSWORD", "wrong-horse")
    monkeypatch.setattr(admin, "set_password", lambda one, old: f"{one} no longer {old}")

    assert cli.main(["set-admin-password"]) == 0
    assert capsys.readouterr().out == "Admin('admin', role='Admin') no longer wrong-horse\n"


DATABASE_USERS = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://host/airflow",
    "AIRFLOW_FARGATE_DATABASE_MASTER_PASSWORD": "master",
    "AIRFLOW_FARGATE_DATABASE_OLD_PASSWORD": "old",
    "AIRFLOW_FARGATE_DATABASE_USER": '{"username": "airflow_2", "password": "new"}',
    "AIRFLOW_FARGATE_DATABASE_OLD_USER": '{"username": "airflow_1", "password": "new"}',
}


@pytest.mark.parametrize(
    ("command", "function", "other"),
    [
        ("create-database-user", "create", User("airflow_2", "new")),
        ("retire-database-user", "retire", User("airflow_1", "new")),
        ("check-old-password", "check_old_password", User("airflow", "old")),
    ],
)
def test_database_users(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, function: str, other: User
) -> None:
    def change(database: dict[str, str], *users: User) -> str:
        assert users == (User("airflow", "master"), other)
        if refused:
            raise refused[0]
        return f"done in {database['conninfo']}"

    refused: list[UserError] = []
    for name, value in DATABASE_USERS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(database_users, function, change)
    assert cli.main([command]) == 0
    assert capsys.readouterr().out == "done in postgresql://host/airflow\n"
    refused.append(StillAccepted("it takes both"))
    assert cli.main([command]) == 1
    assert capsys.readouterr().err == "error: it takes both\n"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("AIRFLOW_FARGATE_DATABASE_MASTER_PASSWORD", "", "is not set"),
        ("AIRFLOW_FARGATE_DATABASE_USER", "secret", 'is not {"username": ..., "password": ...}'),
        ("AIRFLOW_FARGATE_DATABASE_USER", '{"username": "secret"}', 'is not {"username": ..., "password": ...}'),
        ("AIRFLOW_FARGATE_DATABASE_USER", '["secret"]', 'is not {"username": ..., "password": ...}'),
    ],
)
def test_a_database_user_that_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, reason: str
) -> None:
    for variable, usual in {**DATABASE_USERS, name: value}.items():
        monkeypatch.setenv(variable, usual)
    assert cli.main(["create-database-user"]) == 1
    assert capsys.readouterr().err == f"error: {name} {reason}\n"


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"AIRFLOW_FARGATE_ENVIRONMENT": ""}, "AIRFLOW_FARGATE_ENVIRONMENT is not set"),
        (
            {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite://"},
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN is not a postgresql:// URL",
        ),
    ],
)
def test_metrics_with_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environment: dict[str, str], reason: str
) -> None:
    for name, value in {**METRICS, **environment}.items():
        monkeypatch.setenv(name, value)

    assert cli.main(["metrics"]) == 1
    assert capsys.readouterr().err == f"error: {reason}\n"


def test_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[tuple[Settings, Database]] = []
    monkeypatch.setattr(publisher, "run", lambda *arguments: published.append(arguments))
    for name, value in METRICS.items():
        monkeypatch.setenv(name, value)

    assert cli.main(["metrics"]) == 0

    [(settings, database)] = published
    assert settings.pools == (Pool("worker", ("default",), 4),)
    assert database.arguments["conninfo"] == "postgresql://host/airflow"


def test_a_health_check_imports_neither_airflow_nor_celery() -> None:
    script = (
        "import sys, airflow_fargate.cli; print(sorted({'airflow', 'botocore', 'celery', 'flask'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=CONTEXT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"

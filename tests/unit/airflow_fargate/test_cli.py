"""The command airflow-fargate."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from airflow_fargate import admin, cli, health, old_password
from airflow_fargate.admin import AdminError
from airflow_fargate.health import Unhealthy
from airflow_fargate.metrics import publisher
from airflow_fargate.metrics.load import Database
from airflow_fargate.metrics.settings import Pool, Settings
from airflow_fargate.old_password import StillAccepted

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


def test_check_old_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def check(database: dict[str, str], password: str) -> str:
        raise StillAccepted(f"{database['conninfo']} takes it")

    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql+psycopg2://host/airflow")
    monkeypatch.setenv("AIRFLOW_FARGATE_OLD_PASSWORD", "old")
    monkeypatch.setattr(old_password, "check", check)

    assert cli.main(["check-old-password"]) == 1
    assert capsys.readouterr().err == "error: postgresql://host/airflow takes it\n"


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

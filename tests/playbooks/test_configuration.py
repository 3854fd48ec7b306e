"""The two ways in which a container gets to the secrets of Airflow's configuration."""

from __future__ import annotations

import fnmatch
import json
from pathlib import Path
from typing import Any

import pytest

from tests.playbooks.output import written

PREFIX = "arn:aws:secretsmanager:us-east-1:123456789012:secret:airflow-local"
OPTIONS = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sql_alchemy_conn",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": "sql_alchemy_conn_async",
    "AIRFLOW__CORE__FERNET_KEY": "fernet_key",
    "AIRFLOW__CELERY__BROKER_URL": "celery_broker_url",
    "AIRFLOW__CELERY__RESULT_BACKEND": "celery_result_backend",
}
# For the image's entry point.
KEYS = {"AIRFLOW_FARGATE_JWT_KEYS": "jwt_secret"}


def scheduler(folder: Path, by_airflow: bool) -> dict[str, Any]:
    return written("configuration", folder, airflow_config_from_secrets_manager=by_airflow)


@pytest.fixture(scope="module")
def by_ecs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return scheduler(tmp_path_factory.mktemp("by-ecs"), by_airflow=False)


@pytest.fixture(scope="module")
def by_airflow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return scheduler(tmp_path_factory.mktemp("by-airflow"), by_airflow=True)


def test_ecs_gives_every_secret(by_ecs: dict[str, Any]) -> None:
    assert by_ecs["secrets"] == {name: f"{PREFIX}/config/{secret}" for name, secret in (OPTIONS | KEYS).items()}
    assert not [name for name in by_ecs["environment"] if name.endswith("_SECRET")]
    assert "config_prefix" not in by_ecs["environment"]["AIRFLOW__SECRETS__BACKEND_KWARGS"]


def test_airflow_asks_its_backend(by_airflow: dict[str, Any]) -> None:
    environment = by_airflow["environment"]
    asked = {name: value for name, value in environment.items() if name.endswith("_SECRET")}
    assert asked == {f"{name}_SECRET": secret for name, secret in OPTIONS.items()}
    assert not OPTIONS.keys() & {*environment, *by_airflow["secrets"]}
    assert json.loads(environment["AIRFLOW__SECRETS__BACKEND_KWARGS"]) == {
        "config_prefix": "airflow-local/config",
        "connections_prefix": "airflow-local/connections",
        "variables_prefix": "airflow-local/variables",
    }


def test_what_is_not_airflow_has_its_secrets_from_ecs(by_airflow: dict[str, Any]) -> None:
    assert by_airflow["secrets"] == {
        "AIRFLOW_FARGATE_DATABASE": f"{PREFIX}/config/sql_alchemy_conn",
        "AIRFLOW_FARGATE_JWT_KEYS": f"{PREFIX}/config/jwt_secret",
    }


def test_a_role_reads_what_its_component_uses_and_nothing_else(by_airflow: dict[str, Any]) -> None:
    def readable(component: str) -> set[str]:
        patterns = by_airflow["statements"][component]["Resource"]
        arns = {
            name: f"{PREFIX}/config/{name}-AbCdEf" for name in (*OPTIONS.values(), *KEYS.values(), "api_secret_key")
        }
        arns["database-password"] = f"{PREFIX}/database-password-AbCdEf"
        return {name for name, arn in arns.items() if any(fnmatch.fnmatchcase(arn, pattern) for pattern in patterns)}

    assert readable("scheduler") == set(OPTIONS.values())
    assert readable("worker") == {"api_secret_key", "celery_broker_url", "celery_result_backend"}
    assert "metrics" not in by_airflow["statements"]

"""This environment reads its configuration from Secrets Manager by itself; its DAGs, connections and variables."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.airflow_api import Airflow
from tests.e2e.playbooks import Environment, wait_until

PASSWORD = "not-to-be-shown"
SECRETS = {
    "connections/warehouse": f"postgres://reader:{PASSWORD}@warehouse.example/sales",
    "variables/greeting": "hello from Secrets Manager",
}


def containers(environment: Environment, service: str) -> dict[str, Any]:
    ecs = environment.aws.client("ecs")
    family = f"{environment.prefix}-{service}"
    [container] = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]["containerDefinitions"]
    return dict(container)


@pytest.fixture(scope="module")
def run(environment: Environment, airflow: Airflow) -> dict[str, Any]:
    client = environment.aws.client("secretsmanager")
    for name, value in SECRETS.items():
        client.create_secret(Name=f"{environment.prefix}/{name}", SecretString=value)
    return airflow.run_dag("from_secrets_manager", {}, seconds=600)


def path(run: dict[str, Any]) -> str:
    return f"/api/v2/dags/from_secrets_manager/dagRuns/{quote(run['dag_run_id'], safe='')}/taskInstances/read"


def test_ecs_gives_no_option_of_the_configuration(environment: Environment) -> None:
    worker, scheduler = containers(environment, "worker"), containers(environment, "scheduler")
    assert worker.get("secrets", []) == []
    given = {secret["name"] for secret in scheduler["secrets"]}
    assert given == {"AIRFLOW_FARGATE_DATABASE", "AIRFLOW_FARGATE_JWT_KEYS"}
    assert {"AIRFLOW__CELERY__BROKER_URL_SECRET"} <= {item["name"] for item in worker["environment"]}


def test_a_dag_uses_a_connection_and_a_variable(run: dict[str, Any], airflow: Airflow) -> None:
    assert run["state"] == "success", airflow.tasks("from_secrets_manager", run)
    value = airflow.must("GET", f"{path(run)}/xcomEntries/return_value?deserialize=true")["value"]
    assert value == {"host": "warehouse.example", "login": "reader", "greeting": SECRETS["variables/greeting"]}


def test_its_log_does_not_show_the_password(run: dict[str, Any], airflow: Airflow) -> None:
    read: list[str] = []

    def complete() -> bool:
        """The worker uploads it just after the task's success."""
        read.append(str(airflow.call("GET", f"{path(run)}/logs/1?full_content=true")[1]))
        return "password: ***" in read[-1]

    wait_until(complete, 120, "the log has the line with the password")
    assert not [content for content in read if PASSWORD in content]

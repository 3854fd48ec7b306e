"""What a user sees in a browser. SCREENSHOTS names the folder that keeps the pictures: `make screenshots`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.chromium import use_airflow
from tests.e2e.airflow_api import Airflow
from tests.e2e.playbooks import Environment, wait_until

DAG = "hello_fargate"
TASKS = ["greet", "numbers", "shell", "square", "total"]


@pytest.fixture
def pictures(folder: Path) -> Path:
    result = Path(os.environ.get("SCREENSHOTS") or folder / "pictures")
    result.mkdir(parents=True, exist_ok=True)
    return result


def test_a_user_logs_in_and_finds_a_run_and_its_log(airflow: Airflow, environment: Environment, pictures: Path) -> None:
    message = f"good morning, it is {datetime.now(UTC).isoformat(timespec='microseconds')}"
    run = airflow.run_dag(DAG, {"message": message, "numbers": [1, 2, 3]})
    assert run["state"] == "success", airflow.tasks(DAG, run)
    task = f"/api/v2/dags/{DAG}/dagRuns/{quote(run['dag_run_id'], safe='')}/taskInstances/{TASKS[0]}"
    # The page of a finished task asks once.
    wait_until(
        lambda: message in str(airflow.call("GET", f"{task}/logs/1?full_content=true")[1]),
        180,
        "the log is in the bucket",
    )

    secrets = environment.aws.client("secretsmanager")
    problem = use_airflow(
        {
            "url": f"http://{airflow.host}:{airflow.port}",
            "username": "admin",
            "password": secrets.get_secret_value(SecretId=f"{environment.prefix}/admin-password")["SecretString"],
            "dag": DAG,
            "run": run["dag_run_id"],
            "tasks": TASKS,
            "message": message,
            "folder": str(pictures),
        }
    )
    assert problem == ""

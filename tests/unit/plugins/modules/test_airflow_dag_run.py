"""The module, with an Airflow that answers from a script and a stubbed Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.airflow.fargate.plugins.module_utils._airflow import client
from ansible_collections.airflow.fargate.plugins.modules import airflow_dag_run
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from botocore.stub import Stubber

URL = "http://airflow.example.com"
PASSWORD = "s3cret-passw0rd"
TOKEN = "header.payload.signature"
ARGUMENTS = {
    "url": URL,
    "username": "admin",
    "password_secret": "airflow-x/admin-password",
    "dag_id": "hello",
    "conf": {"message": "hi"},
    "region": "us-east-1",
    "access_key": "123456789012",
    "secret_key": "local",
}
HEALTH = {name: {"status": "healthy"} for name in ("metadatabase", "scheduler", "triggerer", "dag_processor")}
TASK = {"task_id": "greet", "map_index": -1, "state": "success", "hostname": "10.0.0.7", "try_number": 1}

Run = Callable[..., dict[str, Any]]


class FakeAirflow(client.AirflowClient):
    """One DAG whose run ends in `outcome` at once."""

    outcome = "success"
    password = PASSWORD
    calls: ClassVar[list[str]]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        self.calls.append(f"{method} {path}")
        if path == "/auth/token":
            if body != {"username": "admin", "password": self.password}:
                raise client.AirflowUnauthorized(message="Invalid credentials")
            return {"access_token": TOKEN}
        if path == "/api/v2/monitor/health":
            return HEALTH
        run = {"dag_run_id": "manual__1", "state": "queued" if method == "POST" else self.outcome, "duration": 1.5}
        task = {**TASK, "state": self.outcome, "dag_id": "hello", "dag_run_id": "manual__1"}
        answers: dict[str, Any] = {
            "hello": {"dag_id": "hello", "is_paused": False, "is_stale": False, "has_import_errors": False},
            "dagRuns": run,
            "manual__1": run,
            "taskInstances": {"task_instances": [task]},
            "1": {"content": [{"event": f"the password is {PASSWORD}"}]},
        }
        return answers[path.partition("?")[0].rpartition("/")[2]]


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> type[FakeAirflow]:
    class Fake(FakeAirflow):
        calls: ClassVar[list[str]] = []

    monkeypatch.setattr(airflow_dag_run, "AirflowClient", Fake)
    return Fake


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    secretsmanager = boto3.client(
        "secretsmanager", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    monkeypatch.setattr(AnsibleAWSModule, "client", lambda module, name: secretsmanager)

    def run(**arguments: Any) -> dict[str, Any]:
        with Stubber(secretsmanager) as stubber, patch_module_args({**ARGUMENTS, **arguments}):
            stubber.add_response(
                "get_secret_value", {"SecretString": PASSWORD}, {"SecretId": ARGUMENTS["password_secret"]}
            )
            with pytest.raises(SystemExit):
                airflow_dag_run.main()
        return json.loads(capsys.readouterr().out)

    return run


def test_result(airflow: type[FakeAirflow], run: Run) -> None:
    result = run()
    assert result["changed"] is True
    assert result["run_id"] == "manual__1"
    assert result["run_url"] == f"{URL}/dags/hello/runs/manual__1"
    assert result["state"] == "success"
    assert result["duration"] == 1.5
    assert result["health"] == dict.fromkeys(HEALTH, "healthy")
    assert result["task_instances"] == [TASK]


def test_without_waiting_the_run_is_left_to_itself(airflow: type[FakeAirflow], run: Run) -> None:
    assert run(wait=False)["state"] == "queued"
    assert "GET /api/v2/dags/hello/dagRuns/manual__1" not in airflow.calls


def test_failed_run_fails_with_the_log_and_without_secrets(airflow: type[FakeAirflow], run: Run) -> None:
    airflow.outcome = "failed"
    result = run()
    assert result["failed"] is True
    assert result["changed"] is True
    assert result["task_instances"][0]["state"] == "failed"
    assert "Task greet is failed after try 1 on 10.0.0.7. Its log ends:\n  the password is ***" in result["msg"]
    assert PASSWORD not in json.dumps(result)
    assert TOKEN not in json.dumps(result)


def test_wrong_password_names_the_secret(airflow: type[FakeAirflow], run: Run) -> None:
    airflow.password = "changed since"
    result = run()
    assert result["failed"] is True
    assert result["msg"].startswith(
        f"Airflow at {URL} refuses the user admin with the password from the secret airflow-x/admin-password."
    )


def test_check_mode_calls_nobody(airflow: type[FakeAirflow], run: Run) -> None:
    result = run(_ansible_check_mode=True)
    assert result["changed"] is True
    assert result["run_id"] is None
    assert airflow.calls == []

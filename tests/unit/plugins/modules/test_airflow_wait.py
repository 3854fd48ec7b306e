"""The module, with an Airflow that answers from a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._airflow import client
from ansible_collections.airflow.fargate.plugins.modules import airflow_wait

Run = Callable[..., dict[str, Any]]
PASSWORD, TOKEN = "s3cret-passw0rd", "header.payload.signature"
LOGIN = {"username": "admin", "password_secret": "airflow-x/admin-password"}
TASK = {"dag_id": "load", "task_id": "extract", "map_index": 3, "state": "running"}
BUSY = {"task_instances": [TASK], "total_entries": 2}
IDLE: dict[str, Any] = {"task_instances": [], "total_entries": 0}
HEALTHY = {"metadatabase": {"status": "healthy"}, "scheduler": {"status": "unhealthy"}}


class FakeAirflow(client.AirflowClient):
    answers: ClassVar[list[Any]]
    paths: ClassVar[list[str]]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        if path == "/auth/token":
            return {"access_token": TOKEN}
        self.paths.append(path)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> type[FakeAirflow]:
    class Fake(FakeAirflow):
        answers: ClassVar[list[Any]] = []
        paths: ClassVar[list[str]] = []

    monkeypatch.setattr(airflow_wait, "AirflowClient", Fake)
    return Fake


def password(aws: Any, times: int = 1) -> None:
    for _time in range(times):
        aws["secretsmanager"].add_response("get_secret_value", {"SecretString": PASSWORD})


def wait(run_module: Run, condition: str, **options: Any) -> dict[str, Any]:
    return run_module(airflow_wait.main, url="http://airflow.example.com", condition=condition, **LOGIN, **options)


def test_it_waits_until_nothing_is_busy(aws: Any, airflow: type[FakeAirflow], run_module: Run) -> None:
    password(aws)
    airflow.answers[:] = [BUSY, client.AirflowUnavailable(message="nobody there"), IDLE]

    result = wait(run_module, "idle")

    assert (result["changed"], result["reached"]) == (False, True)
    assert all("state=queued&state=running" in path for path in airflow.paths)
    assert PASSWORD not in str(result)


def test_a_token_that_runs_out_is_fetched_anew(aws: Any, airflow: type[FakeAirflow], run_module: Run) -> None:
    password(aws, times=2)
    airflow.answers[:] = [BUSY, client.AirflowUnauthorized(message="expired"), IDLE]

    assert wait(run_module, "idle")["reached"]


def test_a_time_out_names_what_is_in_the_way(aws: Any, airflow: type[FakeAirflow], run_module: Run) -> None:
    password(aws)
    airflow.answers[:] = [BUSY]

    assert "load extract[3] (running) and 1 more" in wait(run_module, "idle", timeout=0)["msg"]


def test_a_time_out_may_be_no_error(aws: Any, airflow: type[FakeAirflow], run_module: Run) -> None:
    password(aws)
    airflow.answers[:] = [BUSY]

    result = wait(run_module, "idle", timeout=0, fail_on_timeout=False)

    assert result["reached"] is False
    assert "load extract[3]" in result["seen"]


def test_it_answers_though_not_every_component_is_well(airflow: type[FakeAirflow], run_module: Run) -> None:
    sick = {"metadatabase": {"status": "unhealthy"}}
    airflow.answers[:] = [client.AirflowUnavailable(message="HTTP 503"), sick, HEALTHY]

    assert wait(run_module, "answers")["reached"]


def test_check_mode_looks_at_nothing(airflow: type[FakeAirflow], run_module: Run) -> None:
    assert wait(run_module, "idle", check_mode=True)["reached"] is False
    assert airflow.paths == []

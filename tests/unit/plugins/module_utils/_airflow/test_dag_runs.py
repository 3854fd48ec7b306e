"""What the answers of the Airflow API mean."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils import _polling
from ansible_collections.airflow.fargate.plugins.module_utils._airflow import client, dag_runs

HEALTHY = {name: {"status": "healthy"} for name in ("metadatabase", "scheduler", "triggerer", "dag_processor")}
NO_ERRORS: dict[str, list[Any]] = {"import_errors": []}


class Api:
    """Answers each path with the next of its prepared answers, the last one for ever."""

    url = "http://airflow.example.com"

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.sent: list[tuple[str, str, Any]] = []

    def get(self, path: str) -> Any:
        name = path.partition("?")[0].rpartition("/")[2]
        answers = self.answers[name]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def patch(self, path: str, body: Any) -> None:
        self.sent.append(("PATCH", path, body))

    def post(self, path: str, body: Any) -> dict[str, Any]:
        self.sent.append(("POST", path, body))
        return {"dag_run_id": "r"}

    def client(self) -> client.AirflowClient:
        return cast(client.AirflowClient, self)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_polling, "pause", lambda waited: 0.01)


def down() -> client.AirflowUnavailable:
    return client.AirflowUnavailable(message="Cannot reach Airflow at http://airflow.example.com: refused")


def missing() -> client.AirflowNotFound:
    return client.AirflowNotFound(message="no such DAG")


def task(state: str | None, **fields: Any) -> dict[str, Any]:
    values = {"task_id": "greet", "map_index": -1, "hostname": "10.0.0.7", "try_number": 1}
    return {"dag_id": "hello", "dag_run_id": "r", "state": state, **values, **fields}


def test_waits_through_an_outage_until_healthy() -> None:
    starting = {**HEALTHY, "triggerer": {"status": None}}
    api = Api(health=[down(), starting, HEALTHY])
    assert dag_runs.wait_until_healthy(api.client(), 5) == HEALTHY


def test_says_what_is_unhealthy() -> None:
    api = Api(health=[{**HEALTHY, "scheduler": {"status": "unhealthy"}, "dag_processor": None}])
    with pytest.raises(_polling.WaitError, match="scheduler: unhealthy, dag_processor: never started"):
        dag_runs.wait_until_healthy(api.client(), 0.03)


def test_says_that_nobody_answers() -> None:
    with pytest.raises(_polling.WaitError, match=r"Cannot reach Airflow at http://airflow.example.com: refused"):
        dag_runs.wait_until_healthy(Api(health=[down()]).client(), 0.03)


def test_waits_until_the_dag_is_known() -> None:
    known = {"dag_id": "hello", "is_stale": False, "has_import_errors": False}
    api = Api(hello=[missing(), {**known, "is_stale": True}, known])
    assert dag_runs.wait_for_dag(api.client(), "hello", 5) == known


def test_unknown_dag_names_the_files_with_import_errors() -> None:
    errors = {"import_errors": [{"filename": "bad.py", "stack_trace": "Traceback\n  line\nNameError: x\n"}]}
    api = Api(hello=[missing()], importErrors=[errors])
    with pytest.raises(_polling.WaitError, match=r"know the DAG hello.*(?s:.*)bad\.py: NameError: x"):
        dag_runs.wait_for_dag(api.client(), "hello", 0.03)


def test_unknown_dag_without_import_errors() -> None:
    api = Api(hello=[missing()], importErrors=[NO_ERRORS])
    with pytest.raises(_polling.WaitError, match="No file has an import error"):
        dag_runs.wait_for_dag(api.client(), "hello", 0.03)


def test_import_error_of_the_dag_ends_the_wait() -> None:
    broken = {"dag_id": "hello", "is_stale": False, "has_import_errors": True}
    errors = {"import_errors": [{"filename": "hello.py", "stack_trace": "SyntaxError: no"}]}
    api = Api(hello=[broken], importErrors=[errors])
    with pytest.raises(_polling.WaitError, match=r"cannot be imported:\nhello\.py: SyntaxError: no"):
        dag_runs.wait_for_dag(api.client(), "hello", 3600)


def test_trigger_unpauses_first() -> None:
    api = Api()
    dag_runs.trigger(api.client(), {"dag_id": "a b", "is_paused": True}, {"n": 1})
    assert api.sent == [
        ("PATCH", "/api/v2/dags/a%20b?update_mask=is_paused", {"is_paused": False}),
        ("POST", "/api/v2/dags/a%20b/dagRuns", {"logical_date": None, "conf": {"n": 1}}),
    ]


def test_trigger_leaves_an_active_dag_alone() -> None:
    api = Api()
    dag_runs.trigger(api.client(), {"dag_id": "hello", "is_paused": False}, {})
    assert [verb for verb, _path, _body in api.sent] == ["POST"]


@pytest.mark.parametrize("state", ["success", "failed"])
def test_waits_for_the_end_of_the_run(state: str) -> None:
    api = Api(r=[{"state": "queued"}, down(), {"state": "running"}, {"state": state}])
    assert dag_runs.wait_for_run(api.client(), "hello", "r", 5) == {"state": state}


def test_a_run_that_does_not_end_tells_the_states_of_its_tasks() -> None:
    instances = {"task_instances": [task("running"), task(None, task_id="square", map_index=2)]}
    api = Api(r=[{"state": "running"}], taskInstances=[instances])
    with pytest.raises(_polling.WaitError, match=r"greet: running, square\[2\]: None"):
        dag_runs.wait_for_run(api.client(), "hello", "r", 0.03)


def test_all_pages_of_task_instances() -> None:
    pages = [{"task_instances": [task("success")] * count} for count in (100, 100, 1)]
    assert len(dag_runs.task_instances(Api(taskInstances=pages).client(), "hello", "r")) == 201


def test_failure_names_task_try_worker_and_log() -> None:
    content = [
        {"event": "one"},
        {"event": "two\nthree"},
        {"event": "Task failed", "error_detail": [{"exc_type": "ValueError", "exc_value": "no"}]},
    ]
    api = Api(**{"2": [{"content": content}]})
    tasks = [task("success"), task("failed", task_id="square", map_index=1, try_number=2), task("upstream_failed")]
    report = dag_runs.describe_failure(api.client(), "hello", {"dag_run_id": "r", "state": "failed"}, tasks, 2)
    assert report.splitlines() == [
        "Run r of DAG hello ended failed",
        "Task square[1] is failed after try 2 on 10.0.0.7. Its log ends:",
        "  three",
        "  Task failed ValueError: no",
    ]


def test_failure_of_a_task_without_a_log() -> None:
    api = Api(**{"0": [missing()]})
    tasks = [task("failed", hostname="", try_number=0)]
    report = dag_runs.describe_failure(api.client(), "hello", {"dag_run_id": "r", "state": "failed"}, tasks, 5)
    assert report.splitlines()[1:] == [
        "Task greet is failed after try 0. Its log ends:",
        "  (the log cannot be read: no such DAG)",
    ]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, ["b"]), (9, ["a", "b"])])
def test_last_lines_of_an_unstructured_log(count: int, expected: list[str]) -> None:
    assert dag_runs.last_lines(["a\n", "b\n"], count) == expected

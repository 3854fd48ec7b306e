"""Whether ECS wants a worker to go: what DescribeServices says, and an ECS that does not say it."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.worker.retirement import Watch, among_the_last, replaces, surplus

OWN = "ecs-svc/1"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/airflow-x/0123456789abcdef0123456789abcdef"


def service(*deployments: dict[str, Any], desired: int = 1, status: str = "ACTIVE") -> dict[str, Any]:
    counts = {name: sum(item[name] for item in deployments) for name in ("runningCount", "pendingCount")}
    return {"status": status, "desiredCount": desired, "deployments": list(deployments), **counts}


def deployment(number: int = 1, status: str = "PRIMARY", running: int = 1, pending: int = 0, **rest: Any) -> Any:
    counts = {"runningCount": running, "pendingCount": pending}
    return {"id": f"ecs-svc/{number}", "status": status, "rolloutState": "IN_PROGRESS", **counts, **rest}


OLD = deployment(1, status="ACTIVE")


@pytest.mark.parametrize(
    ("seen", "unwanted"),
    [
        (service(deployment(1)), False),
        (service(deployment(2), OLD), True),
        # Others cannot do its work yet.
        (service(deployment(2, running=0, pending=1), OLD), False),
        (service(deployment(2), OLD, desired=2), False),
        # Nothing is left to do.
        (service(deployment(2, running=0), OLD, desired=0), True),
        # Given up, with and without a return to the worker's own deployment.
        (service(deployment(2, rolloutState="FAILED"), OLD), False),
        (service(deployment(1), deployment(2, status="ACTIVE", rolloutState="FAILED")), False),
        (service(OLD), False),
        (service(deployment(1), status="DRAINING"), True),
    ],
)
def test_replaces(seen: dict[str, Any], unwanted: bool) -> None:
    assert replaces(seen, OWN) is unwanted


@pytest.mark.parametrize(
    ("seen", "count"),
    [
        (service(deployment(1, running=3), desired=2), 1),
        (service(deployment(1, running=1, pending=1), desired=0), 2),
        (service(deployment(1, running=1), desired=2), 0),
        (service(deployment(2, running=2), OLD, desired=2), 0),
    ],
)
def test_surplus(seen: dict[str, Any], count: int) -> None:
    assert surplus(seen) == count


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.integers(0, 5))
def test_exactly_the_surplus_goes(tasks: list[str], count: int) -> None:
    assert sum(among_the_last(task, tasks, count) for task in tasks) == min(count, len(tasks))


class Ecs(http.server.BaseHTTPRequestHandler):
    """The task metadata endpoint and the API."""

    asked: ClassVar[list[str]] = []
    fails = False
    primary = 1
    running = 1
    group = "service:worker"

    def do_GET(self) -> None:
        self.reply(200 if self.path == "/v4/token/task" else 404, {"Cluster": "airflow-x", "TaskARN": TASK})

    def do_POST(self) -> None:
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(operation)
        if Ecs.fails:
            self.reply(400, {"__type": "AccessDeniedException", "message": "not authorized"})
        elif operation == "DescribeTasks":
            assert request == {"cluster": "airflow-x", "tasks": [TASK]}
            self.reply(200, {"tasks": [{"taskArn": TASK, "group": Ecs.group, "startedBy": OWN}]})
        elif operation == "ListTasks":
            assert request == {"cluster": "airflow-x", "serviceName": "worker"}
            self.reply(200, {"taskArns": [TASK, TASK.replace("0123", "0000")]})
        else:
            assert request == {"cluster": "airflow-x", "services": ["worker"]}
            self.reply(200, {"services": [service(deployment(Ecs.primary, running=Ecs.running))]})

    def reply(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ecs)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setattr(Ecs, "asked", [])
    for name, value in (("fails", False), ("primary", 1), ("running", 1), ("group", "service:worker")):
        monkeypatch.setattr(Ecs, name, value)
    yield Watch(f"{address}/v4/token", period=0)
    server.shutdown()
    server.server_close()


def look(watch: Watch) -> bool:
    watch.look()
    return watch.unwanted


def test_it_finds_out_once_who_it_is(watch: Watch) -> None:
    assert not look(watch)
    Ecs.primary = 2
    assert look(watch)
    assert Ecs.asked == ["DescribeTasks", "DescribeServices", "DescribeServices"]


def test_of_too_many_workers_it_is_the_last_that_goes(watch: Watch) -> None:
    Ecs.running = 2
    assert look(watch)
    assert Ecs.asked[-1] == "ListTasks"
    Ecs.running = 1
    assert not look(watch)


def test_the_last_answer_stands_while_there_is_no_other_and_it_is_told_once(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    Ecs.primary = 2
    watch.look()
    Ecs.fails = True
    assert look(watch)
    assert look(watch)
    [warning] = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith("ECS does not say whether it wants this worker to go: ")
    assert "AccessDeniedException" in warning
    Ecs.fails, Ecs.primary = False, 1
    assert not look(watch)


def test_a_task_of_no_service_is_replaced_by_nothing(watch: Watch) -> None:
    Ecs.group = "family:airflow-x-worker"
    watch.look()
    watch.look()
    assert not watch.unwanted
    assert Ecs.asked == ["DescribeTasks"]


@pytest.mark.parametrize("uri", ["http://127.0.0.1:1/v4/token", ""])
def test_no_metadata_is_no_reason_to_end(watch: Watch, uri: str, caplog: pytest.LogCaptureFixture) -> None:
    watch.metadata_uri = uri
    watch.look()
    assert not watch.unwanted
    assert "ECS does not say" in caplog.text


def test_it_asks_only_while_somebody_wants_to_know(watch: Watch) -> None:
    watch.start()
    assert Ecs.asked == []
    Ecs.primary = 2
    watch.wanted.set()
    for _time in range(6000):
        if watch.unwanted:
            break
        threading.Event().wait(0.01)
    watch.wanted.clear()
    assert watch.unwanted

"""What is news of a task, and when looking for it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import TaskReader
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.follow import follow, log_sources, stop, unreadable
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.logs import LogStream
from botocore.stub import Stubber

Make = Callable[..., dict[str, Any]]
Resource = dict[str, Any]
OPTIONS: Resource = {
    "cluster": "airflow-x",
    "task": "1",
    "positions": {},
    "last_status": "RUNNING",
    "wait_timeout": 20,
    "reason": "test",
    "wait": True,
}
LOG = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/g", "awslogs-stream-prefix": "ecs", "awslogs-region": "us-east-1"},
}


@pytest.fixture(scope="session")
def logs() -> Any:
    return boto3.client("logs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def log_stubber(logs: Any) -> Iterator[Stubber]:
    with Stubber(logs) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def look(ecs: Any, logs: Any, log_stubber: Stubber) -> Callable[..., Resource]:
    def look(**options: Any) -> Resource:
        reader = TaskReader(ecs, lambda _region: logs, log_lines=0)
        return follow(ecs, reader, lambda _region: logs, {**OPTIONS, **options})

    return look


def describes(stubber: Stubber, *tasks: Resource) -> None:
    stubber.add_response(
        "describe_tasks", {"tasks": list(tasks)}, {"cluster": "airflow-x", "tasks": ["1"], "include": ["TAGS"]}
    )


def defines(stubber: Stubber, make_definition: Make, **container: Any) -> None:
    stubber.add_response(
        "describe_task_definition",
        {"taskDefinition": make_definition(container={"logConfiguration": LOG, **container})},
    )


def writes(log_stubber: Stubber, *lines: str, after: str | None = None, position: str = "f/1") -> None:
    parameters: Resource = {"logGroupName": "/g", "logStreamName": f"ecs/airflow/{1:032d}", "startFromHead": True}
    log_stubber.add_response(
        "get_log_events",
        {"events": [{"timestamp": 1, "message": f"{line}\n"} for line in lines], "nextForwardToken": position},
        {**parameters, "nextToken": after} if after else parameters,
    )


def running(make_task: Make) -> Resource:
    return make_task(exit_code=None, lastStatus="RUNNING", stopCode="", stoppedReason="")


def test_new_lines_are_returned_at_once(
    stubber: Stubber, log_stubber: Stubber, make_task: Make, make_definition: Make, look: Make
) -> None:
    describes(stubber, running(make_task))
    defines(stubber, make_definition)
    describes(stubber, running(make_task))
    writes(log_stubber, "one", "two", after="f/0")
    news = look(positions={"airflow": "f/0"})
    assert [line["message"] for line in news["lines"]] == ["one", "two"]
    assert news["positions"] == {"airflow": "f/1"}
    assert (news["ended"], news["exit_codes"], news["unreadable"]) == (False, {}, [])


def test_silence_is_waited_through(
    stubber: Stubber, log_stubber: Stubber, make_task: Make, make_definition: Make, look: Make
) -> None:
    describes(stubber, running(make_task))
    defines(stubber, make_definition)
    for _look in range(2):
        describes(stubber, running(make_task))
    # The stream is not there before the container has written.
    log_stubber.add_client_error("get_log_events", "ResourceNotFoundException")
    writes(log_stubber, "at last")
    assert [line["message"] for line in look()["lines"]] == ["at last"]


def test_another_status_is_news(
    stubber: Stubber, log_stubber: Stubber, make_task: Make, make_definition: Make, look: Make
) -> None:
    describes(stubber, running(make_task))
    defines(stubber, make_definition)
    describes(stubber, running(make_task))
    writes(log_stubber)
    assert look(last_status="PENDING")["task"]["last_status"] == "RUNNING"


def test_the_end_is_told_with_the_last_lines(
    stubber: Stubber, log_stubber: Stubber, make_task: Make, make_definition: Make, look: Make
) -> None:
    ended = make_task(exit_code=3, startedAt=1)
    describes(stubber, running(make_task))
    defines(stubber, make_definition)
    describes(stubber, ended)
    writes(log_stubber, "first")
    for line in (["late"], [], [], [], []):
        writes(log_stubber, *line, after="f/1")
    news = look()
    assert [line["message"] for line in news["lines"]] == ["first", "late"]
    assert (news["ended"], news["succeeded"], news["exit_codes"]) == (True, False, {"airflow": 3})
    assert "Container airflow: exit code 3" in news["report"]


def test_what_goes_elsewhere_is_named(stubber: Stubber, make_task: Make, make_definition: Make, look: Make) -> None:
    describes(stubber, running(make_task))
    defines(stubber, make_definition, logConfiguration={"logDriver": "awsfirelens"})
    describes(stubber, make_task(exit_code=0))
    news = look()
    assert news["unreadable"] == ["airflow"]
    assert news["succeeded"]


def test_a_task_that_is_not_there(stubber: Stubber, look: Make) -> None:
    describes(stubber)
    with pytest.raises(AnsibleECSError, match="There is no task 1 in cluster airflow-x"):
        look()


def test_stopping(ecs: Any, stubber: Stubber, make_task: Make) -> None:
    describes(stubber, running(make_task))
    arn = running(make_task)["taskArn"]
    stubber.add_response(
        "stop_task", {"task": running(make_task)}, {"cluster": "airflow-x", "task": arn, "reason": "test"}
    )
    stubber.add_response("describe_tasks", {"tasks": [make_task(exit_code=143)]})
    result = stop(ecs, TaskReader(ecs, lambda _region: None, log_lines=0), OPTIONS, check_mode=False)
    assert result["changed"]
    assert result["exit_codes"] == {"airflow": 143}
    assert "stopped by SIGTERM" in result["report"]


@pytest.mark.parametrize(("status", "changed"), [("RUNNING", True), ("STOPPED", False)])
def test_check_mode_stops_nothing(ecs: Any, stubber: Stubber, make_task: Make, status: str, changed: bool) -> None:
    describes(stubber, make_task(exit_code=0, lastStatus=status))
    reader: Any = TaskReader(ecs, lambda _region: None, log_lines=0)
    result = stop(ecs, reader, OPTIONS, check_mode=True)
    assert result["changed"] is changed


def test_what_is_routed_is_followed_and_the_router_is_not() -> None:
    containers: dict[str, Resource] = {
        "airflow": {"name": "airflow", "logConfiguration": {"logDriver": "awsfirelens"}},
        "log_router": {"name": "log_router", "firelensConfiguration": {"type": "fluentbit"}, "logConfiguration": LOG},
        "silent": {"name": "silent"},
    }
    streams = log_sources(containers, "1")
    assert streams == {"airflow": LogStream("/g", "ecs/airflow/1", "us-east-1")}
    assert unreadable(containers, streams) == ["silent"]

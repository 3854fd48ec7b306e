"""What is found out and said about tasks that failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs import diagnosis
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import (
    TaskReader,
    belongs_to,
    different_stories,
    most_telling,
    render_task,
)
from botocore.stub import Stubber

Make = Callable[..., dict[str, Any]]
AWSLOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/g", "awslogs-stream-prefix": "ecs"}}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What reading the log gives, the first time and every later time."""
    answers = [["last words"]]

    def last_lines(*_: Any) -> list[str]:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    monkeypatch.setattr(diagnosis, "last_lines", last_lines)
    return answers


@pytest.fixture
def reader(ecs: Any) -> TaskReader:
    return TaskReader(ecs, lambda _region: None, 20)


def describes(stubber: Stubber, definition: dict[str, Any]) -> None:
    stubber.add_response(
        "describe_task_definition",
        {"taskDefinition": definition},
        {"taskDefinition": definition["taskDefinitionArn"], "include": ["TAGS"]},
    )


def test_definitions_and_logs_are_read_once(
    stubber: Stubber, reader: TaskReader, lines: list[list[str]], make_task: Make, make_definition: Make
) -> None:
    describes(stubber, make_definition(container={"logConfiguration": AWSLOGS}))
    lines[:] = [["first"], ["second"], ["third"]]
    task = make_task(1)
    assert reader.log_lines(task, "airflow") == reader.log_lines(task, "airflow") == ["first"]
    assert reader.log_lines(make_task(2), "airflow") == ["second"]
    assert reader.log_lines(task, "unknown") == []


def test_a_router_tells_what_it_routed_and_of_itself_only_when_it_failed(
    stubber: Stubber, reader: TaskReader, lines: list[list[str]], make_task: Make, make_definition: Make
) -> None:
    routed = {"name": "airflow", "logConfiguration": {"logDriver": "awsfirelens"}}
    router = {"name": "log_router", "firelensConfiguration": {"type": "fluentbit"}, "logConfiguration": AWSLOGS}
    describes(stubber, make_definition(containerDefinitions=[routed, router]))
    containers = [{"name": "airflow", "exitCode": 1}, {"name": "log_router", "exitCode": 0}]
    assert reader.log_lines(make_task(1, containers=containers), "airflow") == ["last words"]
    assert reader.log_lines(make_task(1, containers=containers), "log_router") == []
    containers[1]["exitCode"] = 1
    assert reader.log_lines(make_task(2, containers=containers), "log_router") == ["last words"]


def test_last_words_may_arrive_late(
    stubber: Stubber, reader: TaskReader, clock: Any, lines: list[list[str]], make_task: Make, make_definition: Make
) -> None:
    describes(stubber, make_definition(container={"logConfiguration": AWSLOGS}))
    lines[:] = [[], [], ["at last"]]
    task = make_task(startedAt=make_task()["createdAt"])
    assert reader.log_lines(task, "airflow") == ["at last"]
    assert len(clock.sleeps) == 2


@pytest.mark.parametrize(("started", "waited"), [(True, 3.0), (False, 0.0)])
def test_silence_is_accepted(
    stubber: Stubber,
    reader: TaskReader,
    clock: Any,
    lines: list[list[str]],
    make_task: Make,
    make_definition: Make,
    started: bool,
    waited: float,
) -> None:
    describes(stubber, make_definition(container={"logConfiguration": AWSLOGS}))
    lines[:] = [[]]
    task = make_task(**({"startedAt": make_task()["createdAt"]} if started else {}))
    assert reader.log_lines(task, "airflow") == []
    assert sum(clock.sleeps) == waited


def test_logs_that_cannot_be_read_do_not_hide_the_failure(
    stubber: Stubber,
    reader: TaskReader,
    monkeypatch: pytest.MonkeyPatch,
    make_task: Make,
    make_definition: Make,
) -> None:
    def denied(*_: Any) -> list[str]:
        raise AnsibleECSError(message="Failed to read the log stream", exception=PermissionError("denied"))

    monkeypatch.setattr(diagnosis, "last_lines", denied)
    describes(stubber, make_definition(container={"logConfiguration": AWSLOGS}))
    assert reader.report(make_task())["containers"][0]["log_lines"] == ["(Failed to read the log stream: denied)"]


def test_no_log_lines_wanted(ecs: Any, stubber: Stubber, make_task: Make) -> None:
    assert TaskReader(ecs, lambda _region: None, 0).log_lines(make_task(), "airflow") == []


def test_the_words_for_a_task(
    stubber: Stubber, reader: TaskReader, lines: list[list[str]], make_task: Make, make_definition: Make
) -> None:
    describes(stubber, make_definition(container={"logConfiguration": AWSLOGS}))
    task = make_task(7, exit_code=137, stoppedReason="Essential container exited")
    task["containers"][0]["reason"] = "memory"
    assert render_task(reader.report(task)) == [
        f"Task {7:032d} of airflow-x-scheduler:1 is STOPPED (EssentialContainerExited): Essential container exited",
        "  Container airflow: exit code 137 (killed: out of memory, or still running after stopTimeout): memory",
        "    | last words",
    ]


def test_the_words_for_a_task_that_runs_but_is_not_well(
    stubber: Stubber, reader: TaskReader, make_task: Make, make_definition: Make
) -> None:
    describes(stubber, make_definition())
    task = make_task(7, exit_code=None, lastStatus="RUNNING", stopCode="", stoppedReason="", healthStatus="UNHEALTHY")
    task["containers"][0]["healthStatus"] = "UNHEALTHY"
    assert render_task(reader.report(task)) == [
        f"Task {7:032d} of airflow-x-scheduler:1 is RUNNING: health UNHEALTHY",
        "  Container airflow: no exit code, health UNHEALTHY",
    ]


def test_tasks_are_told_apart_by_their_deployment(make_task: Make, make_deployment: Make) -> None:
    assert belongs_to(make_task(startedBy="ecs-svc/1"), make_deployment(1))
    assert not belongs_to(make_task(startedBy="ecs-svc/1"), make_deployment(2))


def test_tasks_are_told_apart_by_definition_and_age(make_task: Make, make_deployment: Make) -> None:
    deployment = make_deployment(1)
    earlier = deployment["createdAt"] - timedelta(seconds=1)
    assert belongs_to(make_task(startedBy="scheduler"), deployment)
    assert not belongs_to(make_task(startedBy="scheduler", createdAt=earlier), deployment)
    assert not belongs_to(make_task(startedBy="scheduler"), make_deployment(2))


def test_the_newest_failures_are_the_most_telling(make_task: Make) -> None:
    when = make_task()["createdAt"]
    removed = {"stoppedReason": "Scaling activity initiated by (deployment ecs-svc/2)"}
    tasks = [
        make_task(1, stoppedAt=when),
        make_task(2, stoppedAt=when + timedelta(seconds=9), **removed),
        make_task(3, stoppedAt=when + timedelta(seconds=2)),
        make_task(4, stoppedAt=when + timedelta(seconds=1)),
    ]
    assert [task["taskArn"][-1] for task in most_telling(tasks)] == ["3", "4"]
    assert [task["taskArn"][-1] for task in most_telling(tasks[:2])] == ["1", "2"]


def test_the_same_story_is_told_once() -> None:
    crash = {"task_id": "1", "stopped_reason": "crashed", "containers": []}
    again = {**crash, "task_id": "2"}
    other = {**crash, "task_id": "3", "stopped_reason": "unhealthy"}
    assert different_stories([crash, again, other]) == [crash, other]

"""How standalone tasks are started, waited for and judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.tasks import (
    call_token,
    exit_codes,
    ran_well,
    run,
    run_request,
    shown_request,
    started_by,
)
from botocore.stub import ANY, Stubber

Make = Callable[..., dict[str, Any]]
Resource = dict[str, Any]
OPTIONS: Resource = {
    "cluster": "airflow-x",
    "task_definition": "airflow-x-standalone:3",
    "count": 1,
    "overrides": None,
    "network_configuration": {"subnets": ["subnet-a"], "security_groups": ["sg-1"], "assign_public_ip": True},
    "capacity_provider_strategy": None,
    "client_token": None,
    "started_by": None,
    "group": None,
    "enable_execute_command": False,
    "wait": "stopped",
    "wait_timeout": 60,
    "stop_on_timeout": True,
    "fail_on_exit_code": True,
    "tags": None,
}
REQUEST: Resource = {
    "cluster": "airflow-x",
    "taskDefinition": "airflow-x-standalone:3",
    "networkConfiguration": {
        "awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    },
}


class Reader:
    """A task definition of an essential container and a sidecar."""

    def containers(self, _arn: str) -> dict[str, Resource]:
        return {"airflow": {"name": "airflow"}, "sidecar": {"name": "sidecar", "essential": False}}

    def log_lines(self, task: Resource, container: str) -> list[str]:
        return [f"{container} of task {task['taskArn'][-1]}"]

    def report(self, task: Resource) -> Resource:
        return {
            "task_id": task["taskArn"][-1],
            "task_definition": "airflow-x-standalone:3",
            "last_status": task["lastStatus"],
            "health_status": None,
            "stop_code": task["stopCode"],
            "stopped_reason": task["stoppedReason"],
            "containers": [],
        }


@pytest.fixture
def run_task(ecs: Any, stubber: Stubber) -> Callable[..., Resource]:
    def run_task(check_mode: bool = False, **options: Any) -> Resource:
        reader: Any = Reader()
        return run(ecs, reader, {**OPTIONS, **options}, check_mode)

    return run_task


def starts(stubber: Stubber, *tasks: Resource, reason: str = "", count: int = 1, **arguments: Any) -> None:
    failures = [{"reason": reason}] if reason else []
    parameters = {**REQUEST, "count": count, "clientToken": ANY, **arguments}
    stubber.add_response("run_task", {"tasks": list(tasks), "failures": failures}, parameters)


def describes(stubber: Stubber, *tasks: Resource) -> None:
    parameters = {"cluster": "airflow-x", "tasks": ANY, "include": ["TAGS"]}
    stubber.add_response("describe_tasks", {"tasks": list(tasks)}, parameters)


def knows(stubber: Stubber, token: str, running: list[Resource], stopped: list[Resource]) -> None:
    """What ListTasks finds by the token."""
    for status, tasks in (("RUNNING", running), ("STOPPED", stopped)):
        parameters = {"cluster": "airflow-x", "startedBy": token, "desiredStatus": status}
        stubber.add_response("list_tasks", {"taskArns": [task["taskArn"] for task in tasks]}, parameters)
    if running or stopped:
        describes(stubber, *running, *stopped)


def stops(stubber: Stubber, task: Resource, reason: str) -> None:
    parameters = {"cluster": "airflow-x", "task": task["taskArn"], "reason": reason}
    stubber.add_response("stop_task", {"task": task}, parameters)


def running(make_task: Make, number: int = 1) -> Resource:
    return make_task(number, exit_code=None, lastStatus="RUNNING", stopCode="", stoppedReason="")


def test_a_task_that_ends_well(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    starts(stubber, running(make_task))
    describes(stubber)
    describes(stubber, running(make_task))
    describes(stubber, make_task())
    result = run_task()
    assert result["changed"]
    assert result["exit_codes"] == {"airflow": 0}
    assert result["logs"] == {"airflow": ["airflow of task 1"]}
    assert result["tasks"][0]["last_status"] == "STOPPED"


def test_an_exit_code_fails_and_tells_why(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    starts(stubber, running(make_task))
    describes(stubber, make_task(exit_code=2))
    with pytest.raises(AnsibleECSError) as failure:
        run_task()
    assert failure.value.message.splitlines() == [
        "Run of airflow-x-scheduler:1: 1 of 1 tasks failed",
        "Task 1 of airflow-x-standalone:3 is STOPPED (EssentialContainerExited): Essential container in task exited",
    ]
    assert failure.value.kwargs["exit_codes"] == {"airflow": 2}
    assert failure.value.kwargs["logs"] == {"airflow": ["airflow of task 1"]}
    assert failure.value.kwargs["changed"] is True


def test_an_exit_code_may_be_none_of_our_business(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    starts(stubber, running(make_task))
    describes(stubber, make_task(exit_code=2))
    assert run_task(fail_on_exit_code=False)["exit_codes"] == {"airflow": 2}


def test_a_task_that_never_started_fails_always(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    task = make_task(exit_code=None, stopCode="TaskFailedToStart", stoppedReason="CannotPullContainerError: x")
    starts(stubber, running(make_task))
    describes(stubber, task)
    with pytest.raises(AnsibleECSError, match=r"failed to start\n.*CannotPullContainerError: x"):
        run_task(fail_on_exit_code=False)


def test_a_killed_sidecar_is_no_failure(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    task = make_task()
    task["containers"].append({"name": "sidecar", "exitCode": 137})
    starts(stubber, running(make_task))
    describes(stubber, task)
    assert run_task()["exit_codes"] == {"airflow": 0, "sidecar": 137}


def test_without_waiting(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    starts(stubber, running(make_task))
    result = run_task(wait="none")
    assert (result["changed"], result["exit_codes"], result["logs"]) == (True, {}, {})


@pytest.mark.parametrize("status", ["RUNNING", "DEPROVISIONING"])
def test_waiting_until_it_runs(stubber: Stubber, make_task: Make, run_task: Make, status: str) -> None:
    starts(stubber, running(make_task))
    describes(stubber, {**running(make_task), "lastStatus": "PENDING"})
    describes(stubber, {**running(make_task), "lastStatus": status})
    assert run_task(wait="running")["tasks"][0]["last_status"] == status


@pytest.mark.parametrize("stop", [True, False])
def test_a_task_that_takes_too_long(stubber: Stubber, make_task: Make, run_task: Make, stop: bool) -> None:
    starts(stubber, running(make_task))
    for dummy in range(3):
        describes(stubber, running(make_task))
    if stop:
        stops(stubber, running(make_task), "Not stopped within 1 s")
        describes(stubber, running(make_task))
        describes(stubber, make_task(stoppedReason="Not stopped within 1 s"))
    fate = "stopped\\nTask 1 .* is STOPPED" if stop else "left running\\nTask 1 .* is RUNNING"
    with pytest.raises(AnsibleECSError, match=f"1 of 1 tasks did not end within 1 s and were {fate}"):
        run_task(wait_timeout=1, stop_on_timeout=stop)


def test_capacity_is_waited_for(stubber: Stubber, clock: Any, make_task: Make, run_task: Make) -> None:
    starts(stubber, running(make_task, 1), reason="Capacity is unavailable at this time.", count=2)
    starts(stubber, reason="RESOURCE:ENI")
    starts(stubber, running(make_task, 2))
    describes(stubber, make_task(1), make_task(2))
    result = run_task(count=2)
    assert clock.sleeps == [5.0, 7.5]
    assert result["logs"] == {"airflow": ["airflow of task 1", "airflow of task 2"]}


def test_capacity_is_not_waited_for_for_ever(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    starts(stubber, running(make_task), reason="Capacity is unavailable at this time.", count=2)
    starts(stubber, reason="Capacity is unavailable at this time.")
    starts(stubber, reason="Capacity is unavailable at this time.")
    stops(stubber, running(make_task), "Not all tasks of this run could be started")
    with pytest.raises(AnsibleECSError, match=r"started 1 of 2 tasks of .*:3: Capacity is unavailable at this time\."):
        run_task(count=2, wait_timeout=10)


def test_other_reasons_fail_at_once(stubber: Stubber, run_task: Make) -> None:
    starts(stubber, reason="MISSING")
    with pytest.raises(AnsibleECSError, match="ECS started 0 of 1 tasks of airflow-x-standalone:3: MISSING"):
        run_task()


def test_check_mode_starts_nothing(stubber: Stubber, run_task: Make) -> None:
    result = run_task(check_mode=True, overrides={"containers": [{"name": "airflow", "environment": {"A": "hidden"}}]})
    assert result["changed"]
    assert result["tasks"] == []
    assert "hidden" not in str(result)


def test_check_mode_with_a_token_on_an_empty_account(stubber: Stubber, run_task: Make) -> None:
    for dummy in range(2):
        stubber.add_client_error("list_tasks", "ClusterNotFoundException")
    assert run_task(check_mode=True, client_token="migrate-1")["changed"]


def test_a_token_that_is_new(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    knows(stubber, "migrate-1", [], [])
    starts(stubber, running(make_task), startedBy="migrate-1")
    describes(stubber, make_task())
    assert run_task(client_token="migrate-1")["changed"]


def test_the_task_of_an_interrupted_run_is_waited_for(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    knows(stubber, "migrate-1", [running(make_task)], [])
    describes(stubber, make_task())
    result = run_task(client_token="migrate-1")
    assert not result["changed"]
    assert result["exit_codes"] == {"airflow": 0}


def test_a_run_that_succeeded_is_not_repeated(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    knows(stubber, "migrate-1", [], [make_task(1, exit_code=1), make_task(2)])
    describes(stubber, make_task(2))
    result = run_task(client_token="migrate-1")
    assert not result["changed"]
    assert result["diff"] == {"before": {}, "after": {}}


def test_a_run_that_failed_is_repeated(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    knows(stubber, "migrate-1", [], [make_task(1, exit_code=1)])
    starts(stubber, running(make_task, 2), startedBy="migrate-1")
    describes(stubber, make_task(2))
    assert run_task(client_token="migrate-1")["changed"]


def test_only_missing_tasks_are_started(stubber: Stubber, make_task: Make, run_task: Make) -> None:
    knows(stubber, "load-1", [running(make_task, 1)], [])
    starts(stubber, running(make_task, 2), startedBy="load-1")
    describes(stubber, make_task(1), make_task(2))
    assert run_task(client_token="load-1", count=2)["diff"]["after"]["count"] == 1


def test_overrides_as_arguments() -> None:
    overrides = {
        "cpu": 1024,
        "memory": None,
        "ephemeral_storage": 30,
        "containers": [
            {"name": "airflow", "command": ["airflow", "db", "migrate"], "environment": {"A": 1}, "cpu": 512},
            {"name": "sidecar", "command": None, "environment": None, "memory": None},
        ],
    }
    assert run_request({**OPTIONS, "overrides": overrides})["overrides"] == {
        "cpu": "1024",
        "ephemeralStorage": {"sizeInGiB": 30},
        "containerOverrides": [
            {
                "name": "airflow",
                "command": ["airflow", "db", "migrate"],
                "environment": [{"name": "A", "value": "1"}],
                "cpu": 512,
            },
            {"name": "sidecar"},
        ],
    }


def test_the_request_is_as_small_as_the_options() -> None:
    assert run_request(OPTIONS) == REQUEST
    strategy = [{"capacity_provider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    request = run_request(
        {**OPTIONS, "capacity_provider_strategy": strategy, "started_by": "me", "group": "g", "tags": {"a": "b"}}
    )
    assert request["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    assert (request["startedBy"], request["group"], request["tags"]) == ("me", "g", [{"key": "a", "value": "b"}])


def test_the_diff_shows_names_of_variables_only() -> None:
    overrides = {"containers": [{"name": "airflow", "environment": {"B": "hidden", "A": "hidden"}}]}
    shown = shown_request(run_request({**OPTIONS, "overrides": overrides}), 1)
    assert shown["overrides"]["containerOverrides"] == [{"name": "airflow", "environment": ["A", "B"]}]


def test_a_token_that_cannot_be_a_label_is_hashed() -> None:
    label = started_by({**OPTIONS, "client_token": "migrate:1.2"})
    assert label is not None
    assert len(label) == 64
    assert started_by({**OPTIONS, "client_token": "migrate-1"}) == "migrate-1"
    assert started_by({**OPTIONS, "started_by": "me"}) == "me"


def test_tokens_of_calls() -> None:
    token = call_token("migrate-1", ["b", "a"], 0, 7200.0)
    assert len(token) == 64
    assert token == call_token("migrate-1", ["a", "b"], 0, 10799.0)
    others = {
        call_token("migrate-2", ["b", "a"], 0, 7200.0),
        call_token("migrate-1", ["b"], 0, 7200.0),
        call_token("migrate-1", ["b", "a"], 1, 7200.0),
        call_token("migrate-1", ["b", "a"], 0, 10800.0),
    }
    assert len(others | {token}) == 5


def test_exit_codes_of_several_tasks_are_the_worst(make_task: Make) -> None:
    assert exit_codes([make_task(exit_code=0), make_task(exit_code=3), make_task(exit_code=0)]) == {"airflow": 3}
    assert exit_codes([make_task(exit_code=3), make_task(exit_code=None), make_task(exit_code=0)]) == {"airflow": None}
    assert exit_codes([]) == {}


@pytest.mark.parametrize(
    ("codes", "essential", "well"),
    [
        ({"airflow": 0}, None, True),
        ({"airflow": 1}, None, False),
        ({"airflow": None}, None, False),
        ({"airflow": 0, "sidecar": 137}, None, False),
        ({"airflow": 0, "sidecar": 137}, {"airflow"}, True),
        ({"airflow": 1, "sidecar": 0}, {"airflow"}, False),
        ({}, None, False),
    ],
)
def test_ran_well(codes: dict[str, int | None], essential: set[str] | None, well: bool) -> None:
    task = {"containers": [{"name": name, "exitCode": code} for name, code in codes.items()]}
    assert ran_well(task, frozenset(essential) if essential else None) is well


def defines(stubber: Stubber, cpu: str, memory: str) -> None:
    stubber.add_response("describe_task_definition", {"taskDefinition": {"cpu": cpu, "memory": memory}})


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"cpu": 512, "memory": 8192}, "512 CPU units go with 1024 to 4096 in steps of 1024 MiB"),
        ({"ephemeral_storage": 20}, "21 to 200 GiB of ephemeral storage, not 20"),
    ],
)
def test_a_size_that_does_not_exist_is_refused_before_any_call(
    stubber: Stubber, run_task: Make, overrides: Resource, message: str, check_mode: bool
) -> None:
    with pytest.raises(AnsibleECSError, match=message):
        run_task(check_mode, overrides=overrides)


def test_half_a_size_is_judged_with_the_definitions_other_half(stubber: Stubber, run_task: Make) -> None:
    defines(stubber, "512", "1024")
    with pytest.raises(AnsibleECSError, match="2048 CPU units and 1024 MiB"):
        run_task(overrides={"cpu": 2048})


def test_half_a_size_of_what_is_not_registered_yet(stubber: Stubber, run_task: Make) -> None:
    stubber.add_client_error("describe_task_definition", "ClientException", "Unable to describe task definition.")
    assert run_task(True, overrides={"cpu": 2048})["request"]["overrides"]["cpu"] == "2048"

"""The calls that the module makes, and their order."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import api as scaling
from ansible_collections.airflow.fargate.plugins.module_utils._capacity import api, ensure
from ansible_collections.airflow.fargate.plugins.modules import service_capacity
from botocore.stub import ANY

Run = Callable[..., dict[str, Any]]
PATH = "/airflow-test/capacity"
OPTIONS = {"cluster": "airflow-test", "services": ["worker", "gone"], "path": PATH}
TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/airflow-test/worker",
    "ScalableDimension": "ecs:service:DesiredCount",
}
SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
RECORD = {
    "min": 1,
    "max": 5,
    "desired": 2,
    "suspended": {"scale_in": False, "scale_out": False, "scheduled": False},
    "purpose": "scale-down",
    "since": "2026-01-01T12:00:00+00:00",
    "until": None,
    "seconds": None,
}


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (api, ensure, scaling):
        monkeypatch.setattr(module, "side_by_side", lambda function, items: list(map(function, items)))


def suspended(value: bool) -> dict[str, bool]:
    return dict.fromkeys(SUSPENDED, value)


@pytest.fixture
def order(aws: Any) -> list[str]:
    """The calls that change something, as they come."""
    calls: list[str] = []

    def note(model: Any, **_others: Any) -> None:
        if not model.name.startswith(("Describe", "Get", "List")):
            calls.append(model.name)

    for service in ("ecs", "application-autoscaling", "ssm"):
        aws[service].client.meta.events.register("before-parameter-build", note)
    return calls


def counts(aws: Any, desired: int, running: int) -> None:
    service = {
        "serviceName": "worker",
        "status": "ACTIVE",
        "desiredCount": desired,
        "runningCount": running,
        "pendingCount": 0,
    }
    gone = {"serviceName": "gone", "status": "INACTIVE", "desiredCount": 0, "runningCount": 0}
    aws["ecs"].add_response("describe_services", {"services": [service, gone]})


def observed(aws: Any, desired: int, bounds: tuple[int, int] | None, flag: bool, record: Any) -> None:
    counts(aws, desired, desired)
    target = {**TARGET, "RoleARN": "arn:aws:iam::123456789012:role/x", "CreationTime": 1} if bounds else {}
    if bounds:
        target.update(MinCapacity=bounds[0], MaxCapacity=bounds[1], SuspendedState=suspended(flag))
    scaling = aws["application-autoscaling"]
    scaling.add_response("describe_scalable_targets", {"ScalableTargets": [target] if target else []})
    scaling.add_response("describe_scheduled_actions", {"ScheduledActions": []})
    parameters = [{"Name": f"{PATH}/worker", "Value": json.dumps(record)}] if record else []
    aws["ssm"].add_response("get_parameters_by_path", {"Parameters": parameters}, {"Path": PATH})


def registered(aws: Any, low: int, high: int, flag: bool) -> None:
    aws["application-autoscaling"].add_response(
        "register_scalable_target",
        {"ScalableTargetARN": "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/x"},
        {**TARGET, "MinCapacity": low, "MaxCapacity": high, "SuspendedState": suspended(flag)},
    )


def ending(aws: Any, *statuses: str) -> None:
    """Tasks that were told to stop."""
    arns = [f"task/{number}" for number in range(len(statuses))]
    expected = {"cluster": "airflow-test", "serviceName": "worker", "desiredStatus": "STOPPED"}
    aws["ecs"].add_response("list_tasks", {"taskArns": arns}, expected)
    if arns:
        tasks = [{"lastStatus": status} for status in statuses]
        aws["ecs"].add_response("describe_tasks", {"tasks": tasks}, {"cluster": "airflow-test", "tasks": arns})


def set_count(aws: Any, count: int) -> None:
    expected = {"cluster": "airflow-test", "service": "worker", "desiredCount": count}
    aws["ecs"].add_response("update_service", {"service": {}}, expected)


def test_down_writes_the_numbers_first(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 2, (1, 5), False, None)
    aws["ssm"].add_response(
        "put_parameter",
        {},
        {
            "Name": f"{PATH}/worker",
            "Value": ANY,
            "Type": "String",
            "Overwrite": False,
            "Tags": [{"Key": "a", "Value": "1"}],
        },
    )
    registered(aws, 0, 0, True)
    set_count(aws, 0)
    for running, statuses in ((1, []), (0, ["STOPPED", "STOPPING"]), (0, ["STOPPED", "STOPPED"])):
        counts(aws, 0, running)
        ending(aws, *statuses)

    result = run_module(service_capacity.main, **OPTIONS, state="down", tags={"a": "1"})

    assert order == ["PutParameter", "RegisterScalableTarget", "UpdateService"]
    assert result["changed"]
    assert result["services"].keys() == {"worker"}
    kept = result["services"]["worker"]["scaled_down"]
    assert {**kept, "since": RECORD["since"]} == RECORD


def test_down_again_goes_on_without_touching_the_numbers(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 0, (1, 5), False, RECORD)
    registered(aws, 0, 0, True)
    counts(aws, 0, 0)
    ending(aws)

    assert run_module(service_capacity.main, **OPTIONS, state="down")["changed"]
    assert order == ["RegisterScalableTarget"]


def test_down_and_nothing_to_do(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 0, (0, 0), True, RECORD)
    counts(aws, 0, 0)
    ending(aws)

    assert not run_module(service_capacity.main, **OPTIONS, state="down")["changed"]
    assert order == []


def test_up_removes_the_numbers_last(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 0, (0, 0), True, RECORD)
    registered(aws, 1, 5, False)
    set_count(aws, 2)
    aws["ssm"].add_response("delete_parameter", {}, {"Name": f"{PATH}/worker"})
    for health in ("UNKNOWN", "HEALTHY"):
        counts(aws, 2, 2)
        aws["ecs"].add_response("list_tasks", {"taskArns": ["task/1", "task/2"]})
        tasks = [{"healthStatus": "HEALTHY"}, {"healthStatus": health}]
        aws["ecs"].add_response("describe_tasks", {"tasks": tasks}, {"cluster": ANY, "tasks": ["task/1", "task/2"]})

    result = run_module(service_capacity.main, **OPTIONS, state="up")

    assert order == ["RegisterScalableTarget", "UpdateService", "DeleteParameter"]
    assert result["services"]["worker"]["scaled_down"] is None


def test_the_action_that_brings_it_back_is_there_before_it_goes(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 1, (1, 5), False, None)
    aws["ssm"].add_response("put_parameter", {})
    aws["application-autoscaling"].add_response("put_scheduled_action", {})
    registered(aws, 0, 0, False)
    set_count(aws, 0)

    run_module(service_capacity.main, **OPTIONS, state="down", duration="2h", wait=False)

    assert order == ["PutParameter", "PutScheduledAction", "RegisterScalableTarget", "UpdateService"]


def test_check_mode_changes_nothing(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 2, (1, 5), False, None)

    result = run_module(service_capacity.main, check_mode=True, **OPTIONS, state="down")

    assert result["changed"]
    assert result["diff"]["before"]["worker"]["desired"] == 2
    assert result["diff"]["after"]["worker"]["desired"] == 0
    assert order == []


def test_protected_tasks_are_stopped_when_that_is_wanted(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 0, (0, 0), True, RECORD)
    aws["ecs"].add_response("list_tasks", {"taskArns": ["arn:aws:ecs:eu-west-1:123456789012:task/airflow-test/1"]})
    aws["ecs"].add_response("stop_task", {})
    counts(aws, 0, 0)
    ending(aws, "STOPPED")

    result = run_module(service_capacity.main, **OPTIONS, state="down", stop_tasks=True)

    assert result["changed"]
    assert result["stopped"] == ["arn:aws:ecs:eu-west-1:123456789012:task/airflow-test/1"]
    assert order == ["StopTask"]


def test_a_wait_that_takes_too_long_says_what_is_missing(aws: Any, run_module: Run) -> None:
    observed(aws, 0, (0, 0), True, RECORD)
    counts(aws, 0, 1)
    ending(aws)

    result = run_module(service_capacity.main, **OPTIONS, state="down", wait_timeout=0)

    assert "worker has 1 running and 0 pending, not 0" in result["msg"]


def test_what_cannot_be_done_is_told_before_anything_changes(aws: Any, run_module: Run, order: list[str]) -> None:
    observed(aws, 1, None, False, None)

    result = run_module(service_capacity.main, **OPTIONS, state="down", duration="2h")

    assert result["msg"].startswith("Nothing was changed.\n- Service worker is no scalable target")
    assert order == []

"""The module, with a stubbed CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules.cloudwatch_alarm_actions import main

Run = Callable[..., dict[str, Any]]
CALLS = {True: "enable_alarm_actions", False: "disable_alarm_actions"}


def add_alarms(aws: Any, **enabled: bool) -> None:
    alarms = [{"AlarmName": f"app: {name}", "ActionsEnabled": value} for name, value in enabled.items()]
    asked = {"AlarmNamePrefix": "app: ", "AlarmTypes": ["MetricAlarm"]}
    aws["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": alarms}, asked)


def run(run_module: Run, enabled: bool, check_mode: bool = False) -> dict[str, Any]:
    return run_module(main, check_mode, prefix="app: ", enabled=enabled)


@pytest.mark.parametrize("enabled", [True, False])
def test_only_those_that_differ_are_changed(aws: Any, run_module: Run, enabled: bool) -> None:
    add_alarms(aws, disk=not enabled, queue=enabled)
    aws["cloudwatch"].add_response(CALLS[enabled], {}, {"AlarmNames": ["app: disk"]})
    result = run(run_module, enabled)
    assert result["changed"]
    assert result["alarms"] == {"app: disk": enabled, "app: queue": enabled}
    assert result["diff"]["before"] == {"app: disk": not enabled, "app: queue": enabled}
    assert result["diff"]["after"] == result["alarms"]


@pytest.mark.parametrize("enabled", [True, False])
def test_unchanged(aws: Any, run_module: Run, enabled: bool) -> None:
    add_alarms(aws, disk=enabled)
    assert not run(run_module, enabled)["changed"]


def test_check_mode_writes_nothing(aws: Any, run_module: Run) -> None:
    add_alarms(aws, disk=True)
    result = run(run_module, False, check_mode=True)
    assert (result["changed"], result["alarms"]) == (True, {"app: disk": False})


def test_without_alarms_there_is_nothing_to_do(aws: Any, run_module: Run) -> None:
    add_alarms(aws)
    result = run(run_module, False)
    assert (result["changed"], result["alarms"]) == (False, {})


def test_a_hundred_alarms_a_call(aws: Any, run_module: Run) -> None:
    names = [f"{number:03}" for number in range(101)]
    add_alarms(aws, **dict.fromkeys(names, True))
    for part in (names[:100], names[100:]):
        aws["cloudwatch"].add_response("disable_alarm_actions", {}, {"AlarmNames": [f"app: {name}" for name in part]})
    assert run(run_module, False)["changed"]


def test_an_error_says_what_failed(aws: Any, run_module: Run) -> None:
    add_alarms(aws, disk=True)
    aws["cloudwatch"].add_client_error("disable_alarm_actions", "AccessDenied", "no")
    assert "Failed to disable the actions of alarms app: disk" in run(run_module, False)["msg"]

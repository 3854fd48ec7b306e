"""The module, with a stubbed CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules import cloudwatch_alarms

Run = Callable[..., dict[str, Any]]
TOPIC = "arn:aws:sns:eu-west-1:123456789012:app"
ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:app: disk"
OPTION = {
    "name": "disk",
    "description": "Full.",
    "namespace": "AWS/RDS",
    "metric_name": "FreeStorageSpace",
    "statistic": "Minimum",
    "period": 300,
    "threshold": 5,
    "comparison": "LessThanThreshold",
    "alarm_actions": [TOPIC],
}
SENT = {
    "ActionsEnabled": True,
    "AlarmDescription": "Full.",
    "AlarmActions": [TOPIC],
    "Namespace": "AWS/RDS",
    "MetricName": "FreeStorageSpace",
    "Statistic": "Minimum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "DatapointsToAlarm": 1,
    "Threshold": 5.0,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "missing",
}


def described(name: str = "app: disk", **changed: Any) -> dict[str, Any]:
    alarm = {**SENT, "AlarmName": name, "AlarmArn": ARN, "StateValue": "OK", "OKActions": [], "Dimensions": []}
    return {**alarm, **changed}


def add_alarms(aws: Any, *alarms: dict[str, Any]) -> None:
    asked = {"AlarmNamePrefix": "app: ", "AlarmTypes": ["MetricAlarm"]}
    aws["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": list(alarms)}, asked)


def add_tags(aws: Any, **tags: str) -> None:
    answer = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    aws["cloudwatch"].add_response("list_tags_for_resource", answer, {"ResourceARN": ARN})


def run(run_module: Run, check_mode: bool = False, alarms: Any = (OPTION,), **options: Any) -> dict[str, Any]:
    return run_module(cloudwatch_alarms.main, check_mode, prefix="app: ", alarms=list(alarms), **options)


def test_a_new_alarm_gets_its_tags_at_once(aws: Any, run_module: Run) -> None:
    add_alarms(aws)
    tags = [{"Key": "app", "Value": "x"}]
    aws["cloudwatch"].add_response("put_metric_alarm", {}, {"AlarmName": "app: disk", **SENT, "Tags": tags})
    result = run(run_module, tags={"app": "x"})
    assert result["changed"]
    assert result["diff"]["before"] == {}
    [alarm] = result["alarms"]
    assert (alarm["alarm_name"], alarm["state"], alarm["tags"]) == ("app: disk", None, {"app": "x"})


def test_unchanged(aws: Any, run_module: Run) -> None:
    add_alarms(aws, described())
    add_tags(aws, app="x")
    result = run(run_module, tags={"app": "x"})
    assert not result["changed"]
    assert result["alarms"][0]["state"] == "OK"


def test_without_tags_none_are_read(aws: Any, run_module: Run) -> None:
    add_alarms(aws, described())
    assert not run(run_module)["changed"]


def test_another_threshold_and_other_tags(aws: Any, run_module: Run) -> None:
    add_alarms(aws, described(Threshold=7.0))
    add_tags(aws, old="y")
    stub = aws["cloudwatch"]
    stub.add_response("put_metric_alarm", {}, {"AlarmName": "app: disk", **SENT})
    stub.add_response("untag_resource", {}, {"ResourceARN": ARN, "TagKeys": ["old"]})
    stub.add_response("tag_resource", {}, {"ResourceARN": ARN, "Tags": [{"Key": "app", "Value": "x"}]})
    result = run(run_module, tags={"app": "x"})
    assert result["changed"]
    assert result["diff"]["before"]["app: disk"]["threshold"] == 7
    assert result["diff"]["after"]["app: disk"]["threshold"] == 5


def test_check_mode_writes_nothing(aws: Any, run_module: Run) -> None:
    add_alarms(aws, described("app: old"))
    result = run(run_module, check_mode=True, purge=True)
    assert result["changed"]
    assert set(result["diff"]["after"]) == {"app: disk"}


@pytest.mark.parametrize("purge", [False, True])
def test_alarms_that_are_not_given(aws: Any, run_module: Run, purge: bool) -> None:
    add_alarms(aws, described(), described("app: old"))
    if purge:
        aws["cloudwatch"].add_response("delete_alarms", {}, {"AlarmNames": ["app: old"]})
    assert run(run_module, purge=purge)["changed"] is purge


def test_actions_of_all_alarms_and_of_one(aws: Any, run_module: Run) -> None:
    add_alarms(aws)
    options = {"alarm_actions": ["arn:a"], "ok_actions": ["arn:b"], "actions_enabled": False}
    [alarm] = run(run_module, check_mode=True, **options)["alarms"]
    assert (alarm["alarm_actions"], alarm["ok_actions"], alarm["actions_enabled"]) == ([TOPIC], ["arn:b"], False)


def test_an_expression(aws: Any, run_module: Run) -> None:
    metric = {"namespace": "App", "metric_name": "Desired", "statistic": "Minimum"}
    option = {
        "name": "missing",
        "metrics": [{"id": "desired", **metric}, {"id": "less", "expression": "desired - 1", "return_data": True}],
        "threshold": 0,
        "comparison": "GreaterThanThreshold",
    }
    add_alarms(aws)
    result = run(run_module, check_mode=True, alarms=[option])
    assert [query["id"] for query in result["alarms"][0]["metrics"]] == ["desired", "less"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "x" * 255}, "the name of an alarm has 1 to 255 characters"),
        ({"ok_actions": [TOPIC] * 6}, "disk.ok_actions = 6: an alarm has at most 5"),
        ({"period": 45}, "disk.period = 45: it must be 10, 20, 30 or a multiple of 60"),
        ({"statistic": "Median"}, 'disk.statistic = "Median"'),
    ],
)
def test_refused(aws: Any, run_module: Run, changed: dict[str, Any], message: str) -> None:
    result = run(run_module, alarms=[{**OPTION, **changed}])
    assert result["failed"]
    assert message in result["msg"]


def test_names_are_there_once(aws: Any, run_module: Run) -> None:
    assert "it is there more than once" in run(run_module, alarms=[OPTION, OPTION])["msg"]


def test_an_error_says_what_failed(aws: Any, run_module: Run) -> None:
    add_alarms(aws)
    aws["cloudwatch"].add_client_error("put_metric_alarm", "LimitExceeded", "too many")
    assert "Failed to put alarm app: disk" in run(run_module)["msg"]

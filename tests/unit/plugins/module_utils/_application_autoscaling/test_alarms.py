"""Alarms of step scaling policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import alarms
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import alarm_settings
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., dict[str, Any]]
ARN = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1:resource/ecs/service/app/worker:policyName/out"
SENT = {
    "ActionsEnabled": True,
    "AlarmDescription": "Invokes the scaling policy out.",
    "AlarmActions": ["out"],
    "Namespace": "Airflow",
    "MetricName": "WorkersGap",
    "Dimensions": [{"Name": "queue", "Value": "default"}],
    "Statistic": "Maximum",
    "Period": 10,
    "EvaluationPeriods": 1,
    "DatapointsToAlarm": 1,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "missing",
}


def reasons(option: dict[str, Any]) -> str:
    return "\n".join(str(problem) for problem in alarms.problems("alarm", option))


def test_names_of_services_cannot_run_into_each_other() -> None:
    assert alarms.alarm_name("app", "worker", "a-out") == "app/worker/a-out"
    assert not alarms.alarm_name("app", "worker-a", "out").startswith(alarms.prefix("app", "worker"))
    assert not alarms.alarm_name("app-2", "worker", "out").startswith(alarms.prefix("app"))


def test_an_alarm_on_a_metric(alarm: Make) -> None:
    assert alarms.wanted(alarm(), "out") == SENT


def test_an_extended_statistic_is_sent_under_its_own_name(alarm: Make) -> None:
    sent = alarms.wanted(alarm(statistic="p90"), "out")
    assert sent["ExtendedStatistic"] == "p90"
    assert "Statistic" not in sent


def test_an_alarm_on_an_expression(alarm_on_metrics: Make, query: Make) -> None:
    option = alarm_on_metrics(query("gap"), query("all", expression="FILL(gap, 0)", return_data=True), period=20)
    sent = alarms.wanted(option, "out")
    assert [one["Id"] for one in sent["Metrics"]] == ["all", "gap"]
    assert sent["Metrics"][1]["MetricStat"]["Period"] == 20
    assert not sent.keys() & {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}


def test_what_aws_describes_is_what_was_sent(alarm: Make) -> None:
    state = {
        "AlarmName": "app/worker/out",
        "AlarmArn": "arn",
        "StateValue": "OK",
        "OKActions": [],
        "AlarmActions": [ARN],
    }
    assert alarms.observed({**SENT, **state}, {ARN: "out"}) == alarms.wanted(alarm(), "out")


def test_the_order_of_dimensions_and_metrics_is_no_difference(alarm_on_metrics: Make, query: Make) -> None:
    option = alarm_on_metrics(query("b", dimensions={"x": 1, "a": 2}), query("a", expression="b", return_data=True))
    sent = alarms.wanted(option, "out")
    described = {**sent, "AlarmActions": [ARN], "Metrics": [dict(one) for one in reversed(sent["Metrics"])]}
    stat = described["Metrics"][0]["MetricStat"]
    dimensions = list(reversed(stat["Metric"]["Dimensions"]))
    described["Metrics"][0]["MetricStat"] = {**stat, "Metric": {**stat["Metric"], "Dimensions": dimensions}}
    # True is what AWS need not say.
    del described["Metrics"][1]["ReturnData"]
    assert alarms.observed(described, {ARN: "out"}) == sent


def test_what_aws_assumes_is_no_difference(alarm: Make) -> None:
    described = {key: value for key, value in SENT.items() if key not in ("DatapointsToAlarm", "TreatMissingData")}
    assert alarms.observed({**described, "AlarmActions": [ARN]}, {ARN: "out"}) == alarms.wanted(alarm(), "out")


def test_another_action_is_a_difference(alarm: Make) -> None:
    assert alarms.observed({**SENT, "AlarmActions": ["arn:gone"]}, {ARN: "out"})["AlarmActions"] == ["arn:gone"]
    assert "AlarmActions" not in alarms.observed({**SENT, "AlarmActions": []}, {ARN: "out"})


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ({"period": 15}, "alarm.period = 15: it must be 10, 20, 30 or a multiple of 60"),
        ({"period": 0}, "alarm.period = 0: it must be 10"),
        ({"period": 90}, "alarm.period = 90"),
        ({"namespace": "AWS/ECS"}, "alarm.period = 10: AWS/ECS has one datapoint a minute"),
        ({"evaluation_periods": 8641}, "looks back 86410 s, and AWS allows a day"),
        ({"period": 3600, "evaluation_periods": 169}, "looks back 608400 s, and AWS allows a week"),
        ({"evaluation_periods": 0}, "alarm.evaluation_periods = 0: it must be at least 1"),
        (
            {"datapoints_to_alarm": 2},
            "alarm.datapoints_to_alarm = 2: it must be from 1 to evaluation_periods, which is 1",
        ),
        ({"datapoints_to_alarm": 0}, "alarm.datapoints_to_alarm = 0"),
        ({"metric_name": None}, "alarm.metric_name = null"),
    ],
)
def test_refused(alarm: Make, given_: dict[str, Any], reason: str) -> None:
    assert reason in reasons(alarm(**given_))


def test_a_metric_of_aws_among_several_has_its_minute(alarm_on_metrics: Make, query: Make) -> None:
    listed = query("a", return_data=True), query("b", namespace="AWS/SQS")
    assert "AWS/SQS has one datapoint a minute" in reasons(alarm_on_metrics(*listed))
    assert reasons(alarm_on_metrics(*listed, period=60)) == ""


@given(period=st.integers(-100, 10000), periods=st.integers(1, 10000))
def test_periods_that_are_taken_are_those_of_the_documentation(period: int, periods: int) -> None:
    option = {"period": period, "evaluation_periods": periods, "namespace": "Airflow", "metrics": None}
    allowed = period in (10, 20, 30) or (period > 0 and period % 60 == 0)
    short_enough = periods * period <= (86400 if period < 3600 else 604800)
    assert (not list(alarm_settings._period_problems("alarm", option))) == (allowed and short_enough)

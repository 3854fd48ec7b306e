"""Scaling policies between options and API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import policies
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import metrics

Make = Callable[..., dict[str, Any]]
STEP, TRACKING = "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration"
LABEL = "app/app/0123456789abcdef/targetgroup/app/fedcba9876543210"


def reasons(*listed: dict[str, Any], service: str = "worker") -> str:
    return "\n".join(str(problem) for problem in policies.problems("policies", listed, "app", service))


def test_step_scaling(step_policy: Make) -> None:
    assert policies.wanted(step_policy()) == {
        "PolicyType": "StepScaling",
        STEP: {
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [
                {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 1.0, "ScalingAdjustment": 1},
                {"MetricIntervalLowerBound": 1.0, "ScalingAdjustment": 2},
            ],
            "Cooldown": 300,
            "MetricAggregationType": "Average",
        },
    }


def test_target_tracking_of_a_predefined_metric(tracking_policy: Make) -> None:
    assert policies.wanted(tracking_policy()) == {
        "PolicyType": "TargetTrackingScaling",
        TRACKING: {
            "TargetValue": 60.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
            "ScaleOutCooldown": 300,
            "ScaleInCooldown": 300,
            "DisableScaleIn": False,
        },
    }


def test_target_tracking_of_a_metric_of_your_own(tracking_policy: Make, metric: Make) -> None:
    configuration = policies.wanted(tracking_policy(customized_metric=metric(unit="Percent")))[TRACKING]
    assert "PredefinedMetricSpecification" not in configuration
    assert configuration["CustomizedMetricSpecification"] == {
        "Namespace": "Airflow",
        "MetricName": "WorkersGap",
        "Dimensions": [{"Name": "queue", "Value": "default"}],
        "Statistic": "Maximum",
        "Unit": "Percent",
    }


def test_target_tracking_of_an_expression(tracking_policy: Make, alarm_on_metrics: Make, query: Make) -> None:
    several = alarm_on_metrics(query("gap"), query("all", expression="FILL(gap, 0)", return_data=True))
    sent = policies.wanted(tracking_policy(customized_metric=several))
    listed = sent[TRACKING]["CustomizedMetricSpecification"]["Metrics"]
    assert [(one["Id"], one["ReturnData"]) for one in listed] == [("all", True), ("gap", False)]
    # Target tracking has a period of its own.
    assert "Period" not in listed[1]["MetricStat"]
    assert policies.observed({**sent, "PolicyARN": "arn"}) == sent


def test_what_aws_describes_is_what_was_sent(step_policy: Make, tracking_policy: Make, metric: Make) -> None:
    for option in (step_policy(), tracking_policy(), tracking_policy(customized_metric=metric())):
        sent = policies.wanted(option)
        assert policies.observed({**sent, "PolicyARN": "arn", "Alarms": [], "CreationTime": 1}) == sent


def test_what_aws_assumes_is_no_difference(step_policy: Make, tracking_policy: Make) -> None:
    sent = policies.wanted(step_policy())
    configuration = {key: value for key, value in sent[STEP].items() if key in ("AdjustmentType", "StepAdjustments")}
    configuration["StepAdjustments"] = list(reversed(configuration["StepAdjustments"]))
    assert policies.observed({**sent, STEP: configuration}) == sent

    sent = policies.wanted(tracking_policy())
    said = ("TargetValue", "PredefinedMetricSpecification")
    assert policies.observed({**sent, TRACKING: {key: sent[TRACKING][key] for key in said}}) == sent


def test_a_policy_of_another_kind_can_be_read() -> None:
    predictive = {"PolicyType": "PredictiveScaling", "PredictiveScalingPolicyConfiguration": {"Mode": "ForecastOnly"}}
    assert policies.observed({**predictive, "PolicyName": "x"}) == predictive


def test_accepted(step_policy: Make, tracking_policy: Make, metric: Make) -> None:
    requests = {"type": policies.REQUESTS, "resource_label": LABEL}
    percent = step_policy(name="b", adjustment_type="PercentChangeInCapacity", min_adjustment_magnitude=1, alarm=None)
    assert (
        reasons(
            step_policy(name="a"),
            percent,
            tracking_policy(name="c"),
            tracking_policy(name="d", customized_metric=metric()),
            tracking_policy(name="e", predefined_metric=requests),
        )
        == ""
    )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"cooldown": -1}, "policies[out].step_scaling.cooldown = -1: it must be at least 0"),
        ({"min_adjustment_magnitude": 1}, "min_adjustment_magnitude = 1: only a PercentChangeInCapacity has it"),
        (
            {"min_adjustment_magnitude": 0, "adjustment_type": "PercentChangeInCapacity"},
            "min_adjustment_magnitude = 0: it must be at least 1",
        ),
        ({"steps": []}, "policies[out].step_scaling.steps = 0"),
        ({"name": ""}, 'policies.name = "": it has 1 to 256 printable characters'),
        ({"name": "a\n"}, "printable"),
        ({"name": "x" * 245}, "the name of its alarm would be app/worker/xxx"),
    ],
)
def test_refused_of_step_scaling(step_policy: Make, given: dict[str, Any], reason: str) -> None:
    assert reason in reasons(step_policy(**given))


def test_problems_of_an_alarm_say_whose_it_is(step_policy: Make, alarm: Make) -> None:
    assert "policies[out].step_scaling.alarm.period = 7" in reasons(step_policy(alarm=alarm(period=7)))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"target_value": 0}, "policies[cpu].target_tracking.target_value = 0: it must be above 0"),
        ({"target_value": 2.0**361}, "at most 2^360"),
        ({"scale_in_cooldown": -1}, "scale_in_cooldown = -1"),
        ({"scale_out_cooldown": -1}, "scale_out_cooldown = -1"),
        (
            {"predefined_metric": {"type": policies.REQUESTS, "resource_label": None}},
            "resource_label = null: it must be",
        ),
        (
            {"predefined_metric": {"type": policies.PREDEFINED[0], "resource_label": LABEL}},
            "only ALBRequestCountPerTarget",
        ),
        (
            {"customized_metric": {"metrics": []} | dict.fromkeys(metrics.METRIC)},
            "1 to 10 of them must be metrics",
        ),
    ],
)
def test_refused_of_target_tracking(tracking_policy: Make, given: dict[str, Any], reason: str) -> None:
    assert reason in reasons(tracking_policy(**given))


def test_a_name_is_there_once(step_policy: Make, tracking_policy: Make) -> None:
    assert 'policies.name = "out": it is there more than once' in reasons(step_policy(), tracking_policy(name="out"))


def test_kinds_are_those_of_aws() -> None:
    from botocore.session import get_session

    model = get_session().get_service_model("application-autoscaling")
    assert set(policies.PREDEFINED) <= set(model.shape_for("MetricType").enum)
    assert set(policies.ADJUSTMENT_TYPES) == set(model.shape_for("AdjustmentType").enum)
    assert set(policies.AGGREGATION_TYPES) == set(model.shape_for("MetricAggregationType").enum)
    assert set(policies.CONFIGURATION) == set(model.shape_for("PolicyType").enum)

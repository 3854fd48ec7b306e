"""What scaling policies ask for, and what cooldowns and bounds leave of it; by the Application Auto Scaling guide."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.local_aws.patches.application_autoscaling import policies, validation
from tools.local_aws.patches.application_autoscaling.policies import Cooldown


def step(low: float | None, high: float | None, adjustment: int) -> dict[str, Any]:
    bounds = {"MetricIntervalLowerBound": low, "MetricIntervalUpperBound": high}
    return {**{name: value for name, value in bounds.items() if value is not None}, "ScalingAdjustment": adjustment}


OUT = [step(0, 10, 0), step(10, 20, 10), step(20, None, 30)]
IN = [step(-10, 0, 0), step(-20, -10, -10), step(None, -20, -30)]
"""The example of the guide: thresholds at 60 and 40 percent."""


@pytest.mark.parametrize(
    ("steps", "difference", "rising", "expected"),
    [
        (OUT, 0, True, 0),
        (OUT, 9.9, True, 0),
        (OUT, 10, True, 10),
        (OUT, 20, True, 30),
        (OUT, 1e9, True, 30),
        (OUT, -1, True, None),
        (IN, 0, False, 0),
        (IN, -10, False, -10),
        (IN, -9.9, False, 0),
        (IN, -20, False, -30),
        (IN, 1, False, None),
    ],
)
def test_the_step_a_breach_falls_into(
    steps: list[dict[str, Any]], difference: float, rising: bool, expected: int | None
) -> None:
    assert policies.step_adjustment(steps, difference, rising) == expected


@pytest.mark.parametrize(
    ("configuration", "current", "adjustment", "expected"),
    [
        ({"AdjustmentType": "ChangeInCapacity"}, 3, 5, 8),
        ({"AdjustmentType": "ChangeInCapacity"}, 3, -5, 0),
        ({"AdjustmentType": "ExactCapacity"}, 3, 5, 5),
        ({"AdjustmentType": "PercentChangeInCapacity"}, 10, 10, 11),
        # Rounded towards zero, but never to zero.
        ({"AdjustmentType": "PercentChangeInCapacity"}, 127, 10, 139),
        ({"AdjustmentType": "PercentChangeInCapacity"}, 4, 10, 5),
        ({"AdjustmentType": "PercentChangeInCapacity"}, 4, -10, 3),
        ({"AdjustmentType": "PercentChangeInCapacity"}, 20, -33, 14),
        ({"AdjustmentType": "PercentChangeInCapacity"}, 0, 50, 0),
        ({"AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 2}, 4, 25, 6),
        ({"AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 2}, 4, -25, 2),
        ({"AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 2}, 0, 25, 2),
    ],
)
def test_step_capacity(configuration: dict[str, Any], current: int, adjustment: int, expected: int) -> None:
    assert policies.step_capacity(configuration, current, adjustment) == expected


@pytest.mark.parametrize(("kind", "expected"), [(None, 4), ("Average", 4), ("Minimum", 1), ("Maximum", 7)])
def test_aggregation(kind: str | None, expected: float) -> None:
    assert policies.aggregate(kind, [1.0, 4.0, 7.0]) == expected


@pytest.mark.parametrize(
    ("current", "metric", "target", "out", "expected"),
    [
        (10, 90, 60, True, 15),
        (3, 61, 60, True, 4),
        (0, 200, 100, True, 1),
        (10, 30, 60, False, 5),
        (4, 0, 60, False, 0),
    ],
)
def test_target_tracking(current: int, metric: float, target: float, out: bool, expected: int) -> None:
    assert policies.tracking_capacity(current, metric, target, out) == expected


def test_a_scale_out_that_cools_down_counts_as_part_of_a_larger_one() -> None:
    """The guide's example: two more, and during the cooldown three more, is three more."""
    cooldown = Cooldown()
    policies.started(cooldown, 10, 12, (300, 300), now=0)
    same = policies.decide(12, lambda current: current + 2, (0, 99), cooldown, now=10)
    larger = policies.decide(12, lambda current: current + 3, (0, 99), cooldown, now=10)
    later = policies.decide(12, lambda current: current + 2, (0, 99), cooldown, now=300)
    assert (same.capacity, same.reason) == (12, "Cooldown")
    assert larger.capacity == 13
    assert later.capacity == 14
    policies.started(cooldown, 12, 13, (300, 300), now=10)
    assert policies.decide(13, lambda current: current + 3, (0, 99), cooldown, now=20).capacity == 13


def test_a_scale_in_waits_for_the_last_one_and_a_scale_out_does_not() -> None:
    cooldown = Cooldown()
    policies.started(cooldown, 5, 4, (0, 60), now=0)
    assert policies.decide(4, lambda current: current - 1, (0, 9), cooldown, now=59).capacity == 4
    assert policies.decide(4, lambda current: current + 1, (0, 9), cooldown, now=59).capacity == 5
    assert policies.decide(4, lambda current: current - 1, (0, 9), cooldown, now=60).capacity == 3
    policies.started(cooldown, 4, 5, (0, 60), now=1)
    assert policies.decide(5, lambda current: current - 1, (0, 9), cooldown, now=2).capacity == 4


@pytest.mark.parametrize(
    ("current", "wanted", "expected", "reason"),
    [
        (5, 9, 5, "AlreadyAtMaxCapacity"),
        (3, 9, 5, ""),
        (1, 0, 1, "AlreadyAtMinCapacity"),
        (2, 0, 1, ""),
        (3, 3, 3, "AlreadyAtDesiredCapacity"),
        # Set by hand beyond the bounds: a scale-out never scales in, and the other way round.
        (7, 9, 7, "AlreadyAtMaxCapacity"),
        (0, -1, 0, "AlreadyAtMinCapacity"),
    ],
)
def test_bounds(current: int, wanted: int, expected: int, reason: str) -> None:
    decision = policies.decide(current, lambda capacity: wanted, (1, 5), Cooldown(), now=0)
    assert (decision.capacity, decision.reason) == (expected, reason)


@given(
    st.integers(0, 50),
    st.integers(-60, 60),
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted),
    st.builds(Cooldown, st.floats(0, 100), st.integers(0, 50), st.floats(0, 100)),
    st.floats(0, 100),
)
def test_a_decision_is_what_was_asked_for_or_less_and_inside_the_bounds(
    current: int, change: int, bounds: list[int], cooldown: Cooldown, now: float
) -> None:
    low, high = bounds
    decision = policies.decide(current, lambda capacity: capacity + change, (low, high), cooldown, now)
    moved = decision.capacity - current
    assert (moved == 0) == bool(decision.reason)
    if moved:
        assert low <= decision.capacity <= high
        assert math.copysign(1, moved) == math.copysign(1, change)


# -- what is refused
VALID_STEPS = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": OUT}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, None),
        ({"StepAdjustments": IN}, None),
        ({"StepAdjustments": [step(None, 0, -1), step(0, None, 1)]}, None),
        ({"AdjustmentType": None}, "AdjustmentType must be one of"),
        ({"StepAdjustments": []}, "At least one step adjustment"),
        ({"StepAdjustments": [step(None, None, 1)]}, "At least one of MetricIntervalLowerBound"),
        ({"StepAdjustments": [step(0, 5, 1), step(4, None, 2)]}, "must not overlap"),
        ({"StepAdjustments": [step(0, None, 1), step(4, None, 2)]}, "must not overlap"),
        ({"StepAdjustments": [step(0, 4, 1), step(5, None, 2)]}, "gap"),
        ({"StepAdjustments": [step(0, 5, 1)]}, "unspecified upper bound"),
        ({"StepAdjustments": [step(-5, 0, -1)]}, "unspecified lower bound"),
        ({"StepAdjustments": [step(5, 5, 1), step(5, None, 2)]}, "must be greater than"),
        ({"AdjustmentType": "ExactCapacity", "StepAdjustments": [step(0, None, -1)]}, "non-negative"),
        (
            {"StepAdjustments": [step(0, 1, 1), *[step(n, n + 1, n) for n in range(1, 20)], step(20, None, 9)]},
            "Too many",
        ),
        ({"MetricAggregationType": "Sum"}, "MetricAggregationType"),
        ({"Cooldown": -1}, "Cooldown"),
    ],
)
def test_step_scaling_configuration(changes: dict[str, Any], message: str | None) -> None:
    problem = validation.policy("StepScaling", {**VALID_STEPS, **changes})
    assert (problem is None) if message is None else message in str(problem)


METRIC = {"MetricName": "Load", "Namespace": "Airflow", "Statistic": "Average"}
QUERY = {"Id": "m1", "MetricStat": {"Metric": {"MetricName": "Load", "Namespace": "Airflow"}, "Stat": "Sum"}}
CPU = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}


def customized(*queries: dict[str, Any]) -> dict[str, Any]:
    return {"CustomizedMetricSpecification": {"Metrics": list(queries)}}


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"PredefinedMetricSpecification": CPU}, None),
        ({"CustomizedMetricSpecification": METRIC}, None),
        (customized(QUERY), None),
        (customized({**QUERY, "ReturnData": False}, {"Id": "e1", "Expression": "m1 / 2"}), None),
        ({}, "Exactly one of"),
        ({"PredefinedMetricSpecification": CPU, "CustomizedMetricSpecification": METRIC}, "Exactly one of"),
        ({"PredefinedMetricSpecification": CPU, "TargetValue": 0}, "TargetValue"),
        ({"PredefinedMetricSpecification": CPU, "ScaleInCooldown": -1}, "ScaleInCooldown"),
        ({"PredefinedMetricSpecification": {**CPU, "ResourceLabel": "app/a/1/targetgroup/b/2"}}, "ResourceLabel"),
        ({"PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget"}}, "ResourceLabel"),
        ({"PredefinedMetricSpecification": {"PredefinedMetricType": "KafkaBrokerStorageUtilization"}}, "Unsupported"),
        ({"CustomizedMetricSpecification": {**METRIC, "Statistic": "p99"}}, "Statistic"),
        (customized(QUERY, {"Id": "e1", "Expression": "m1 / 2"}), "ReturnData"),
        (customized({**QUERY, "Id": "M1"}), "Invalid metric data query id"),
        (customized({**QUERY, "ReturnData": False}, QUERY), "unique"),
        (customized({**QUERY, "Expression": "m1"}), "Exactly one of Expression"),
        (customized({**QUERY, "ReturnData": False}, {"Id": "e1", "Expression": "m2 / 2"}), "unknown"),
    ],
)
def test_target_tracking_configuration(configuration: dict[str, Any], message: str | None) -> None:
    problem = validation.policy("TargetTrackingScaling", {"TargetValue": 70.0, **configuration})
    assert (problem is None) if message is None else message in str(problem)


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=6, unique=True), st.floats(-50, 50))
def test_valid_steps_leave_no_breach_without_a_step(cuts: list[int], difference: float) -> None:
    edges = [None, *sorted(cuts), None]
    steps = [step(low, high, number) for number, (low, high) in enumerate(pairwise(edges))]
    assert next(validation.intervals(steps), None) is None
    assert policies.step_adjustment(steps, difference, rising=True) is not None

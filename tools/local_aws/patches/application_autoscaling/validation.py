"""What Application Auto Scaling refuses in a scaling policy: each check answers with the reason, or with None."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Any

from tools.local_aws.patches.cloudwatch import expressions

Data = Mapping[str, Any]
MOST_STEPS = 20
ADJUSTMENT_TYPES = ("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity")
STATISTICS = ("Average", "Minimum", "Maximum", "SampleCount", "Sum")
PREDEFINED = {
    # metric type: (metric, period of its datapoints)
    "ECSServiceAverageCPUUtilization": ("CPUUtilization", 60),
    "ECSServiceAverageMemoryUtilization": ("MemoryUtilization", 60),
    "ECSServiceAverageCPUUtilizationHighResolution": ("CPUUtilization", 20),
    "ECSServiceAverageMemoryUtilizationHighResolution": ("MemoryUtilization", 20),
    "ALBRequestCountPerTarget": ("RequestCountPerTarget", 60),
}
"""Metric types that ECS services have."""
RESOURCE_LABEL = re.compile(r"app/[^/]+/[0-9a-f]+/targetgroup/[^/]+/[0-9a-f]+")


def policy(kind: str, configuration: Data) -> str | None:
    problems = {"StepScaling": step, "TargetTrackingScaling": tracking}.get(kind)
    return next(problems(configuration), None) if problems else None


# -- step scaling
def step(configuration: Data) -> Iterator[str]:
    kind, steps = configuration.get("AdjustmentType"), configuration.get("StepAdjustments") or []
    if kind not in ADJUSTMENT_TYPES:
        yield f"AdjustmentType must be one of {', '.join(ADJUSTMENT_TYPES)}"
    if not steps:
        yield "At least one step adjustment must be specified"
    if len(steps) > MOST_STEPS:
        yield f"Too many step adjustments: {len(steps)}, at most {MOST_STEPS} are allowed"
    if kind == "ExactCapacity" and any(int(entry["ScalingAdjustment"]) < 0 for entry in steps):
        yield "ScalingAdjustment must be non-negative for the adjustment type ExactCapacity"
    yield from intervals(steps)
    if int(configuration.get("Cooldown") or 0) < 0:
        yield "Cooldown must not be negative"
    if int(configuration.get("MinAdjustmentMagnitude") or 0) < 0:
        yield "MinAdjustmentMagnitude must not be negative"
    if configuration.get("MetricAggregationType") not in (None, "Average", "Minimum", "Maximum"):
        yield "MetricAggregationType must be one of Average, Minimum, Maximum"


def intervals(steps: Sequence[Data]) -> Iterator[str]:
    """The intervals touch each other, and reach infinity on every side of zero that they enter."""
    bounds = []
    for entry in steps:
        low, high = entry.get("MetricIntervalLowerBound"), entry.get("MetricIntervalUpperBound")
        if low is None and high is None:
            yield "At least one of MetricIntervalLowerBound and MetricIntervalUpperBound must be specified"
        bounds.append((-inf if low is None else float(low), inf if high is None else float(high)))
    if any(low >= high for low, high in bounds):
        yield "MetricIntervalUpperBound must be greater than MetricIntervalLowerBound"
    bounds.sort()
    for (dummy, end), (start, dummy) in pairwise(bounds):
        if start < end:
            yield "Step adjustments must not overlap"
        if start > end:
            yield "There must not be a gap between step adjustments"
    if bounds and -inf < bounds[0][0] < 0:
        yield "A step adjustment with a negative lower bound needs one with an unspecified lower bound"
    if bounds and 0 < bounds[-1][1] < inf:
        yield "A step adjustment with a positive upper bound needs one with an unspecified upper bound"


# -- target tracking
def tracking(configuration: Data) -> Iterator[str]:
    predefined = configuration.get("PredefinedMetricSpecification")
    customized = configuration.get("CustomizedMetricSpecification")
    if bool(predefined) == bool(customized):
        yield "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification is required"
    if not 0 < float(configuration.get("TargetValue") or 0) <= 2.0**360:
        yield "TargetValue must be greater than 0"
    for name in ("ScaleOutCooldown", "ScaleInCooldown"):
        if int(configuration.get(name) or 0) < 0:
            yield f"{name} must not be negative"
    if predefined:
        yield from predefined_metric(predefined)
    if customized:
        yield from queries(customized["Metrics"]) if customized.get("Metrics") else customized_metric(customized)


def predefined_metric(specification: Data) -> Iterator[str]:
    kind, label = specification.get("PredefinedMetricType"), specification.get("ResourceLabel")
    if kind not in PREDEFINED:
        yield f"Unsupported predefined metric type for the service namespace ecs: {kind}"
    if kind == "ALBRequestCountPerTarget" and not RESOURCE_LABEL.fullmatch(label or ""):
        yield "ResourceLabel must be app/<load balancer>/<id>/targetgroup/<target group>/<id>"
    if kind != "ALBRequestCountPerTarget" and label:
        yield f"ResourceLabel must not be specified for {kind}"


def customized_metric(specification: Data) -> Iterator[str]:
    for name in ("MetricName", "Namespace", "Statistic"):
        if not specification.get(name):
            yield f"{name} is required in CustomizedMetricSpecification"
    if specification.get("Statistic") not in STATISTICS:
        yield f"Statistic must be one of {', '.join(STATISTICS)}"


def queries(entries: Sequence[Data]) -> Iterator[str]:
    """A list of metric data queries, of a policy or of an alarm."""
    identifiers = [str(entry.get("Id", "")) for entry in entries]
    for identifier in identifiers:
        if not re.fullmatch(r"[a-z][A-Za-z0-9_]{0,254}", identifier):
            yield f"Invalid metric data query id: {identifier}"
    if len(set(identifiers)) < len(identifiers):
        yield "The ids of metric data queries must be unique"
    if any(bool(entry.get("Expression")) == bool(entry.get("MetricStat")) for entry in entries):
        yield "Exactly one of Expression and MetricStat must be specified in every metric data query"
    if sum(entry.get("ReturnData", True) for entry in entries) != 1:
        yield "Exactly one metric data query must have ReturnData true"
    try:
        expressions.evaluate(entries, lambda stat: {}, [])
    except expressions.Unsupported as error:
        yield str(error)

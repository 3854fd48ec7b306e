"""How much capacity a scaling policy asks for, and whether a cooldown lets it have it: pure functions.

https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Configuration = Mapping[str, Any]
DEFAULT_COOLDOWN = 300
"""Of ECS services, for either direction."""


# -- step scaling
def step_adjustment(steps: Sequence[Configuration], difference: float, rising: bool) -> int | None:
    """ScalingAdjustment of the step that a breach falls into; None when it falls into none.

    `difference` is metric - threshold. Above the threshold a step includes its lower bound, below it its upper bound;
    on the threshold the direction of the alarm decides (`rising`: it watches for high values).
    """
    above = difference > 0 or (difference == 0 and rising)
    for step in steps:
        low, high = step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound")
        low, high = (-math.inf if low is None else float(low)), (math.inf if high is None else float(high))
        if (low <= difference < high) if above else (low < difference <= high):
            return int(step["ScalingAdjustment"])
    return None


def percent_change(current: int, percent: int, magnitude: int) -> int:
    """Change by a percentage: no less than one task, else rounded towards zero, and at least `magnitude`."""
    exact = current * percent / 100
    change = int(math.copysign(1, exact)) if 0 < abs(exact) < 1 else int(exact)
    return int(math.copysign(max(abs(change), magnitude), percent)) if percent else 0


def step_capacity(configuration: Configuration, current: int, adjustment: int) -> int:
    kind = configuration["AdjustmentType"]
    if kind == "ExactCapacity":
        return adjustment
    if kind == "PercentChangeInCapacity":
        magnitude = int(configuration.get("MinAdjustmentMagnitude") or 0)
        return max(0, current + percent_change(current, adjustment, magnitude))
    return max(0, current + adjustment)


def aggregate(kind: str | None, values: Sequence[float]) -> float:
    """MetricAggregationType over the datapoints that the alarm looked at."""
    if kind == "Minimum":
        return min(values)
    return max(values) if kind == "Maximum" else sum(values) / len(values)


# -- target tracking
def tracking_capacity(current: int, metric: float, target: float, out: bool) -> int:
    """Capacity in proportion to the metric; an alarm that asks for more gets at least one more.

    The last is what takes a service off zero, where no proportion helps.
    """
    wanted = math.ceil(round(current * metric / target, 9))
    return max(wanted, current + 1) if out else min(wanted, current)


# -- cooldowns and bounds
@dataclasses.dataclass
class Cooldown:
    """Of one scalable target."""

    out_until: float = 0.0
    out_base: int = 0
    """Capacity before the scale-out that the cooldown belongs to."""
    in_until: float = 0.0


@dataclasses.dataclass(frozen=True)
class Decision:
    capacity: int
    reason: str = ""
    """Why nothing changes: a code of NotScaledReason, or Cooldown, which AWS does not report."""


def decide(
    current: int, wanted: Callable[[int], int], bounds: tuple[int, int], cooldown: Cooldown, now: float
) -> Decision:
    """What a policy's request comes to. `wanted` is the capacity it asks for at a given capacity.

    While a scale-out cools down, what it added counts as part of the next one: only a larger scale-out adds more.
    A scale-in waits until the last scale-in has cooled down; a scale-out ends that cooldown.
    """
    low, high = bounds
    asked = wanted(current)
    capacity = max(low, min(high, asked))
    if asked > current:
        if capacity <= current:
            return Decision(current, "AlreadyAtMaxCapacity")
        if now < cooldown.out_until:
            capacity = max(low, min(high, wanted(cooldown.out_base)))
            if capacity <= current:
                return Decision(current, "Cooldown")
        return Decision(capacity)
    if asked < current:
        if capacity >= current:
            return Decision(current, "AlreadyAtMinCapacity")
        return Decision(current, "Cooldown") if now < cooldown.in_until else Decision(capacity)
    return Decision(current, "AlreadyAtDesiredCapacity")


def started(cooldown: Cooldown, before: int, after: int, seconds: tuple[float, float], now: float) -> None:
    """Note an activity; `seconds` are the policy's cooldowns for scale-out and scale-in."""
    if after > before:
        if now >= cooldown.out_until:
            cooldown.out_base = before
        cooldown.out_until = now + seconds[0]
        cooldown.in_until = 0.0
    elif after < before:
        cooldown.out_until = 0.0
        cooldown.in_until = now + seconds[1]

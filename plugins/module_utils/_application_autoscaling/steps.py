# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The steps of a step scaling policy: intervals of the difference between the metric and the alarm's threshold.

https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
"""

from __future__ import annotations

import typing as t
from itertools import pairwise
from math import inf

from ansible_collections.airflow.fargate.plugins.module_utils._problems import (
    Options,
    Problem,
    Problems,
)

MOST_STEPS = 20


class Interval(t.NamedTuple):
    """A step between its bounds, and its place in the list."""

    lower: float
    upper: float
    number: int


def interval(step: Options, number: int = 0) -> Interval:
    lower, upper = step["lower_bound"], step["upper_bound"]
    return Interval(-inf if lower is None else lower, inf if upper is None else upper, number)


def step_adjustments(steps: t.Iterable[Options]) -> list[dict[str, t.Any]]:
    """The steps as AWS takes them, from the lowest to the highest."""
    return [_step_adjustment(step) for step in sorted(steps, key=interval)]


def _step_adjustment(step: Options) -> dict[str, t.Any]:
    bounds = {"MetricIntervalLowerBound": step["lower_bound"], "MetricIntervalUpperBound": step["upper_bound"]}
    return {**{key: float(value) for key, value in bounds.items() if value is not None}, **_adjustment(step)}


def _adjustment(step: Options) -> dict[str, int]:
    return {"ScalingAdjustment": step["adjustment"]}


def problems(setting: str, steps: t.Sequence[Options], exact: bool) -> Problems:
    """Of the list as a whole and of each step; exact: an adjustment is a number of tasks, not a change."""
    if not 1 <= len(steps) <= MOST_STEPS:
        yield Problem(setting, len(steps), f"a policy has 1 to {MOST_STEPS} steps")
    for number, step in enumerate(steps):
        yield from _of_step(f"{setting}[{number}]", step, exact)
    intervals = sorted(interval(step, number) for number, step in enumerate(steps))
    if all(one.lower < one.upper for one in intervals):
        yield from _of_intervals(setting, intervals)


def _of_step(setting: str, step: Options, exact: bool) -> Problems:
    lower, upper, dummy = interval(step)
    if step["lower_bound"] is None and step["upper_bound"] is None:
        yield Problem(setting, dict(step), "it needs lower_bound, upper_bound or both")
    if lower >= upper:
        yield Problem(f"{setting}.upper_bound", upper, f"it must be above lower_bound, which is {lower}")
    if exact and step["adjustment"] < 0:
        yield Problem(f"{setting}.adjustment", step["adjustment"], "no service has fewer than 0 tasks")


def _of_intervals(setting: str, intervals: t.Sequence[Interval]) -> Problems:
    """They must touch each other, and be unbounded on each side of zero that they enter."""
    for one, other in pairwise(intervals):
        name = f"{setting}[{other.number}].lower_bound"
        if other.lower < one.upper:
            yield Problem(name, _bound(other.lower), f"the step overlaps the one that ends at {_bound(one.upper)}")
        if other.lower > one.upper:
            yield Problem(name, other.lower, f"there is a gap after the step that ends at {one.upper}")
    if intervals and -inf < intervals[0].lower < 0:
        name = f"{setting}[{intervals[0].number}].lower_bound"
        yield Problem(name, intervals[0].lower, "the lowest step must have no lower_bound when it begins below 0")
    highest = max(intervals, key=lambda one: one.upper, default=None)
    if highest and 0 < highest.upper < inf:
        name = f"{setting}[{highest.number}].upper_bound"
        yield Problem(name, highest.upper, "the highest step must have no upper_bound when it ends above 0")


def _bound(value: float) -> float | None:
    return None if value in (-inf, inf) else value

"""Steps of step scaling policies: whatever covers a line is taken, whatever leaves a hole in it is not."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import steps
from hypothesis import given
from hypothesis import strategies as st

Step = dict[str, Any]


def step(lower: float | None, upper: float | None, adjustment: int = 1) -> Step:
    return {"lower_bound": lower, "upper_bound": upper, "adjustment": adjustment}


def reasons(*listed: Step, exact: bool = False) -> list[str]:
    return [str(problem) for problem in steps.problems("steps", listed, exact)]


@st.composite
def whole_lines(draw: st.DrawFn) -> list[Step]:
    """Steps that touch each other from minus infinity to infinity, in any order."""
    cuts = sorted(draw(st.sets(st.integers(-1000, 1000), min_size=1, max_size=steps.MOST_STEPS - 1)))
    ends: list[float | None] = [None, *map(float, cuts), None]
    adjustments = draw(st.lists(st.integers(-50, 50), min_size=len(ends) - 1, max_size=len(ends) - 1))
    made = [step(*bounds, adjustment) for bounds, adjustment in zip(pairwise(ends), adjustments, strict=True)]
    return draw(st.permutations(made))


@given(whole_lines())
def test_steps_over_the_whole_line_are_taken(listed: list[Step]) -> None:
    assert reasons(*listed) == []


@given(whole_lines())
def test_aws_gets_them_from_low_to_high_whatever_their_order(listed: list[Step]) -> None:
    sent = steps.step_adjustments(listed)
    shuffled = random.Random(len(listed)).sample(listed, len(listed))

    assert sent == steps.step_adjustments(shuffled)
    assert "MetricIntervalLowerBound" not in sent[0]
    assert "MetricIntervalUpperBound" not in sent[-1]
    for one, other in pairwise(sent):
        assert one["MetricIntervalUpperBound"] == other["MetricIntervalLowerBound"]
    assert sorted(one["ScalingAdjustment"] for one in sent) == sorted(one["adjustment"] for one in listed)


@given(whole_lines(), st.data())
def test_without_one_of_them_there_is_a_gap_or_an_end(listed: list[Step], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(listed))
    left = [one for one in listed if one is not gone]
    entered = [
        bound
        for one in left
        for bound, beyond_zero in ((one["lower_bound"], -1), (one["upper_bound"], 1))
        if bound is not None and bound * beyond_zero > 0
    ]
    at_an_end = gone["lower_bound"] is None or gone["upper_bound"] is None
    # What is missing at an end is only missed on a side of zero that the others enter.
    if left and not at_an_end:
        assert "there is a gap" in str(reasons(*left))
    elif left and not entered:
        assert reasons(*left) == []
    elif not left:
        assert "1 to 20 steps" in str(reasons(*left))


@given(whole_lines(), st.data())
def test_one_that_is_there_twice_overlaps(listed: list[Step], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(listed))
    assert "overlaps" in str(reasons(*listed, dict(twice)))


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ([step(0, 5), step(6, None)], "steps[1].lower_bound = 6: there is a gap after the step that ends at 5"),
        ([step(0, 5), step(4, None)], "steps[1].lower_bound = 4: the step overlaps the one that ends at 5"),
        ([step(0, None), step(0, 3)], "steps[0].lower_bound = 0: the step overlaps the one that ends at 3"),
        ([step(None, 3), step(None, 5)], "steps[1].lower_bound = null: the step overlaps the one that ends at 3"),
        ([step(0, 5)], "steps[0].upper_bound = 5: the highest step must have no upper_bound"),
        ([step(-5, 0)], "steps[0].lower_bound = -5: the lowest step must have no lower_bound"),
        ([step(5, 5)], "steps[0].upper_bound = 5: it must be above lower_bound, which is 5"),
        ([step(None, None)], "it needs lower_bound, upper_bound or both"),
        ([], "steps = 0: a policy has 1 to 20 steps"),
        ([step(n, n + 1) for n in range(20)] + [step(20, None)], "steps = 21: a policy has 1 to 20 steps"),
    ],
)
def test_refused(listed: list[Step], reason: str) -> None:
    assert reason in str(reasons(*listed))


@pytest.mark.parametrize(
    "listed",
    [
        [step(0, None)],
        [step(None, 0)],
        [step(1, 2), step(2, None)],
        [step(-2, -1, -1), step(None, -2, -2)],
        [step(None, -1), step(-1, 1), step(1, None)],
    ],
)
def test_accepted(listed: list[Step]) -> None:
    assert reasons(*listed) == []


def test_an_exact_number_of_tasks_is_not_negative() -> None:
    assert reasons(step(0, None, 0), exact=True) == []
    assert "steps[0].adjustment = -1" in str(reasons(step(0, None, -1), exact=True))

"""Steps, applied as AWS applies them: by the embedded AWS' own rules."""

from __future__ import annotations

from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.steps import (
    problems,
    step_adjustments,
)
from ansible_collections.airflow.fargate.plugins.module_utils._scaling import steps
from hypothesis import given
from hypothesis import strategies as st

from tools.local_aws.patches.application_autoscaling.policies import step_adjustment

MOST = st.integers(1, 2000)
WORKERS = st.integers(1, 4000)


def adjustment(listed: list[dict[str, Any]], metric: int) -> int:
    change = step_adjustment(step_adjustments(listed), metric - steps.THRESHOLD, rising=True)
    assert change is not None
    return change


@given(MOST)
def test_aws_takes_them(most: int) -> None:
    for listed in (steps.scale_out(most), steps.scale_in(most)):
        assert 1 <= len(listed) <= steps.MOST_STEPS
        assert list(problems("steps", listed, exact=False)) == []


@given(MOST, WORKERS)
def test_one_step_adds_all_that_is_missing(most: int, gap: int) -> None:
    added = adjustment(steps.scale_out(most), gap)
    assert added >= min(gap, most)
    assert added <= max(most, 1)


@given(MOST, WORKERS)
def test_no_step_removes_more_than_is_too_much(most: int, surplus: int) -> None:
    removed = -adjustment(steps.scale_in(most), surplus)
    assert 1 <= removed <= surplus


@given(st.integers(1, steps.MOST_STEPS), st.data())
def test_up_to_twenty_workers_each_number_has_its_step(most: int, data: st.DataObject) -> None:
    workers = data.draw(st.integers(1, most))
    assert adjustment(steps.scale_out(most), workers) == workers
    assert adjustment(steps.scale_in(most), workers) == -workers


@given(MOST, WORKERS)
def test_what_is_too_much_goes_in_a_few_steps(most: int, surplus: int) -> None:
    listed, left, count = steps.scale_in(most), min(surplus, most), 0
    while left:
        left += adjustment(listed, left)
        count += 1
    assert count <= steps.MOST_STEPS


@given(st.integers(21, 200), st.data())
def test_beyond_twenty_workers_a_step_adds_few_too_many(most: int, data: st.DataObject) -> None:
    gap = data.draw(st.integers(1, most))
    assert adjustment(steps.scale_out(most), gap) <= gap * 1.5

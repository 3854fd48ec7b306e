"""From what a service is and what is asked for to what it is to become."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.common import CapacityError
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.plan import (
    EVERYTHING,
    Bounds,
    Goal,
    Observed,
    decide,
)
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.record import Record
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.request import HIBERNATE, SCALE_DOWN, Request
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FREE = {"scale_in": False, "scale_out": False, "scheduled": False}
FORMER = Bounds(1, 5, FREE)
NOTHING = Bounds(0, 0, EVERYTHING)
UP = Observed("worker", 2, 2, FORMER, {}, None)
ECS_ONLY = replace(UP, target=None)
DOWN_REQUEST, UP_REQUEST = Request(down=True), Request(down=False)
SLEEP, WAKE = Request(down=True, purpose=HIBERNATE), Request(down=False, purpose=HIBERNATE)


def after(seen: Observed, goal: Goal) -> Observed:
    """As AWS has it when everything was done."""
    return replace(
        seen, desired=goal.desired, running=goal.desired, target=goal.target, actions=goal.actions, record=goal.record
    )


def then(seen: Observed, *requests: Request, now: datetime = NOW) -> Observed:
    for request in requests:
        seen = after(seen, decide(request, seen, now))
    return seen


def test_down_and_up_again() -> None:
    down = then(UP, DOWN_REQUEST)
    assert (down.desired, down.target, down.actions) == (0, NOTHING, {})
    assert down.record == Record(1, 5, 2, FREE, SCALE_DOWN, NOW)
    assert then(down, UP_REQUEST, now=NOW + HOUR) == UP


def test_what_is_no_scalable_target_has_its_count_changed() -> None:
    down = then(ECS_ONLY, DOWN_REQUEST)
    assert (down.desired, down.target, down.record and down.record.desired) == (0, None, 2)
    assert then(down, UP_REQUEST) == ECS_ONLY


def test_what_became_a_scalable_target_meanwhile_keeps_its_bounds() -> None:
    down = replace(then(ECS_ONLY, DOWN_REQUEST), target=FORMER)
    assert then(down, UP_REQUEST) == UP


@pytest.mark.parametrize("seen", [UP, ECS_ONLY])
@pytest.mark.parametrize("request_", [DOWN_REQUEST, UP_REQUEST, SLEEP, WAKE])
def test_a_repetition_changes_nothing(seen: Observed, request_: Request) -> None:
    once = then(seen, request_)
    assert then(once, request_, now=NOW + HOUR) == once


FLAGS = st.fixed_dictionaries({name: st.booleans() for name in FREE})
SERVICES = st.builds(
    lambda low, more, extra, flags: Observed(
        "worker", low + extra, 0, Bounds(low, low + extra + more, flags), {}, None
    ),
    st.integers(0, 5),
    st.integers(1, 5),
    st.integers(0, 5),
    FLAGS,
)


@given(SERVICES, st.data())
def test_interrupted_anywhere_the_former_numbers_come_back(seen: Observed, data: st.DataObject) -> None:
    """Of the changes that an interrupted run makes, any may be missing once the record is there."""
    seen = replace(seen, running=seen.desired)
    goal = decide(DOWN_REQUEST, seen, NOW)
    half = replace(
        seen,
        record=goal.record,
        target=data.draw(st.sampled_from([seen.target, goal.target])),
        desired=data.draw(st.sampled_from([seen.desired, goal.desired])),
    )
    now = NOW + HOUR
    assert replace(then(half, DOWN_REQUEST, now=now), running=0) == replace(after(seen, goal), running=0)
    assert replace(then(half, UP_REQUEST, now=now), running=seen.running) == seen


def test_a_count_is_never_lowered() -> None:
    down = then(UP, DOWN_REQUEST)
    assert decide(UP_REQUEST, replace(down, desired=4, target=FORMER), NOW).desired == 4


def test_for_a_while() -> None:
    for_two_hours = Request(down=True, seconds=7200)
    down = then(UP, for_two_hours)
    assert down.target == Bounds(0, 0, FREE)
    assert down.actions == {
        "scale-up": {
            "Schedule": "at(2026-12-01T14:00:00)",
            "Timezone": "UTC",
            "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 5},
        }
    }
    assert then(down, for_two_hours, now=NOW + HOUR) == down
    longer = then(down, Request(down=True, seconds=10800), now=NOW + HOUR)
    assert longer.record
    assert longer.record.until == NOW + 4 * HOUR
    assert (longer.record.min, longer.record.max, longer.record.desired) == (1, 5, 2)


def test_when_aws_has_brought_it_back_the_record_is_only_removed() -> None:
    down = then(UP, Request(down=True, seconds=3600))
    back = replace(down, desired=1, target=FORMER)
    goal = decide(UP_REQUEST, back, NOW + 2 * HOUR)
    assert goal == Goal(1, FORMER, {}, None)


def test_when_aws_has_not_brought_it_back_its_record_still_counts() -> None:
    down = then(UP, Request(down=True, seconds=3600))
    assert then(down, UP_REQUEST, now=NOW + 2 * HOUR) == UP


def test_at_a_time_nothing_changes_before() -> None:
    at = NOW + 8 * HOUR
    later = then(UP, Request(down=True, at=at, timezone="Europe/Berlin"))
    assert (later.desired, later.target) == (2, FORMER)
    assert later.record
    assert (later.record.since, later.record.until) == (at, None)
    assert later.actions["scale-down"] == {
        "Schedule": "at(2026-12-01T21:00:00)",
        "Timezone": "Europe/Berlin",
        "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0},
    }
    assert then(later, UP_REQUEST) == UP


def test_up_at_a_time() -> None:
    at = Request(down=False, at=NOW + HOUR)
    waiting = then(UP, DOWN_REQUEST, at)
    assert (waiting.desired, waiting.target) == (0, Bounds(0, 0, FREE))
    assert waiting.record
    assert waiting.record.until == NOW + HOUR
    assert waiting.actions.keys() == {"scale-up"}
    assert then(waiting, at) == waiting


def test_up_for_a_while() -> None:
    for_an_hour = Request(down=False, seconds=3600)
    up = then(UP, DOWN_REQUEST, for_an_hour)
    assert (up.desired, up.target) == (2, FORMER)
    assert up.record
    assert up.record.since == NOW + HOUR
    assert up.actions.keys() == {"scale-down"}
    assert then(up, for_an_hour, now=NOW + HOUR / 2) == up


@pytest.mark.parametrize(
    ("seen", "request_", "reason"),
    [
        (UP, Request(down=True, at=NOW - HOUR), "has passed"),
        (then(UP, DOWN_REQUEST), Request(down=False, at=NOW - HOUR), "too early"),
        (ECS_ONLY, Request(down=True, seconds=3600), "no scalable target"),
        (replace(UP, target=Bounds(1, 5, EVERYTHING)), Request(down=True, seconds=3600), "schedules suspended"),
        (then(UP, SLEEP), UP_REQUEST, "hibernates"),
        (then(UP, SLEEP), DOWN_REQUEST, "hibernates"),
    ],
)
def test_what_cannot_be_done(seen: Observed, request_: Request, reason: str) -> None:
    with pytest.raises(CapacityError, match=reason):
        decide(request_, seen, NOW)


def test_what_was_down_before_it_hibernated_stays_down() -> None:
    assert then(UP, DOWN_REQUEST, SLEEP, WAKE) == then(UP, DOWN_REQUEST)


def test_what_was_down_for_a_while_hibernates_and_wakes_up() -> None:
    asleep = then(UP, Request(down=True, seconds=3600), SLEEP)
    assert (asleep.target, asleep.actions) == (NOTHING, {})
    assert then(asleep, WAKE, now=NOW + 2 * HOUR) == UP

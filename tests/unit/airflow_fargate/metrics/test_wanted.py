"""Whose heartbeats are due."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.metrics.wanted import Wanted
from airflow_fargate.metrics.workers import Workers

OLD = {"scheduler": 40000.0}
ASLEEP, AWAKE = {"scheduler": Workers(0, 0)}, {"scheduler": Workers(1, 0)}


def test_who_is_at_zero_has_none() -> None:
    assert Wanted({"scheduler": "scheduler"}).heartbeat_ages(OLD, ASLEEP, 0) == {}


def test_who_was_never_seen_at_zero_has_its_age() -> None:
    assert Wanted({"scheduler": "scheduler"}).heartbeat_ages(OLD, AWAKE, 0) == OLD


def test_in_the_morning_the_age_begins_anew() -> None:
    wanted = Wanted({"scheduler": "scheduler"})
    for now in (0, 10):
        wanted.heartbeat_ages(OLD, ASLEEP, now)
    assert wanted.heartbeat_ages(OLD, AWAKE, 20) == {"scheduler": 10}
    # One that does not come up is missed in the end, and one that does has an age of its own.
    assert wanted.heartbeat_ages(OLD, AWAKE, 310) == {"scheduler": 300}
    assert wanted.heartbeat_ages({"scheduler": 3.0}, AWAKE, 320) == {"scheduler": 3}


def test_when_ecs_does_not_answer_all_are_wanted() -> None:
    wanted = Wanted({"scheduler": "scheduler", "triggerer": "triggerer"})
    assert wanted.heartbeat_ages({**OLD, "triggerer": 1.0}, {}, 0) == {**OLD, "triggerer": 1.0}


def test_an_answer_that_is_missing_at_night_is_no_alarm_yet() -> None:
    wanted = Wanted({"scheduler": "scheduler"})
    wanted.heartbeat_ages(OLD, ASLEEP, 0)
    assert wanted.heartbeat_ages(OLD, {}, 10) == {"scheduler": 10}
    assert wanted.heartbeat_ages(OLD, ASLEEP, 20) == {}


def test_a_service_that_somebody_deleted_is_missed() -> None:
    wanted = Wanted({"scheduler": "scheduler", "api-server": "api-server"})
    assert wanted.heartbeat_ages(OLD, {"api-server": Workers(1, 1)}, 0) == OLD


def test_a_component_without_a_service_is_not() -> None:
    assert Wanted({"scheduler": "scheduler"}).heartbeat_ages({"triggerer": 9.0}, AWAKE, 0) == {}


def test_without_any_services_nothing_is_left_out() -> None:
    assert Wanted({}).heartbeat_ages(OLD, ASLEEP, 0) == OLD


def test_one_of_two_services_is_enough_to_be_wanted() -> None:
    wanted = Wanted({"a": "scheduler", "b": "scheduler"})
    assert wanted.heartbeat_ages(OLD, {"a": Workers(0, 0), "b": Workers(1, 1)}, 0) == OLD
    assert wanted.heartbeat_ages(OLD, {"a": Workers(0, 0), "b": Workers(0, 0)}, 1) == {}


@given(st.lists(st.sampled_from([ASLEEP, AWAKE, {}]), min_size=1), st.floats(0, 1e6))
def test_an_age_is_never_made_older(periods: list[dict[str, Workers]], age: float) -> None:
    wanted = Wanted({"scheduler": "scheduler"})
    for number, found in enumerate(periods):
        due = wanted.heartbeat_ages({"scheduler": age}, found, 10.0 * number)
        assert due.get("scheduler", 0) <= age
        assert ("scheduler" in due) is (found != ASLEEP)

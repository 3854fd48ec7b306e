"""Times and durations as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.common import CapacityError
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.request import (
    from_options,
    once,
    parse_duration,
    parse_time,
)
from hypothesis import given
from hypothesis import strategies as st

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "seconds"), [("2h", 7200), ("90m", 5400), ("1d12h", 129600), ("45s", 45), ("1h30m10s", 5410)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "h", "2h ", "-2h", "0h", "2h1d", "two hours"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(CapacityError, match="write a time such as 2h"):
        parse_duration(text)


def test_times() -> None:
    assert parse_time("2026-12-01T20:00:00", BERLIN) == datetime(2026, 12, 1, 19, tzinfo=UTC)
    assert parse_time("2026-07-01T20:00:00", BERLIN) == datetime(2026, 7, 1, 18, tzinfo=UTC)
    assert parse_time("2026-12-01T20:00:00-05:00", BERLIN) == datetime(2026, 12, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(("text", "reason"), [("tonight", "such as"), ("2027-03-28T02:30:00", "clocks skip it")])
def test_what_is_no_time(text: str, reason: str) -> None:
    with pytest.raises(CapacityError, match=reason):
        parse_time(text, BERLIN)


def test_a_time_that_clocks_show_twice_is_written_in_utc() -> None:
    assert once(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BERLIN) == ("at(2026-10-25T00:30:00)", "UTC")
    assert once(datetime(2026, 10, 25, 12, tzinfo=UTC), BERLIN) == ("at(2026-10-25T13:00:00)", BERLIN)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC)))
def test_an_expression_means_its_instant(instant: datetime) -> None:
    instant = instant.replace(microsecond=0)
    schedule, timezone = once(instant, BERLIN)
    assert parse_time(schedule.removeprefix("at(").removesuffix(")"), timezone) == instant


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"timezone": "Mars/Olympus"}, "no such zone"),
        ({"state": "up", "at": "2026-12-01T20:00:00", "duration": "2h"}, "not possible"),
        ({"purpose": "hibernate", "duration": "2h"}, "purpose = scale-down"),
    ],
)
def test_what_makes_no_sense(options: dict[str, Any], reason: str) -> None:
    defaults = {"state": "down", "purpose": "scale-down", "at": None, "duration": None, "timezone": "UTC"}
    with pytest.raises(CapacityError, match=reason):
        from_options({**defaults, **options})

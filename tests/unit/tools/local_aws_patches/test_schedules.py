"""Schedule expressions of Application Auto Scaling."""

from __future__ import annotations

import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.local_aws.patches.application_autoscaling import schedules


@pytest.mark.parametrize(
    "schedule",
    [
        "at(2026-12-24T18:00:00)",
        "rate(1 hour)",
        "rate(5 minutes)",
        "cron(0 22 ? * MON-FRI *)",
        "cron(*/15 8-18 * * ? *)",
        "cron(0 0 L * ? *)",
        "cron(0 9 ? * 2#1 2026-2030)",
        "cron(0 6 1,15 JAN,JUL ? *)",
    ],
)
def test_accepted(schedule: str) -> None:
    assert schedules.valid(schedule)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "0 22 * * *",
        "cron(0 22 * * *)",
        "cron(0 22 * * * *)",
        "cron(0 22 ? * ? *)",
        "cron(60 22 ? * MON *)",
        "cron(0 24 ? * MON *)",
        "cron(0 0 ? * FUNDAY *)",
        "cron(0 0 ? * FRI-MON *)",
        "cron(*/0 * * * ? *)",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "at(2026-12-24 18:00)",
        "at(2026-13-24T18:00:00)",
    ],
)
def test_refused(schedule: str) -> None:
    assert not schedules.valid(schedule)


def test_time_zones() -> None:
    assert schedules.valid_timezone("Europe/Berlin")
    assert not schedules.valid_timezone("Europe/Atlantis")


# -- when it is due
def moment(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


def due(schedule: str, since: str, until: str, timezone: str = "UTC", base: float = 0.0) -> str | None:
    found = schedules.last_due(schedule, timezone, moment(since), moment(until), base)
    return None if found is None else datetime.datetime.fromtimestamp(found, datetime.UTC).isoformat()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("at(2026-12-24T18:00:00)", "2026-12-24T18:00:00+00:00"),
        ("at(2026-11-24T18:00:00)", None),
        ("cron(30 6 ? * MON *)", "2026-12-28T06:30:00+00:00"),
        ("cron(0 22 ? * MON-FRI *)", "2026-12-31T22:00:00+00:00"),
        ("cron(0/15 8-18 * * ? *)", "2026-12-31T18:45:00+00:00"),
        ("cron(0 0 L * ? *)", "2026-12-31T00:00:00+00:00"),
        ("cron(0 0 LW NOV-DEC ? *)", "2026-12-31T00:00:00+00:00"),
        # The weekday next to the 5th, a Saturday.
        ("cron(0 0 5W * ? *)", "2026-12-04T00:00:00+00:00"),
        ("cron(0 9 ? * 2#1 2026-2030)", "2026-12-07T09:00:00+00:00"),
        ("cron(0 9 ? * 6L *)", "2026-12-25T09:00:00+00:00"),
        ("cron(0 9 ? * L *)", "2026-12-26T09:00:00+00:00"),
        ("cron(0 6 1,15 JAN,JUL ? *)", None),
        ("cron(0 6 1 DEC ? 2027)", None),
        ("cron(0 6 1,15 7-12/5 ? *)", "2026-12-15T06:00:00+00:00"),
    ],
)
def test_last_due_in_december(schedule: str, expected: str | None) -> None:
    assert due(schedule, "2026-11-30T23:59:59Z", "2026-12-31T23:59:59Z") == expected


def test_a_time_zone_follows_its_summer_time() -> None:
    morning = "cron(0 8 ? * * *)"
    assert due(morning, "2027-03-27T00:00:00Z", "2027-03-27T23:00:00Z", "Europe/Berlin") == "2027-03-27T07:00:00+00:00"
    assert due(morning, "2027-03-28T00:00:00Z", "2027-03-28T20:00:00Z", "Europe/Berlin") == "2027-03-28T06:00:00+00:00"
    assert due(morning, "2027-10-31T00:00:00Z", "2027-10-31T20:00:00Z", "Europe/Berlin") == "2027-10-31T07:00:00+00:00"


def test_a_local_time_that_is_skipped_does_not_run_and_one_that_is_repeated_runs_once() -> None:
    night = "cron(30 2 ? * * *)"
    assert due(night, "2027-03-28T00:00:00Z", "2027-03-28T12:00:00Z", "Europe/Berlin") is None
    assert due(night, "2027-10-30T23:00:00Z", "2027-10-31T00:59:59Z", "Europe/Berlin") == "2027-10-31T00:30:00+00:00"
    assert due(night, "2027-10-31T00:59:59Z", "2027-10-31T12:00:00Z", "Europe/Berlin") is None


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.dates(datetime.date(2024, 1, 1), datetime.date(2030, 12, 31)),
)
def test_every_day_has_one_run_at_the_local_time(hour: int, minute: int, timezone: str, day: datetime.date) -> None:
    zone = zoneinfo.ZoneInfo(timezone)
    midnight = datetime.datetime.combine(day, datetime.time(), zone).timestamp()
    following = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), zone).timestamp()
    schedule = f"cron({minute} {hour} * * ? *)"
    found = schedules.last_due(schedule, timezone, midnight - 1, following - 1, 0.0)
    if found is None:
        # Only where the day's clock skips it.
        assert following - midnight < 86400
        return
    local = datetime.datetime.fromtimestamp(found, zone)
    assert (local.date(), local.hour, local.minute) == (day, hour, minute)
    assert schedules.last_due(schedule, timezone, found, following - 1, 0.0) is None
    assert schedules.last_due(schedule, timezone, midnight - 1, found - 1, 0.0) is None


@given(st.integers(1, 500), st.sampled_from(["minute", "hour", "day"]), st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_rate_counts_from_its_beginning(value: int, unit: str, base: float, later: float) -> None:
    step = value * schedules.SECONDS[unit]
    schedule = f"rate({value} {unit}{'s' if value > 1 else ''})"
    found = schedules.last_due(schedule, "", base, base + later, base)
    assert (found is None) == (later < step)
    if found is not None:
        assert base + later - step < found <= base + later
        assert round((found - base) / step, 6) % 1 == 0


@pytest.mark.parametrize(
    ("times", "since", "until", "expected"),
    [
        ({}, 0, 90, 60),
        ({}, 60, 90, None),
        # A recurring schedule runs at its start, then as it recurs, and no more after its end.
        ({"StartTime": 75}, 0, 90, 75),
        ({"StartTime": 75}, 0, 150, 120),
        ({"StartTime": 75}, 0, 70, None),
        ({"EndTime": 100}, 0, 150, 60),
        ({"EndTime": 100}, 100, 150, None),
    ],
)
def test_start_and_end_bound_a_recurring_action(
    times: dict[str, float], since: float, until: float, expected: float | None
) -> None:
    action = {"Schedule": "cron(* * * * ? *)", "CreationTime": 0.0, **times}
    assert schedules.action_due(action, since, until) == expected

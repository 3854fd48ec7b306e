"""Scheduled actions between options and API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import scheduled_actions

Make = Callable[..., dict[str, Any]]
START, END = "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00"


def reasons(*listed: dict[str, Any]) -> str:
    return "\n".join(str(problem) for problem in scheduled_actions.problems("actions", listed))


def test_wanted(action: Make) -> None:
    sent = scheduled_actions.wanted(action(timezone="Europe/Berlin", start_time=START, end_time=END, max=3))
    assert sent == {
        "Schedule": "cron(0 8 ? * MON-FRI *)",
        "Timezone": "Europe/Berlin",
        "StartTime": "2025-12-31T23:00:00+00:00",
        "EndTime": "2027-01-01T00:00:00+00:00",
        "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 3},
    }


def test_zero_is_a_number_of_tasks(action: Make) -> None:
    assert scheduled_actions.wanted(action(min=None, max=0))["ScalableTargetAction"] == {"MaxCapacity": 0}


def test_a_time_zone_is_always_sent_for_an_update_would_keep_the_old_one(action: Make) -> None:
    assert scheduled_actions.wanted(action())["Timezone"] == "UTC"
    assert "Timezone" not in scheduled_actions.wanted(action(schedule="rate(1 hour)"))


def test_what_aws_describes_is_what_was_sent(action: Make) -> None:
    wanted = scheduled_actions.wanted(action(start_time=START, schedule="cron(0  8 ? *  MON-FRI *)"))
    described = {
        "ScheduledActionName": "morning",
        "ScheduledActionARN": "arn",
        "Schedule": "cron(0 8 ? * MON-FRI *)",
        # As botocore gives it: in the zone of this machine.
        "StartTime": datetime(2026, 1, 1, 1, 0, 0, 500, tzinfo=timezone(timedelta(hours=2))),
        "ScalableTargetAction": {"MinCapacity": 1},
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
    }
    assert scheduled_actions.observed(described) == wanted


def test_a_rate_has_no_time_zone_whatever_aws_remembers(action: Make) -> None:
    described = {"Schedule": "rate(1 hour)", "Timezone": "UTC", "ScalableTargetAction": {"MinCapacity": 1}}
    assert scheduled_actions.observed(described) == scheduled_actions.wanted(action(schedule="rate(1 hour)"))


def test_accepted(action: Make) -> None:
    listed = [
        action(),
        action(name="evening", timezone="Europe/Berlin", start_time=START, end_time=END, min=0, max=0),
        action(name="once", schedule="at(2026-12-24T18:00:00)", timezone="America/New_York"),
        action(name="often", schedule="rate(5 minutes)"),
    ]
    assert reasons(*listed) == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"min": -1}, "actions[morning].min = -1: it must be at least 0"),
        ({"max": -1}, "actions[morning].max = -1"),
        ({"min": 2, "max": 1}, "actions[morning].min = 2: it must not be above max, which is 1"),
        ({"schedule": "every day"}, 'actions[morning].schedule = "every day": it must be cron(...)'),
        ({"schedule": "cron(0 8 * * * *)"}, "either the day of month or the day of week must be ?"),
        ({"timezone": "Europe/Atlantis"}, 'timezone = "Europe/Atlantis": the IANA time zone database has no such'),
        ({"timezone": "UTC", "schedule": "rate(1 hour)"}, 'timezone = "UTC": a rate has none'),
        ({"start_time": "soon"}, 'start_time = "soon": it must be a time such as'),
        ({"end_time": "late"}, 'end_time = "late"'),
        ({"start_time": END, "end_time": START}, f'end_time = "{START}": it must be after start_time, {END}'),
        ({"start_time": "2026-01-01T01:00:00+01:00", "end_time": "2026-01-01T00:00:00"}, "must be after start_time"),
        ({"name": "a:b"}, 'actions.name = "a:b": it has 1 to 256 characters'),
        ({"name": " a"}, "no space at an end"),
        ({"name": "a "}, "no space at an end"),
    ],
)
def test_refused(action: Make, given: dict[str, Any], reason: str) -> None:
    assert reason in reasons(action(**given))


def test_a_name_is_there_once(action: Make) -> None:
    assert 'actions.name = "morning": it is there more than once' in reasons(action(), action())


def test_what_is_over(action: Make, now: datetime) -> None:
    assert not scheduled_actions.is_over(action(), now)
    assert scheduled_actions.is_over(action(end_time="2026-05-31"), now)
    assert scheduled_actions.is_over(action(schedule="at(2026-06-01T13:00:00)", timezone="Europe/Berlin"), now)

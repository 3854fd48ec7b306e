"""Schedule expressions of Application Auto Scaling."""

from __future__ import annotations

import pytest

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

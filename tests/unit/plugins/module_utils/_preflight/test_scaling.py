"""What is refused about scaling."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight import scaling

HOURS = {"days": "MON-FRI", "start": "08:00", "end": "19:00", "timezone": "Europe/Berlin"}
ACTION = {"name": "night", "schedule": "cron(0 22 * * ? *)", "timezone": "Europe/Berlin", "min": 0, "max": 0}


@pytest.mark.parametrize(
    ("seconds", "good"), [(30, True), (300, True), (90, True), (20, False), (45, False), (0, False)]
)
def test_idle_time(seconds: int, good: bool) -> None:
    assert (list(scaling.check_idle_time(seconds)) == []) is good


@pytest.mark.parametrize(
    ("weight", "base", "wrong"),
    [
        (0, 0, []),
        (100, 0, []),
        (70, 2, []),
        (101, 0, ["service_spot_weight"]),
        (50, -1, ["service_on_demand_base"]),
        (0, 1, ["service_on_demand_base"]),
    ],
)
def test_spot(weight: int, base: int, wrong: list[str]) -> None:
    assert [problem.setting for problem in scaling.check_spot(weight, base)] == wrong


@pytest.mark.parametrize(
    "hours", [{}, HOURS, {**HOURS, "days": "MON,WED,FRI"}, {"days": "*", "start": "00:00", "end": "23:59"}]
)
def test_good_business_hours(hours: dict[str, Any]) -> None:
    assert list(scaling.check_business_hours(hours)) == []
    assert list(scaling.check_service_business_hours(hours)) == []


@pytest.mark.parametrize(
    ("hours", "value"),
    [
        ({**HOURS, "timezone": "Europe/Berlim"}, "Europe/Berlim"),
        ({**HOURS, "start": "8:00"}, "8:00"),
        ({**HOURS, "end": "24:00"}, "24:00"),
        ({**HOURS, "start": "19:00"}, "19:00 to 19:00"),
        ({**HOURS, "days": "MON-FRIDAY"}, "MON-FRIDAY"),
        ({"days": "MON"}, {"days": "MON"}),
        ({**HOURS, "start": 480}, {**HOURS, "start": 480}),
        ({**HOURS, "holidays": "DEC"}, {**HOURS, "holidays": "DEC"}),
    ],
)
def test_wrong_business_hours(hours: dict[str, Any], value: Any) -> None:
    [problem] = scaling.check_business_hours(hours)
    assert problem.value == value


@pytest.mark.parametrize(
    "action",
    [
        ACTION,
        {"name": "x", "schedule": "at(2030-01-01T00:00:00)", "max": 9},
        {"name": "x", "schedule": "rate(1 day)", "min": 1},
    ],
)
def test_good_schedule(action: dict[str, Any]) -> None:
    assert list(scaling.check_schedule([action])) == []


@pytest.mark.parametrize(
    "action",
    [
        "night",
        {"schedule": "rate(1 day)", "min": 1},
        {"name": "night", "schedule": "rate(1 day)"},
        {**ACTION, "min": "0"},
        {**ACTION, "start_time": 8},
        {**ACTION, "zone": "UTC"},
        {**ACTION, "name": "business-hours-end"},
        {**ACTION, "schedule": "cron(0 22 * * *)"},
        {**ACTION, "timezone": "Berlin"},
        {**ACTION, "min": 3},
        {**ACTION, "end_time": "tomorrow"},
    ],
)
def test_wrong_schedule(action: Any) -> None:
    [problem] = scaling.check_schedule([action])
    assert problem.setting.startswith("service_schedule")


def test_two_actions_of_one_name() -> None:
    [problem] = scaling.check_schedule([ACTION, ACTION])
    assert problem.value == "night"

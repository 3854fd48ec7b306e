# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Scheduled actions: between the module's options and the shapes of the API."""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import schedules
from ansible_collections.airflow.fargate.plugins.module_utils._changes import Config
from ansible_collections.airflow.fargate.plugins.module_utils._problems import (
    Options,
    Problem,
    Problems,
    at_least,
    repeated,
)

NAME = re.compile(r"(?! )[^\x00-\x1f\x7f-\x9f:/|]{1,256}(?<! )")
# Those of the module service_capacity, for once: no list of schedules is to know of them.
ONCE = ("scale-down", "scale-up")


def wanted(action: Options) -> Config:
    """The action as AWS describes it, its times as text."""
    return _filled(
        {
            "Schedule": _schedule(action["schedule"]),
            "Timezone": _timezone(action),
            "StartTime": _text(action["start_time"] and schedules.moment(action["start_time"])),
            "EndTime": _text(action["end_time"] and schedules.moment(action["end_time"])),
            "ScalableTargetAction": _filled({"MinCapacity": action["min"], "MaxCapacity": action["max"]}),
        }
    )


def observed(action: Config) -> Config:
    """A described action in the form of a wanted one."""
    schedule = _schedule(action["Schedule"])
    return _filled(
        {
            "Schedule": schedule,
            "Timezone": None if schedule.startswith("rate") else action.get("Timezone", "UTC"),
            "StartTime": _text(action.get("StartTime")),
            "EndTime": _text(action.get("EndTime")),
            "ScalableTargetAction": _filled(action.get("ScalableTargetAction", {})),
        }
    )


def is_over(action: Options, now: datetime) -> bool:
    """Whether it will never run (again): AWS may have removed it, and would refuse to take it."""
    end = action["end_time"] and schedules.moment(action["end_time"])
    return schedules.is_over(_schedule(action["schedule"]), action["timezone"] or "UTC", end or None, now)


def _schedule(text: str) -> str:
    """With single spaces."""
    return " ".join(text.split())


def _timezone(action: Options) -> str | None:
    """Always sent, since an update keeps what it is not told; a rate has none."""
    return None if _schedule(action["schedule"]).startswith("rate") else action["timezone"] or "UTC"


def _text(time: datetime | str | None) -> str | None:
    """As text, so that a diff can show it."""
    if not isinstance(time, datetime):
        return None
    return time.astimezone(UTC).replace(microsecond=0).isoformat()


def _filled(config: Config) -> Config:
    return {key: value for key, value in config.items() if value is not None}


def problems(setting: str, actions: t.Sequence[Options]) -> Problems:
    yield from repeated(f"{setting}.name", [action["name"] for action in actions])
    for action in actions:
        one = f"{setting}[{action['name']}]"
        if not NAME.fullmatch(action["name"]):
            reason = "it has 1 to 256 characters, none of them : / | or a control character, and no space at an end"
            yield Problem(f"{setting}.name", action["name"], reason)
        if action["name"] in ONCE:
            yield Problem(f"{setting}.name", action["name"], "the module service_capacity has this name for its own")
        yield from _capacity_problems(one, action)
        yield from _time_problems(one, action)


def _capacity_problems(setting: str, action: Options) -> Problems:
    yield from at_least(setting, action, "min", 0)
    yield from at_least(setting, action, "max", 0)
    if action["min"] is not None and action["max"] is not None and action["min"] > action["max"]:
        yield Problem(f"{setting}.min", action["min"], f"it must not be above max, which is {action['max']}")


def _time_problems(setting: str, action: Options) -> Problems:
    schedule, timezone = _schedule(action["schedule"]), action["timezone"]
    reason = schedules.problem(schedule)
    if reason:
        yield Problem(f"{setting}.schedule", action["schedule"], reason)
    if timezone is not None and schedule.startswith("rate"):
        yield Problem(f"{setting}.timezone", timezone, "a rate has none")
    elif timezone is not None and not schedules.known_timezone(timezone):
        reason = "the IANA time zone database has no such zone (it comes with the system, or with the package tzdata)"
        yield Problem(f"{setting}.timezone", timezone, reason)
    times = {name: action[name] and schedules.moment(action[name]) for name in ("start_time", "end_time")}
    for name, time in times.items():
        if action[name] is not None and not time:
            yield Problem(f"{setting}.{name}", action[name], "it must be a time such as 2027-01-31T08:00:00+01:00")
    start, end = times["start_time"], times["end_time"]
    if start and end and start >= end:
        yield Problem(f"{setting}.end_time", action["end_time"], f"it must be after start_time, {action['start_time']}")

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Scheduled actions of a service: business hours, and what its own schedule says."""

from __future__ import annotations

import re
import typing as t

Options = dict[str, t.Any]
Settings = t.Mapping[str, t.Any]

TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
# Names of the actions that business hours make.
OPEN, CLOSE = "business-hours-start", "business-hours-end"


def scheduled_actions(service: Settings) -> list[Options]:
    return [*_business_hours(service), *(dict(action) for action in service["service_schedule"])]


def _business_hours(service: Settings) -> list[Options]:
    hours = service["service_business_hours"]
    if not hours:
        return []
    bounds = {"min": int(service["service_min_count"]), "max": int(service["service_max_count"])}
    timezone = hours.get("timezone", "UTC")
    return [
        {"name": OPEN, "schedule": cron(hours["start"], hours["days"]), "timezone": timezone, **bounds},
        {"name": CLOSE, "schedule": cron(hours["end"], hours["days"]), "timezone": timezone, "min": 0, "max": 0},
    ]


def cron(time: str, days: str) -> str:
    """Every one of these days at this time."""
    match = TIME.fullmatch(time)
    if match is None:
        raise ValueError(f"{time!r} is no time such as 08:00")
    return f"cron({int(match[2])} {int(match[1])} ? * {days} *)"

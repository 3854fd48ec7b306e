# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Points in time as people type them. Pure functions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

AGE = re.compile(r"(\d+)\s*(s|m|h|d|w)")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def point_in_time(text: str, now: datetime) -> datetime:
    """An age such as 15m, 2h or 3d, or a time in ISO 8601, UTC where it names no zone. Else a ValueError."""
    age = AGE.fullmatch(text.strip())
    if age:
        return now - timedelta(**{UNITS[age[2]]: int(age[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"'{text}' is neither an age such as 15m, 2h or 3d nor a time such as 2026-11-30T12:00"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def from_milliseconds(value: int) -> str:
    moment = datetime.fromtimestamp(value / 1000, UTC)
    return moment.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "")

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Schedule expressions and times of scheduled actions.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FORMS = "it must be cron(...), rate(...) or at(...)"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class Field(t.NamedTuple):
    """A field of a cron expression; names count from the lowest value; special is what it knows beside numbers."""

    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()
    special: str = r"(?!)"


FIELDS = (
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day of month", 1, 31, special=r"L|LW|(0?[1-9]|[12]\d|3[01])W"),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 1, 7, DAYS, special=r"[1-7]?L|[1-7]#[1-5]"),
    Field("year", 1970, 2199),
)
DAY_OF_MONTH, DAY_OF_WEEK = 2, 4


def split(schedule: str) -> tuple[str, str]:
    """cron(0 8 ? * MON-FRI *) as ("cron", "0 8 ? * MON-FRI *")."""
    match = re.fullmatch(r"(cron|rate|at)\((.*)\)", schedule)
    return (match[1], match[2]) if match else ("", "")


def problem(schedule: str) -> str | None:
    """Why AWS would refuse the expression."""
    kind, expression = split(schedule)
    check = {"cron": _cron_problem, "rate": _rate_problem, "at": _at_problem}.get(kind)
    return check(expression) if check else FORMS


def _cron_problem(expression: str) -> str | None:
    fields = expression.split()
    if len(fields) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        return f"a cron expression has six fields ({names}); this one has {len(fields)}"
    if (fields[DAY_OF_MONTH] == "?") == (fields[DAY_OF_WEEK] == "?"):
        return "either the day of month or the day of week must be ?, and not both"
    parts = [
        (field, part)
        for number, (field, text) in enumerate(zip(FIELDS, fields, strict=True))
        for part in text.split(",")
        if not (text == "?" and number in (DAY_OF_MONTH, DAY_OF_WEEK))
    ]
    return next((reason for field, part in parts if (reason := _part_problem(field, part))), None)


def _part_problem(field: Field, part: str) -> str | None:
    if re.fullmatch(field.special, part, re.IGNORECASE):
        return None
    span, slash, step = part.partition("/")
    if slash and not (re.fullmatch(r"[0-9]{1,4}", step) and int(step) > 0):
        return f"{step!r} is no number of steps in the field {field.name}"
    if span == "*":
        return None
    ends = [_value(field, end) for end in span.split("-", 1)]
    numbers = [end for end in ends if end is not None]
    if len(numbers) < len(ends):
        return f"{part!r} is nothing that the field {field.name} knows: it goes from {field.lowest} to {field.highest}"
    return f"{part!r} ends before it begins in the field {field.name}" if numbers[0] > numbers[-1] else None


def _value(field: Field, text: str) -> int | None:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + field.lowest
    if not re.fullmatch(r"[0-9]{1,4}", text) or not field.lowest <= int(text) <= field.highest:
        return None
    return int(text)


def _rate_problem(expression: str) -> str | None:
    match = re.fullmatch(r"([1-9][0-9]*) (minute|hour|day)(s?)", expression)
    if not match:
        return "a rate is a positive number and minute, minutes, hour, hours, day or days"
    if (int(match[1]) > 1) != bool(match[3]):
        return f"{match[1]} goes with {match[2]}{'' if match[3] else 's'}"
    return None


def _at_problem(expression: str) -> str | None:
    return None if _local_time(expression) else "the time must exist and be written as yyyy-mm-ddThh:mm:ss"


def _local_time(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def zone(name: str) -> tzinfo:
    """UTC is known where there is no time zone database, too."""
    return UTC if name == "UTC" else ZoneInfo(name)


def known_timezone(name: str) -> bool:
    try:
        zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # ValueError and OSError: names such as ../x and folders such as Europe.
        return False
    return True


def moment(text: str) -> datetime | None:
    """A start or end time; UTC unless it has an offset. None when it is no time."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def is_over(schedule: str, timezone: str, end: datetime | None, now: datetime) -> bool:
    """Whether the action will never run (again)."""
    kind, expression = split(schedule)
    local = _local_time(expression) if kind == "at" else None
    if local:
        return local.replace(tzinfo=zone(timezone)) <= now
    return end is not None and end <= now

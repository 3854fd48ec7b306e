"""Which schedule expressions Application Auto Scaling accepts.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

from __future__ import annotations

import datetime
import re
import zoneinfo

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
FIELDS: tuple[tuple[int, int, list[str], str], ...] = (
    # (lowest, highest, names, characters beside digits and , - * /)
    (0, 59, [], ""),
    (0, 23, [], ""),
    (1, 31, [], "?LW"),
    (1, 12, MONTHS, ""),
    (1, 7, DAYS, "?L#"),
    (1970, 2199, [], ""),
)


def number(text: str, names: list[str], lowest: int) -> int:
    return names.index(text.upper()) + lowest if text.upper() in names else int(text)


def valid_part(part: str, lowest: int, highest: int, names: list[str], special: str) -> bool:
    if part == "*" or (part == "?" and "?" in special):
        return True
    if "L" in special and re.fullmatch(r"\d*L", part):
        return True
    if "W" in special and re.fullmatch(r"(\d+|L)W", part):
        return True
    if "#" in special and re.fullmatch(r"[1-7]#[1-5]", part):
        return True
    span, dummy, step = part.partition("/")
    if "/" in part and not (step.isdigit() and int(step) > 0):
        return False
    if span == "*":
        return True
    first, dummy, last = span.partition("-")
    try:
        low = number(first, names, lowest)
        high = number(last, names, lowest) if "-" in span else low
    except ValueError:
        return False
    return lowest <= low <= high <= highest


def valid_cron(expression: str) -> bool:
    fields = expression.split()
    if len(fields) != len(FIELDS):
        return False
    if (fields[2] == "?") == (fields[4] == "?"):
        # Exactly one of day-of-month and day-of-week is left open.
        return False
    return all(
        valid_part(part, *limits) for field, limits in zip(fields, FIELDS, strict=True) for part in field.split(",")
    )


def valid(schedule: str) -> bool:
    match = re.fullmatch(r"(at|rate|cron)\((.*)\)", schedule)
    if match is None:
        return False
    kind, expression = match.groups()
    if kind == "cron":
        return valid_cron(expression)
    if kind == "rate":
        rate = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", expression)
        return rate is not None and int(rate[1]) > 0 and (int(rate[1]) > 1) == bool(rate[3])
    try:
        datetime.datetime.strptime(expression, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return False
    return True


def valid_timezone(name: str) -> bool:
    return name in zoneinfo.available_timezones()

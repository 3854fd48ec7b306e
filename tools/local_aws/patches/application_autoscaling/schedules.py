"""Schedule expressions: which ones Application Auto Scaling accepts, and when they are due.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
AWS documents nothing about local times that a change to summer time skips or repeats. Here, as in EventBridge
Scheduler, what is skipped does not run and what is repeated runs once, the first time.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import functools
import math
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any

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
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
ONE_DAY = datetime.timedelta(days=1)


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


def split(schedule: str) -> tuple[str, str]:
    match = re.fullmatch(r"(at|rate|cron)\((.*)\)", schedule)
    return (match[1], match[2]) if match else ("", "")


def at_time(expression: str) -> datetime.datetime:
    return datetime.datetime.strptime(expression, "%Y-%m-%dT%H:%M:%S")


def valid(schedule: str) -> bool:
    kind, expression = split(schedule)
    if kind == "cron":
        return valid_cron(expression)
    if kind == "rate":
        rate = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", expression)
        return rate is not None and int(rate[1]) > 0 and (int(rate[1]) > 1) == bool(rate[3])
    try:
        at_time(expression)
    except ValueError:
        return False
    return True


def valid_timezone(name: str) -> bool:
    return name in zoneinfo.available_timezones()


# -- when it is due
def numbers(field: str, lowest: int, highest: int, names: list[str]) -> set[int]:
    """The values of a field that it names outright; L, W and # are not among them."""
    result: set[int] = set()
    for part in field.split(","):
        span, dummy, step = part.partition("/")
        if part == "?" or re.search(r"[LW#]", re.sub(r"[A-Z]{3}", "", span.upper())):
            continue
        first, dummy, last = span.partition("-")
        low = lowest if span == "*" else number(first, names, lowest)
        high = number(last, names, lowest) if last else low
        if span == "*" or (step and not last):
            high = highest
        result.update(range(low, high + 1, int(step or 1)))
    return result


@dataclasses.dataclass(frozen=True)
class Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]
    special_days: tuple[str, ...]
    """Parts with L or W of the day of the month."""
    special_weekdays: tuple[str, ...]
    """Parts with L or # of the day of the week."""

    def falls_on(self, day: datetime.date) -> bool:
        if day.year not in self.years or day.month not in self.months:
            return False
        weekday = day.isoweekday() % 7 + 1
        return (
            day.day in self.days
            or weekday in self.weekdays
            or any(day.day == day_of_month(part, day) for part in self.special_days)
            or any(is_weekday_of_month(part, day, weekday) for part in self.special_weekdays)
        )

    def backwards(self, latest: datetime.date, earliest: datetime.date) -> Iterator[datetime.datetime]:
        """The local times it names from the end of `latest` back to the start of `earliest`."""
        day = latest
        while day >= earliest:
            if self.falls_on(day):
                for hour in reversed(self.hours):
                    for minute in reversed(self.minutes):
                        yield datetime.datetime.combine(day, datetime.time(hour, minute))
            day -= ONE_DAY


def last_day(day: datetime.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def day_of_month(part: str, month: datetime.date) -> int | None:
    """Day that L, LW or nW means in a month; None where the month has no such day."""
    if part == "L":
        return last_day(month)
    wanted = last_day(month) if part == "LW" else int(part[:-1])
    if not 1 <= wanted <= last_day(month):
        return None
    weekday = month.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < last_day(month) else wanted - 2
    return wanted


def is_weekday_of_month(part: str, day: datetime.date, weekday: int) -> bool:
    """Whether `L` (Saturday), `nL` (the last such day) or `n#k` (the k-th) names the day."""
    if part == "L":
        return weekday == 7
    if part.endswith("L"):
        return weekday == int(part[:-1]) and day.day + 7 > last_day(day)
    wanted, dummy, week = part.partition("#")
    return weekday == int(wanted) and math.ceil(day.day / 7) == int(week)


@functools.lru_cache(maxsize=256)
def parse_cron(expression: str) -> Cron:
    fields = expression.upper().split()
    minutes, hours, days, months, weekdays, years = (
        numbers(field, *limits[:3]) for field, limits in zip(fields, FIELDS, strict=True)
    )
    return Cron(
        tuple(sorted(minutes)),
        tuple(sorted(hours)),
        frozenset(days),
        frozenset(months),
        frozenset(weekdays),
        frozenset(years),
        tuple(part for part in fields[2].split(",") if re.search("[LW]", part)),
        tuple(part for part in fields[4].split(",") if "#" in part or re.fullmatch(r"\d*L", part)),
    )


def instant(local: datetime.datetime, zone: zoneinfo.ZoneInfo) -> float | None:
    """Seconds since 1970 of a local time; None when clocks skip it."""
    aware = local.replace(tzinfo=zone)
    back = aware.astimezone(datetime.UTC).astimezone(zone)
    return aware.timestamp() if back.replace(tzinfo=None) == local else None


def last_due(schedule: str, timezone: str, since: float, until: float, base: float) -> float | None:
    """The last time in (since, until] at which the schedule is due. `base` is where a rate counts from."""
    kind, expression = split(schedule)
    zone = zoneinfo.ZoneInfo(timezone or "UTC")
    if kind == "rate":
        value, unit = expression.split()
        step = int(value) * SECONDS[unit.rstrip("s")]
        due = base + math.floor((until - base) / step) * step
        return due if due > max(since, base) else None
    if kind == "at":
        candidates: Iterator[datetime.datetime] = iter([at_time(expression)])
    else:
        latest, earliest = (datetime.datetime.fromtimestamp(moment, zone).date() for moment in (until, since))
        candidates = parse_cron(expression).backwards(latest, earliest)
    for local in candidates:
        moment = instant(local, zone)
        if moment is not None and since < moment <= until:
            return moment
        if moment is not None and moment <= since:
            break
    return None


def action_due(action: Mapping[str, Any], since: float, until: float) -> float | None:
    """The last time in (since, until] at which a scheduled action is due.

    A start and an end bound a recurring schedule, which also runs at its start.
    """
    schedule, timezone = str(action["Schedule"]), str(action.get("Timezone") or "")
    if split(schedule)[0] == "at":
        return last_due(schedule, timezone, since, until, 0.0)
    start, end = action.get("StartTime"), action.get("EndTime")
    base = float(action["CreationTime"] if start is None else start)
    after = since if start is None else max(since, float(start))
    before = until if end is None else min(until, float(end))
    due = last_due(schedule, timezone, after, before, base) if after < before else None
    if due is None and start is not None and since < float(start) <= before:
        return float(start)
    return due

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is asked for: down or up, now, at a time, for a while. Nothing here calls AWS."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import schedules
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.common import CapacityError

SCALE_DOWN, HIBERNATE = "scale-down", "hibernate"
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
DURATION = re.compile(r"(?=.)(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s)?")


@dataclass(frozen=True)
class Request:
    down: bool
    purpose: str = SCALE_DOWN
    at: datetime | None = None
    seconds: int | None = None
    # The time zone in which scheduled actions are written.
    timezone: str = "UTC"


def from_options(params: t.Mapping[str, t.Any]) -> Request:
    """Of the module's options; raises with the reason when one of them means nothing."""
    timezone = params["timezone"]
    if not schedules.known_timezone(timezone):
        raise CapacityError(message=f"timezone = {timezone}: the IANA time zone database has no such zone")
    down, at, duration = params["state"] == "down", params["at"], params["duration"]
    if not down and at and duration:
        raise CapacityError(message="Up at a time and for a while is not possible; give at or duration")
    if params["purpose"] == HIBERNATE and (at or duration):
        raise CapacityError(message="at and duration are for purpose = scale-down")
    return Request(
        down,
        params["purpose"],
        parse_time(at, timezone) if at else None,
        parse_duration(duration) if duration else None,
        timezone,
    )


def parse_duration(text: str) -> int:
    """2h, 1d12h, 90m as seconds."""
    match = DURATION.fullmatch(text)
    seconds = (
        sum(int(count or 0) * unit for count, unit in zip(match.groups(), UNITS.values(), strict=True)) if match else 0
    )
    if not seconds:
        raise CapacityError(message=f"duration = {text}: write a time such as 2h, 90m or 1d12h")
    return seconds


def parse_time(text: str, timezone: str) -> datetime:
    """2026-12-01T20:00:00 in the time zone; its own offset wins. A time that clocks skip is refused."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise CapacityError(message=f"at = {text}: write a time such as 2026-12-01T20:00:00") from None
    time = time.replace(microsecond=0)
    if time.tzinfo:
        return time.astimezone(UTC)
    zone = schedules.zone(timezone)
    instant = time.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != time:
        raise CapacityError(message=f"at = {text}: there is no such time in {timezone}, where clocks skip it")
    return instant


def once(instant: datetime, timezone: str) -> tuple[str, str]:
    """A schedule expression for one time, and its time zone: UTC for a time that clocks show twice."""
    local = instant.astimezone(schedules.zone(timezone))
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        local, timezone = instant.astimezone(UTC), "UTC"
    return f"at({local.replace(tzinfo=None).isoformat()})", timezone


def later(now: datetime, seconds: int) -> datetime:
    return now + timedelta(seconds=seconds)

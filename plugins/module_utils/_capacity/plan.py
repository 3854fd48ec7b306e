# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From what a service is and what is asked for to what it is to become. Nothing here calls AWS."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.scheduled_actions import ONCE
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.common import CapacityError
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.record import Record, Suspended, to_dict
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.request import (
    HIBERNATE,
    SCALE_DOWN,
    Request,
    later,
    once,
)

Config = dict[str, t.Any]
DOWN, UP = ONCE
EVERYTHING: Suspended = {"scale_in": True, "scale_out": True, "scheduled": True}


@dataclass(frozen=True)
class Bounds:
    """A scalable target."""

    min: int
    max: int
    suspended: Suspended


@dataclass(frozen=True)
class Observed:
    """A service as AWS has it. Actions are those of this module only, DOWN and UP."""

    service: str
    desired: int
    running: int
    target: Bounds | None
    actions: t.Mapping[str, Config]
    record: Record | None


@dataclass(frozen=True)
class Goal:
    """A service as it is to become. None for the bounds of what is no scalable target."""

    desired: int
    target: Bounds | None
    actions: t.Mapping[str, Config]
    record: Record | None


def decide(request: Request, seen: Observed, now: datetime) -> Goal:
    kept = valid_record(seen, now)
    if kept and kept.purpose == HIBERNATE and request.purpose == SCALE_DOWN:
        raise CapacityError(
            message=f"Service {seen.service} hibernates since {kept.since.isoformat()}; wake it up first"
        )
    if request.down:
        return _down(request, seen, kept, now)
    if kept is None and request.seconds is None:
        return Goal(seen.desired, seen.target, {}, None)
    if kept and kept.purpose != request.purpose:
        # Waking up leaves down what was down before.
        return _unchanged(seen)
    if request.at:
        return _up_at(request, seen, t.cast(Record, kept), now)
    if request.seconds is not None:
        return _up_for(request, seen, kept, now)
    return _up_now(seen, t.cast(Record, kept), now)


def valid_record(seen: Observed, now: datetime) -> Record | None:
    """A record whose time has passed says nothing any more, unless AWS has not carried out its end."""
    record = seen.record
    if record is None or not record.is_over(now):
        return record
    still_down = seen.target is not None and seen.target.max == 0 and bool(record.max)
    return record if still_down else None


def _unchanged(seen: Observed) -> Goal:
    return Goal(seen.desired, seen.target, seen.actions, seen.record)


def _down(request: Request, seen: Observed, kept: Record | None, now: datetime) -> Goal:
    if request.purpose == HIBERNATE and kept and kept.purpose == SCALE_DOWN and kept.holds(now) and not kept.until:
        record = kept
    else:
        record = _record(request, seen, kept, now)
    if record.since > now:
        return Goal(seen.desired, seen.target, _actions(request, seen, record, now), record)
    # Without an end nothing may wake it; with one, schedules must go on: its end is one of them.
    suspended = record.suspended if record.until and record.suspended else EVERYTHING
    target = Bounds(0, 0, suspended) if seen.target else None
    return Goal(0, target, _actions(request, seen, record, now), record)


def _record(request: Request, seen: Observed, kept: Record | None, now: datetime) -> Record:
    """The numbers of an earlier record stay; what it says about times may change."""
    is_down = kept is not None and kept.since <= now
    since = kept.since if kept and is_down else request.at or now
    if request.at and not is_down and request.at <= now:
        raise CapacityError(message=f"{request.at.isoformat()} has passed; service {seen.service} was left as it is")
    until = None
    if request.seconds is not None:
        repeated = kept and kept.seconds == request.seconds and kept.until and kept.since == since
        until = kept.until if kept and repeated else later(max(since, now), request.seconds)
    return replace(
        kept or _as_it_is(seen, now), purpose=request.purpose, since=since, until=until, seconds=request.seconds
    )


def _as_it_is(seen: Observed, now: datetime) -> Record:
    target = seen.target
    return Record(
        min=target.min if target else None,
        max=target.max if target else None,
        desired=seen.desired,
        suspended=target.suspended if target else None,
        purpose=SCALE_DOWN,
        since=now,
    )


def _actions(request: Request, seen: Observed, record: Record, now: datetime) -> dict[str, Config]:
    """What AWS is to do without us."""
    actions = {}
    if record.since > now:
        actions[DOWN] = _action(record.since, request.timezone, 0, 0)
    if record.until:
        actions[UP] = _action(record.until, request.timezone, record.min, record.max)
    if actions and (seen.target is None or record.suspended is None):
        reason = "is no scalable target: AWS can scale it now, but not at a time"
        raise CapacityError(message=f"Service {seen.service} {reason}")
    if actions and record.suspended and record.suspended["scheduled"]:
        reason = "has its schedules suspended: AWS would not scale it at a time"
        raise CapacityError(message=f"Service {seen.service} {reason}")
    return actions


def _action(instant: datetime, timezone: str, low: int | None, high: int | None) -> Config:
    schedule, zone = once(instant, timezone)
    return {
        "Schedule": schedule,
        "Timezone": zone,
        "ScalableTargetAction": {"MinCapacity": low, "MaxCapacity": high},
    }


def _former_bounds(seen: Observed, record: Record) -> Bounds | None:
    """What became a scalable target while it was down has the bounds that it was given then."""
    if seen.target is None or record.suspended is None:
        return seen.target
    return Bounds(t.cast(int, record.min), t.cast(int, record.max), record.suspended)


def _up_now(seen: Observed, record: Record, now: datetime) -> Goal:
    if record.since > now:
        return Goal(seen.desired, seen.target, {}, None)
    return Goal(max(seen.desired, record.desired), _former_bounds(seen, record), {}, None)


def _up_at(request: Request, seen: Observed, kept: Record, now: datetime) -> Goal:
    at = t.cast(datetime, request.at)
    if at <= max(now, kept.since):
        raise CapacityError(message=f"{at.isoformat()} is too early; service {seen.service} was left as it is")
    record = replace(kept, until=at, seconds=None)
    is_down = record.since <= now
    target = Bounds(0, 0, record.suspended) if seen.target and record.suspended and is_down else seen.target
    return Goal(0 if is_down else seen.desired, target, _actions(request, seen, record, now), record)


def _up_for(request: Request, seen: Observed, kept: Record | None, now: datetime) -> Goal:
    """Up now, and down again after a while."""
    seconds = t.cast(int, request.seconds)
    if kept and kept.since > now and kept.seconds == seconds and kept.until is None:
        record = kept
    else:
        record = replace(kept or _as_it_is(seen, now), since=later(now, seconds), until=None, seconds=seconds)
    actions = _actions(request, seen, record, now)
    if kept is None or kept.since > now:
        return Goal(seen.desired, seen.target, actions, record)
    return Goal(max(seen.desired, kept.desired), _former_bounds(seen, kept), actions, record)


def shown(state: Observed | Goal) -> Config:
    """What a diff shows and the module returns."""
    target = state.target
    return {
        "min": target.min if target else None,
        "max": target.max if target else None,
        "suspended": dict(target.suspended) if target else None,
        "desired": state.desired,
        "scheduled_actions": dict(state.actions),
        "scaled_down": to_dict(state.record) if state.record else None,
    }

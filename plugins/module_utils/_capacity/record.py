# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is kept in AWS of a service while it is scaled down: the numbers it had, and from when to when.

One SSM parameter per service, with a JSON object. Nothing here calls AWS.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

Suspended = t.Mapping[str, bool]
TIMES = ("since", "until")


@dataclass(frozen=True)
class Record:
    """Times are in UTC and have no fractions of a second."""

    # Of the scalable target; None when the service was none.
    min: int | None
    max: int | None
    desired: int
    # By scale_in, scale_out and scheduled; None when the service was no scalable target.
    suspended: Suspended | None
    # What scaled it down: scale-down or hibernate.
    purpose: str
    since: datetime
    until: datetime | None = None
    # For how long, when that was what was asked for: a repeated wish is known by it.
    seconds: int | None = None

    @property
    def numbers(self) -> tuple[t.Any, ...]:
        return self.min, self.max, self.desired, self.suspended

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now

    def holds(self, now: datetime) -> bool:
        """Whether the service is down now, not only later."""
        return self.since <= now and not self.is_over(now)


def to_dict(record: Record) -> dict[str, t.Any]:
    """As it is kept, shown and returned."""
    values = asdict(record)
    return {**values, **{name: _text(values[name]) for name in TIMES}}


def _text(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat() if time else None


def to_json(record: Record) -> str:
    return json.dumps(to_dict(record), sort_keys=True)


def from_json(text: str) -> Record:
    """Unknown fields, which a later release may have written, are left out."""
    values = json.loads(text)
    known = {name: values.get(name) for name in Record.__dataclass_fields__}
    times = {name: datetime.fromisoformat(known[name]) if known[name] else None for name in TIMES}
    return Record(**{**known, **times})


def by_service(parameters: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, Record]:
    """The records in an answer of GetParametersByPath; the last part of a parameter's name is the service."""
    return {entry["Name"].rpartition("/")[2]: from_json(entry["Value"]) for entry in parameters}


def not_over(records: t.Mapping[str, Record], now: datetime) -> dict[str, dict[str, t.Any]]:
    """What to tell others about: records whose time has not passed, as dictionaries."""
    return {service: to_dict(record) for service, record in records.items() if not record.is_over(now)}

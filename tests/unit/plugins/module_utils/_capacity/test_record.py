"""What is kept while a service is down."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from ansible_collections.airflow.fargate.plugins.module_utils._capacity.record import (
    Record,
    by_service,
    from_json,
    not_over,
    to_json,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda time: time.replace(microsecond=0)
)
COUNTS = st.none() | st.integers(0, 100)
RECORDS = st.builds(
    Record,
    min=COUNTS,
    max=COUNTS,
    desired=st.integers(0, 100),
    suspended=st.none()
    | st.fixed_dictionaries({name: st.booleans() for name in ("scale_in", "scale_out", "scheduled")}),
    purpose=st.sampled_from(["scale-down", "hibernate"]),
    since=TIMES,
    until=st.none() | TIMES,
    seconds=st.none() | st.integers(1, 10**6),
)


@given(RECORDS)
def test_it_is_read_as_it_was_written(record: Record) -> None:
    assert from_json(to_json(record)) == record


@given(RECORDS, TIMES)
def test_it_never_holds_when_it_is_over(record: Record, now: datetime) -> None:
    assert not (record.holds(now) and record.is_over(now))


def test_what_a_later_release_adds_is_left_out() -> None:
    record = Record(1, 5, 2, None, "scale-down", NOW)
    assert from_json(json.dumps({**json.loads(to_json(record)), "colour": "green"})) == record


def test_others_are_not_told_of_what_is_over() -> None:
    records = {
        "worker": Record(0, 5, 2, None, "scale-down", NOW - timedelta(hours=2), NOW),
        "scheduler": Record(1, 1, 1, None, "scale-down", NOW, NOW + timedelta(hours=1)),
    }
    parameters = [{"Name": f"/airflow-x/capacity/{name}", "Value": to_json(record)} for name, record in records.items()]
    assert by_service(parameters) == records
    assert not_over(records, NOW).keys() == {"scheduler"}

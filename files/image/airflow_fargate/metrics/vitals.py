"""Whether Airflow is well: heartbeats, import errors and the outcomes of tasks, from its metadata database.

One query a period, which only looks at indexes and at few rows however much history there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

JOB_TYPES = {"scheduler": "SchedulerJob", "dag-processor": "DagProcessorJob", "triggerer": "TriggererJob"}
# A task that is to be retried has ended too.
OUTCOMES = ("success", "failed", "up_for_retry")
# Seconds. What ended later is counted in the next period: its transaction may not be visible yet.
SETTLED = 5

# Of several schedulers the newest heartbeat counts: one that beats is enough. Tasks are counted once, from where the
# last published period stopped. Whatever has ended had its last heartbeat not long before: that is what there is an
# index for.
QUERY = """
SELECT now() - make_interval(secs => %(settled)s),
       (SELECT json_object_agg(type, age) FROM (
          SELECT type, extract(epoch FROM now() - (SELECT max(latest_heartbeat) FROM job WHERE job_type = type)) AS age
          FROM unnest(%(job_types)s::text[]) AS type
        ) AS jobs),
       (SELECT count(*) FROM import_error),
       (SELECT json_object_agg(state, number) FROM (
          SELECT state, count(*) AS number
          FROM task_instance
          WHERE last_heartbeat_at > %(since)s::timestamptz - make_interval(secs => %(heartbeat_timeout)s)
            AND end_date > %(since)s
            AND end_date <= now() - make_interval(secs => %(settled)s)
            AND state = ANY(%(outcomes)s)
          GROUP BY state
        ) AS outcomes)
"""

Metric = tuple[dict[str, str], str, float, str]


@dataclass(frozen=True)
class Vitals:
    until: datetime
    """Up to when outcomes are counted."""
    heartbeat_ages: Mapping[str, float] = field(default_factory=dict)
    """Seconds by component; one that has never run is missing."""
    import_errors: int = 0
    finished: Mapping[str, int] = field(default_factory=dict)
    """Tasks that ended, by state."""


def parameters(since: datetime, heartbeat_timeout: float) -> dict[str, Any]:
    return {
        "settled": SETTLED,
        "since": since,
        "heartbeat_timeout": heartbeat_timeout,
        "job_types": list(JOB_TYPES.values()),
        "outcomes": list(OUTCOMES),
    }


def from_row(row: Sequence[Any]) -> Vitals:
    until, ages, import_errors, finished = row
    ages = ages or {}
    return Vitals(
        until=until,
        heartbeat_ages={name: float(ages[kind]) for name, kind in JOB_TYPES.items() if ages.get(kind) is not None},
        import_errors=import_errors,
        finished=finished or {},
    )


def metrics(vitals: Vitals) -> list[Metric]:
    """Dimensions beside `environment`, name, value and unit."""
    return [
        *(({"component": name}, "HeartbeatAge", age, "Seconds") for name, age in vitals.heartbeat_ages.items()),
        ({}, "ImportErrors", vitals.import_errors, "Count"),
        *(({"state": state}, "FinishedTasks", vitals.finished.get(state, 0), "Count") for state in OUTCOMES),
    ]

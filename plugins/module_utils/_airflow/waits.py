# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waiting until Airflow answers, or until it has nothing left that a worker has to do."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._airflow.client import (
    AirflowClient,
    AirflowUnauthorized,
    AirflowUnavailable,
)
from ansible_collections.airflow.fargate.plugins.module_utils._airflow.dag_runs import task_label
from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, not_yet

Json = dict[str, t.Any]

HEALTH = "/api/v2/monitor/health"
# What is in the broker or in a worker. Anything else is in the database only, and stays there.
BUSY_STATES = ("queued", "running", "restarting")
BUSY_TASKS = "/api/v2/dags/~/dagRuns/~/taskInstances?limit=20&" + "&".join(f"state={state}" for state in BUSY_STATES)


class Busy(t.NamedTuple):
    """How many task instances are busy, and the first of them."""

    total: int
    labels: list[str]


Seen = t.Union[Json, Busy, AirflowUnavailable]


def health(api: AirflowClient) -> Seen:
    try:
        return api.get(HEALTH)
    except AirflowUnavailable as error:
        return error


def busy_tasks(api: AirflowClient, log_in: t.Callable[[], None]) -> Seen:
    """The token may run out while tasks take their time: then another one is fetched."""
    try:
        if api.token is None:
            log_in()
        return _busy(api.get(BUSY_TASKS))
    except AirflowUnauthorized:
        if api.token is None:
            raise
        api.token = None
        return busy_tasks(api, log_in)
    except AirflowUnavailable as error:
        return error


def _busy(answer: t.Mapping[str, t.Any]) -> Busy:
    labels = [f"{task['dag_id']} {task_label(task)} ({task['state']})" for task in answer["task_instances"]]
    return Busy(answer["total_entries"], labels)


def described(seen: Seen) -> str:
    """In words, for the message of a time-out."""
    if isinstance(seen, AirflowUnavailable):
        return str(seen.message)
    if isinstance(seen, Busy):
        more = f" and {seen.total - len(seen.labels)} more" if seen.total > len(seen.labels) else ""
        return f"{', '.join(seen.labels)}{more}"
    return f"the metadata database is {_database(seen)}"


def _database(seen: t.Mapping[str, t.Any]) -> str:
    return (seen.get("metadatabase") or {}).get("status") or "unknown"


def reached(seen: Seen) -> Verdict:
    """It answers and reaches its database; nothing is busy."""
    if isinstance(seen, AirflowUnavailable):
        return not_yet(described(seen))
    good = seen.total == 0 if isinstance(seen, Busy) else _database(seen) == "healthy"
    return DONE if good else not_yet(described(seen))

"""The load of each Celery queue, from Airflow's metadata database, in one query."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from airflow_fargate.metrics import vitals
from airflow_fargate.metrics.capacity import Load
from airflow_fargate.metrics.vitals import Vitals

# Deferred, rescheduled and retrying tasks occupy no worker. Paused DAGs do count: what is queued will run.
# A running task of a worker that died keeps its row until the scheduler misses its heartbeat, and for ever while no
# scheduler runs. Callbacks of deadlines run on workers too; they have no heartbeat, but none of them runs for an hour.
QUERY = """
SELECT queue,
       count(*) FILTER (WHERE state = 'queued'),
       count(*) FILTER (WHERE state <> 'queued'),
       coalesce(extract(epoch FROM now() - min(since) FILTER (WHERE state = 'queued')), 0),
       coalesce(array_agg(DISTINCT hostname) FILTER (WHERE state <> 'queued' AND hostname <> ''), '{}')
FROM (
  SELECT coalesce(queue, %(default_queue)s) AS queue, state, queued_dttm AS since, hostname
  FROM task_instance
  WHERE (executor IS NULL OR executor = 'CeleryExecutor' OR executor LIKE '%%.CeleryExecutor')
    AND (state = 'queued' OR state IN ('running', 'restarting')
         AND coalesce(last_heartbeat_at, start_date, queued_dttm)
             > now() - make_interval(secs => %(heartbeat_timeout)s))
  UNION ALL
  SELECT %(default_queue)s, state, created_at, NULL
  FROM callback
  WHERE type = 'executor' AND state IN ('queued', 'running') AND created_at > now() - interval '1 hour'
) AS work
GROUP BY queue
"""

# Seconds. A database that fails over leaves half-open connections behind.
CONNECTION = {
    "connect_timeout": "5",
    "tcp_user_timeout": "8000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "options": "-c statement_timeout=5000 -c default_transaction_read_only=on",
    "application_name": "airflow-fargate metrics",
}
TIME_LIMIT = 10.0


class DatabaseError(Exception):
    """Why the load is not known, in one line."""


class Database:
    """One connection, opened when it is needed and again after it was lost."""

    def __init__(self, database: Mapping[str, str], default_queue: str, heartbeat_timeout: float) -> None:
        self.arguments = {**CONNECTION, **database}
        self.parameters: dict[str, Any] = {"default_queue": default_queue, "heartbeat_timeout": heartbeat_timeout}
        self.connection: Any = None

    def loads(self) -> dict[str, Load]:
        """The load by queue; queues without tasks are missing. Raises DatabaseError."""
        rows = self._rows(QUERY, self.parameters)
        return {
            queue: Load(queued, running, float(oldest), frozenset(hosts))
            for queue, queued, running, oldest, hosts in rows
        }

    def vitals(self, since: datetime) -> Vitals:
        """How Airflow is, and the outcomes of tasks since then. Raises DatabaseError."""
        timeout = self.parameters["heartbeat_timeout"]
        [row] = self._rows(vitals.QUERY, vitals.parameters(since, timeout))
        return vitals.from_row(row)

    def _rows(self, query: str, parameters: Mapping[str, Any]) -> list[Any]:
        import psycopg

        try:
            with time_limit(TIME_LIMIT):
                if self.connection is None:
                    self.connection = psycopg.connect(**self.arguments, autocommit=True)
                return list(self.connection.execute(query, parameters).fetchall())
        except (psycopg.Error, TimeoutError) as error:
            self.close()
            raise DatabaseError(" ".join(str(error).split())) from error

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the main thread: no setting of libpq bounds the wait for a server that takes a query and hangs."""

    def interrupt(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds:g} s")

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)

"""Waits for the tasks that were queued before this command: their tokens may be signed with a key that is to go."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

PAUSE = 5.0
CONNECT_TIMEOUT = 10
NAMED = 5

NOW = "SELECT now()"
# A task that is deferred has no token; it is queued again when it goes on, and gets a new one.
EARLIER = """
SELECT dag_id || '.' || task_id FROM task_instance
WHERE state IN ('queued', 'running', 'restarting') AND queued_dttm <= %s
ORDER BY queued_dttm
"""


class TasksRemain(Exception):
    """What has not ended in time, in one line."""


class NoAnswer(Exception):
    """Why the database does not answer, in one line."""


class EarlierTasks:
    """The tasks of the metadata database that were queued before this object was made, and have not ended."""

    def __init__(self, database: Mapping[str, str]) -> None:
        self._database = database
        [[self._begin]] = self._rows(NOW)

    def __call__(self) -> list[str]:
        return [name for [name] in self._rows(EARLIER, self._begin)]

    def _rows(self, statement: str, *values: object) -> Sequence[Sequence[Any]]:
        import psycopg

        try:
            # A connection each time: the wait may take hours.
            with psycopg.connect(self._database.get("conninfo", ""), connect_timeout=CONNECT_TIMEOUT) as connection:
                return connection.execute(statement, values).fetchall()
        except psycopg.Error as error:
            raise NoAnswer(" ".join(str(error).split())) from error


def wait(remaining: Callable[[], list[str]], timeout: float, sleep: Callable[[float], None] = time.sleep) -> str:
    """Say that all have ended, once they have. A database that fails over is asked again.

    Args:
        timeout: seconds.

    Raises:
        TasksRemain: some have not ended by then.
    """
    deadline = time.monotonic() + timeout
    said = ""
    while True:
        try:
            names = remaining()
            if not names:
                return "every task that was queued before has ended"
            what = described(names)
        except NoAnswer as error:
            what = f"an answer of the database: {error}"
        if time.monotonic() >= deadline:
            raise TasksRemain(f"waited {timeout:.0f} s for {what}")
        if what != said:
            print(f"waiting for {what}", flush=True)
            said = what
        sleep(PAUSE)


def described(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")
    return f"{len(names)} task{'s' if len(names) > 1 else ''}: {shown}"

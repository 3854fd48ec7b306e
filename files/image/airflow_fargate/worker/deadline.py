"""Ends the tasks that a stopped worker cannot finish, while there is still time to report it.

ECS kills the whole task at the end of its stop time-out. Airflow would learn of it minutes later, and the tasks' last
log lines would be lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress


def end_tasks(supervisors: Iterable[int]) -> None:
    """Kill every process below the given ones, which report it to Airflow.

    SIGKILL, because of SIGTERM a task's process makes what its operator's on_kill() makes of it: it may well go on, and
    end as a success.
    """
    import psutil

    doomed: list[psutil.Process] = []
    for supervisor in supervisors:
        with suppress(psutil.NoSuchProcess):
            doomed += psutil.Process(supervisor).children(recursive=True)
    for process in doomed:
        with suppress(psutil.NoSuchProcess):
            process.kill()

"""What the callback does to the process of the playbook; what the server does is in tests/playbooks."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable

from ansible_collections.airflow.fargate.plugins.callback.module_server import spare_forks


def in_fork(ask: Callable[[], int]) -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(ask())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_forks_of_tasks_collect_no_garbage_and_the_playbook_does() -> None:
    def playbook() -> int:
        frozen = gc.get_freeze_count()
        spare_forks()
        # Forks inherit all that is there, and leave it alone.
        return gc.isenabled() + 2 * (gc.get_freeze_count() > frozen) + 4 * in_fork(lambda: not gc.isenabled())

    assert in_fork(gc.isenabled) == 1
    assert in_fork(playbook) == 7

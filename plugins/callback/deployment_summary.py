# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_summary
type: aggregate
short_description: Say at the end what changed, how long it took and where Airflow is
version_added: 1.0.0
author:
  - airflow.fargate contributors (@airflow-fargate)
description:
  - After the recap, prints what the playbook left with M(ansible.builtin.set_stats), every task that changed something,
    and the time that the run took with its slowest tasks.
requirements:
  - Enable it with C(callbacks_enabled = airflow.fargate.deployment_summary) in C(ansible.cfg).
"""

import time
from typing import Any

from ansible.plugins.callback import CallbackBase

SLOWEST = 5


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def changed_lines(changes: list[tuple[str, str]]) -> list[str]:
    """One line for each task that changed something, with the hosts it did it for."""
    hosts_by_task: dict[str, list[str]] = {}
    for host, task in changes:
        hosts_by_task.setdefault(task, []).append(host)
    return [f"{task} ({', '.join(dict.fromkeys(hosts))})" for task, hosts in hosts_by_task.items()]


class CallbackModule(CallbackBase):
    """Collects changes and times while the run goes on."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "airflow.fargate.deployment_summary"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.started = time.monotonic()
        self.task_started = self.started
        self.task_name = ""
        self.changes: list[tuple[str, str]] = []
        self.seconds_by_task: dict[str, float] = {}
        self.check_mode = False

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self.check_mode = bool(play.check_mode)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._account()
        self.task_name = task.get_name()

    def _account(self) -> None:
        now = time.monotonic()
        if self.task_name:
            self.seconds_by_task[self.task_name] = (
                self.seconds_by_task.get(self.task_name, 0.0) + now - self.task_started
            )
        self.task_started = now

    def v2_runner_on_ok(self, result: Any) -> None:
        if result.is_changed():
            # The task as it was templated for this host.
            self.changes.append((result._host.get_name(), result._task.get_name()))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._account()
        for key, value in stats.custom.get("_run", {}).items():
            self._display.display(f"{key + ':':<10} {value}")
        lines = changed_lines(self.changes)
        label = "Would change:" if self.check_mode else "Changed:"
        self._display.display(f"{label} {'nothing' if not lines else ''}".rstrip())
        for line in lines:
            self._display.display(f"  - {line}", color="yellow")
        slowest = sorted(self.seconds_by_task.items(), key=lambda item: -item[1])[:SLOWEST]
        names = ", ".join(f"{name} {duration(seconds)}" for name, seconds in slowest if seconds >= 1)
        self._display.display(f"Took:      {duration(time.monotonic() - self.started)}{f' ({names})' if names else ''}")

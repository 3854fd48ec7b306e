# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Notes where in the embedded AWS's request log each task begins: with the linear strategy, hosts are never in
different tasks at one time, so every call belongs to the task it lies in."""

from __future__ import annotations

DOCUMENTATION = r"""
name: task_log
type: notification
short_description: Note when each task begins, for benchmarks
description:
  - Writes a line of JSON for each task. Each has the task's name, its module, the time in seconds, and the size of the
    request log, all as of the task's beginning. The last line is the end of the run.
options:
  path:
    description: The file to write.
    type: path
    required: true
    env:
      - name: BENCH_TASK_LOG
  requests:
    description: The request log.
    type: path
    required: true
    env:
      - name: BENCH_REQUEST_LOG
"""

import json
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_log"

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._note(task.get_name(), task.resolved_action or task.action)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._note("", "")

    def _note(self, name: str, module: str) -> None:
        offset = Path(self.get_option("requests")).stat().st_size
        entry = {"task": name, "module": module, "time": time.monotonic(), "offset": offset}
        with Path(self.get_option("path")).open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")

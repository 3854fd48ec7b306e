"""A callback that writes every result of every task to a file, one JSON object a line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: aggregate
short_description: Write every task result to the file that RECORD_FILE names
version_added: 1.0.0
author:
  - airflow.fargate contributors (@airflow-fargate)
description:
  - As a callback sees them, after censoring.
"""

EVENTS = (
    "v2_runner_on_ok",
    "v2_runner_on_failed",
    "v2_runner_on_skipped",
    "v2_runner_item_on_ok",
    "v2_runner_item_on_failed",
    "v2_runner_item_on_skipped",
)


class CallbackModule(CallbackBase):
    """Nothing is shown, everything is written."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def __getattribute__(self, name: str) -> Any:
        if name not in EVENTS:
            return super().__getattribute__(name)
        return lambda result, **_more: self.record(name, result)

    def record(self, event: str, result: Any) -> None:
        entry = {
            "event": event,
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "result": result._result,
        }
        with Path(os.environ["RECORD_FILE"]).open("a") as file:
            file.write(json.dumps(entry, default=repr, sort_keys=True) + "\n")

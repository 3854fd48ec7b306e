"""The summary's words."""

from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.callback.deployment_summary import changed_lines, duration


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (423.8, "7 min 04 s")]
)
def test_duration(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_one_line_per_task_with_each_host_once() -> None:
    changes = [("api-server", "Roll out"), ("aws", "Create"), ("worker", "Roll out"), ("worker", "Roll out")]
    assert changed_lines(changes) == ["Roll out (api-server, worker)", "Create (aws)"]

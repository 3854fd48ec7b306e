"""The summary's words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.airflow.fargate.plugins.callback import deployment_summary
from ansible_collections.airflow.fargate.plugins.callback.deployment_summary import (
    CallbackModule,
    changed_lines,
    duration,
)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (423.8, "7 min 04 s")]
)
def test_duration(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_one_line_per_task_with_each_host_once() -> None:
    changes = [("api-server", "Roll out"), ("aws", "Create"), ("worker", "Roll out"), ("worker", "Roll out")]
    assert changed_lines(changes) == ["Roll out (api-server, worker)", "Create (aws)"]


def test_the_last_line_names_what_the_time_went_to(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(deployment_summary, "time", SimpleNamespace(monotonic=lambda: now))
    callback = CallbackModule()
    shown: list[str] = []
    monkeypatch.setattr(callback, "_display", SimpleNamespace(display=lambda text, color=None: shown.append(text)))
    for name, seconds in (("image : Build", 90), ("broker : Replication group | Wait", 385), ("cluster : Create", 0.4)):
        callback.v2_playbook_on_task_start(SimpleNamespace(get_name=lambda name=name: name), False)
        now += seconds
    callback.v2_playbook_on_stats(SimpleNamespace(custom={}))
    assert shown[-1] == "Took:      7 min 55 s (broker : Replication group | Wait 6 min 25 s, image : Build 1 min 30 s)"

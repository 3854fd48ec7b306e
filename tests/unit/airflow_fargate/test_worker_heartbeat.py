"""The worker's heartbeat file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from airflow_fargate import worker_heartbeat


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "heartbeat"
    monkeypatch.setattr(worker_heartbeat, "FILE", path)
    return path


def test_there_is_none_at_first() -> None:
    assert worker_heartbeat.age() is None


def test_each_heartbeat_makes_it_young_again(file: Path) -> None:
    worker_heartbeat.record()
    a_minute_ago = time.time() - 60
    os.utime(file, (a_minute_ago, a_minute_ago))
    old = worker_heartbeat.age()
    worker_heartbeat.record()
    new = worker_heartbeat.age()

    assert old is not None
    assert new is not None
    assert 59 < old < 70
    assert new < 10

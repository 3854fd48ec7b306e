"""The heartbeat files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from airflow_fargate import heartbeat


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(heartbeat, "FOLDER", tmp_path)
    return tmp_path


def test_there_is_none_at_first() -> None:
    assert heartbeat.age("worker") is None


def test_each_heartbeat_makes_it_young_again(folder: Path) -> None:
    heartbeat.record("worker")
    [file] = folder.iterdir()
    a_minute_ago = time.time() - 60
    os.utime(file, (a_minute_ago, a_minute_ago))
    old = heartbeat.age("worker")
    heartbeat.record("worker")
    new = heartbeat.age("worker")

    assert old is not None
    assert new is not None
    assert 59 < old < 70
    assert new < 10


def test_each_component_has_its_own() -> None:
    heartbeat.record("worker")

    assert heartbeat.age("metrics") is None

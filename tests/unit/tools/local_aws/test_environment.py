from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.local_aws import environment


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A finished environment whose `ministack` is an empty module."""
    (tmp_path / "requirements.txt").write_text("nothing", encoding="utf-8")
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (folder / "ministack.py").touch()
    (folder / environment.STAMP).write_text("nothing", encoding="utf-8")
    return folder


def test_finished_environment_is_kept(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(environment, "make")

    assert environment.ensure(venv, venv.parent / "requirements.txt") == venv / "bin" / "python"


def test_changed_lock_makes_it_anew(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(environment, "make", lambda *arguments: made.append(arguments))
    lock = venv.parent / "requirements.txt"
    lock.write_text("something", encoding="utf-8")
    environment.ensure(venv, lock)

    assert made == [(venv, lock)]


def test_interrupted_installation_is_not_current(venv: Path) -> None:
    (venv / environment.STAMP).unlink()

    assert not environment.is_current(venv, venv.parent / "requirements.txt")


def test_upgraded_python_is_not_current(venv: Path) -> None:
    (venv / "ministack.py").unlink()

    assert not environment.is_current(venv, venv.parent / "requirements.txt")

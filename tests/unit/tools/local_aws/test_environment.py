from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.local_aws import environment


@pytest.fixture
def venv(tmp_path: Path) -> environment.Venv:
    """A finished environment whose `ministack` is an empty module."""
    result = environment.Venv(tmp_path / "venv", tmp_path / "requirements.txt", "ministack", Path(sys.executable))
    result.lock.write_text("nothing", encoding="utf-8")
    result.python.parent.mkdir(parents=True)
    result.python.write_text(f'#!/bin/sh\nPYTHONPATH={result.folder} exec {sys.executable} "$@"\n', encoding="utf-8")
    result.python.chmod(0o755)
    (result.folder / "ministack.py").touch()
    result.stamp.write_text("nothing", encoding="utf-8")
    return result


def test_finished_environment_is_kept(venv: environment.Venv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(environment, "make")

    assert environment.ensure(venv) == venv.python


def test_changed_lock_makes_it_anew(venv: environment.Venv, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[environment.Venv] = []
    monkeypatch.setattr(environment, "make", made.append)
    venv.lock.write_text("something", encoding="utf-8")
    environment.ensure(venv)

    assert made == [venv]


def test_interrupted_installation_is_not_current(venv: environment.Venv) -> None:
    venv.stamp.unlink()

    assert not environment.is_current(venv)


def test_upgraded_python_is_not_current(venv: environment.Venv) -> None:
    (venv.folder / "ministack.py").unlink()

    assert not environment.is_current(venv)

from __future__ import annotations

from pathlib import Path

import pytest

from tools.local_aws.console import LocalAwsError
from tools.localstack import instance


def make_python(path: Path, code: int = 0) -> Path:
    """A Python that says with its exit code whether it is suitable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds all that is looked at: `path` is the PATH, `pyenv` is pyenv's."""
    monkeypatch.setenv("PATH", f"{tmp_path}/path")
    monkeypatch.setenv("PYENV_ROOT", f"{tmp_path}/pyenv")
    return tmp_path


def test_python_on_the_path_comes_first(search: Path) -> None:
    python = make_python(search / "path/python3.13")
    make_python(search / "pyenv/versions/3.13.0/bin/python3.13")

    assert instance.find_python() == python


def test_a_command_of_pyenv_that_is_not_switched_on_leads_to_its_version(search: Path) -> None:
    make_python(search / "path/python3.13", code=127)
    python = make_python(search / "pyenv/versions/3.13.0/bin/python3.13")

    assert instance.find_python() == python


def test_without_python_it_says_what_is_missing(search: Path) -> None:
    make_python(search / "pyenv/versions/3.12.1/bin/python3.12")

    with pytest.raises(LocalAwsError, match=r"needs Python 3\.13"):
        instance.find_python()


def test_settings_of_the_user_do_not_reach_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere")
    monkeypatch.setenv("DEBUG", "1")

    variables = instance.variables(4711, tmp_path)

    assert variables["GATEWAY_LISTEN"] == "127.0.0.1:4711"
    assert not {"AWS_ENDPOINT_URL", "DEBUG"} & variables.keys()


def test_clearing_up_leaves_the_log(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for name in ("port", "server.log", "server.pid", "files/something"):
        (tmp_path / name).write_text("", encoding="utf-8")

    instance.tear_down(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["server.log"]

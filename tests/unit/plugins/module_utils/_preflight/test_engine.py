from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.engine import check_engine


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with docker and podman, which nobody runs."""
    for name in ("docker", "podman"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


class Engines:
    """Stands for the programs: which of them answer."""

    def __init__(self, *running: str) -> None:
        self.running = running
        self.asked: list[str] = []

    def __call__(self, command: list[str]) -> tuple[int, str, str]:
        self.asked.append(Path(command[0]).name)
        running = self.asked[-1] in self.running
        return (0, "", "") if running else (1, "", "some warning\nCannot connect to the Docker daemon\n")


@pytest.mark.usefixtures("programs")
def test_docker_answers_first() -> None:
    engines = Engines("docker", "podman")
    assert list(check_engine("", engines)) == []
    assert engines.asked == ["docker"]


@pytest.mark.usefixtures("programs")
def test_podman_stands_in() -> None:
    assert list(check_engine("", Engines("podman"))) == []


@pytest.mark.usefixtures("programs")
def test_the_named_engine_is_the_only_one() -> None:
    [problem] = check_engine("docker", Engines("podman"))
    assert "Cannot connect to the Docker daemon" in problem.why


@pytest.mark.usefixtures("programs")
def test_nothing_runs() -> None:
    [problem] = check_engine("", Engines())
    assert problem.why.count("says Cannot connect") == 2


def test_nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    [problem] = check_engine("", Engines())
    assert problem.why == "neither docker nor podman is installed"


def test_a_path(programs: Path) -> None:
    assert list(check_engine(str(programs / "podman"), Engines("podman"))) == []
    [problem] = check_engine(str(programs / "nerdctl"), Engines())
    assert problem.why == "there is no such program"

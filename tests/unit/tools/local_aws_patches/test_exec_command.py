"""Sessions of ECS Exec, and who may take them up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.local_aws.patches import gateway
from tools.local_aws.patches.ecs import exec_command
from tools.local_aws.settings import Settings


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> exec_command.Sessions:
    settings = Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path / "cache")
    monkeypatch.setattr(gateway, "settings", lambda: settings)
    return exec_command.Sessions()


def test_a_session_is_taken_once_by_who_has_its_token(sessions: exec_command.Sessions) -> None:
    session = sessions.open("engine-id", """/bin/sh -c 'echo "two  words"'""")
    name = session["sessionId"]
    assert session["streamUrl"] == f"http://127.0.0.1:4600/_local_aws/exec/{name}"
    assert sessions.take("PUT", name, {"token": "guessed"})[0] == 403
    assert sessions.take("GET", name, {"token": session["tokenValue"]})[0] == 403
    assert sessions.take("PUT", name, {"token": session["tokenValue"]}) == (
        200,
        {"container": "engine-id", "command": ["/bin/sh", "-c", 'echo "two  words"']},
    )
    assert sessions.take("PUT", name, {"token": session["tokenValue"]})[0] == 403


def test_there_is_no_session_without_a_name(sessions: exec_command.Sessions) -> None:
    assert sessions.take("PUT", "", {"token": ""})[0] == 403


def test_only_tasks_that_have_it_switched_on_have_an_agent() -> None:
    with_agent: dict[str, object] = {}
    without: dict[str, object] = {}
    exec_command.agent_state({"enableExecuteCommand": True}, with_agent, "PENDING", "now")
    exec_command.agent_state({"enableExecuteCommand": False}, without, "RUNNING", "now")
    assert not exec_command.agent_runs(with_agent)
    assert without == {}
    exec_command.agent_state({"enableExecuteCommand": True}, with_agent, "RUNNING", "now")
    assert exec_command.agent_runs(with_agent)
    assert with_agent["managedAgents"] == [
        {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING", "lastStartedAt": "now"}
    ]


def test_the_first_container_unless_one_is_named() -> None:
    task = {"containers": [{"name": "airflow"}, {"name": "sidecar"}]}
    assert exec_command.container_of(task, None) == {"name": "airflow"}
    assert exec_command.container_of(task, "sidecar") == {"name": "sidecar"}
    assert exec_command.container_of(task, "other") is None

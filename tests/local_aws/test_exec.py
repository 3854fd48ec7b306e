"""ECS Exec: agents, refusals, and a session that really runs a command."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded_aws import ROOT

SLEEP = {"name": "main", "entryPoint": ["sleep"], "command": ["600"], "stopTimeout": 2, "user": "65534"}
PLUGIN = Path(os.environ.get("LOCAL_AWS_STATE_DIR") or ROOT / ".local-aws") / "session-manager-plugin"


def agents(task: dict[str, Any]) -> list[str]:
    return [agent["lastStatus"] for item in task["containers"] for agent in item.get("managedAgents", [])]


@pytest.fixture(scope="module")
def task(aws: Any, until: Any) -> str:
    arn = str(aws.start(aws.register(SLEEP), enableExecuteCommand=True))
    until(lambda: agents(aws.task(arn)), lambda states: states == ["RUNNING"])
    until(lambda: aws.task(arn)["lastStatus"], lambda status: status == "RUNNING")
    return arn


def execute(aws: Any, task: str, command: str, **more: Any) -> dict[str, Any]:
    answer = aws.ecs.execute_command(cluster=aws.name, task=task, interactive=True, command=command, **more)
    return dict(answer)


def test_a_command_runs_in_the_container_as_root(aws: Any, task: str) -> None:
    answer = execute(aws, task, 'sh -c \'id -u; tr "\\0" " " </proc/1/cmdline\'', container="main")
    assert answer["containerName"] == "main"
    arguments = [json.dumps(answer["session"]), "us-east-1", "StartSession", "", "{}", "http://127.0.0.1"]
    controller, terminal = os.openpty()
    try:
        for expected in (b"sleep 600", b"Cannot perform start session"):
            # A session is used once.
            done = subprocess.run([PLUGIN, *arguments], stdin=terminal, capture_output=True, timeout=300, check=False)
            assert expected in done.stdout, done
    finally:
        os.close(controller)
        os.close(terminal)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"interactive": False}, "Interactive is the only mode"),
        ({"container": "other"}, "does not exist in the task"),
        ({"task": "0" * 32}, "task was not found"),
    ],
)
def test_refusals(aws: Any, task: str, changes: dict[str, Any], message: str) -> None:
    request = {"cluster": aws.name, "task": task, "interactive": True, "command": "true", **changes}
    with pytest.raises(ClientError, match=message):
        aws.ecs.execute_command(**request)


def test_a_task_without_an_agent_is_refused(aws: Any, until: Any) -> None:
    arn = aws.start(aws.register(SLEEP))
    until(lambda: aws.task(arn)["lastStatus"], lambda status: status == "RUNNING")
    assert agents(aws.task(arn)) == []
    with pytest.raises(ClientError, match="was not enabled when the task was run"):
        execute(aws, arn, "true")
    aws.ecs.stop_task(cluster=aws.name, task=arn)

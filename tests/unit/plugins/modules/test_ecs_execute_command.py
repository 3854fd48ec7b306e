"""The module, with a stubbed ECS and a plugin that is a script."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import ecs_execute_command
from botocore.stub import ANY

Run = Callable[..., dict[str, Any]]
ARN = "arn:aws:ecs:eu-west-1:123456789012"
AGENTS = [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}]
TASK = {
    "taskArn": f"{ARN}:task/airflow-x/1",
    "clusterArn": f"{ARN}:cluster/airflow-x",
    "lastStatus": "RUNNING",
    "enableExecuteCommand": True,
    "containers": [{"name": "airflow", "runtimeId": "r", "managedAgents": AGENTS}],
}
OPTIONS: dict[str, Any] = {"cluster": "airflow-x", "service": "scheduler", "command": ["airflow", "info"]}


def plugin(folder: Path, output: str) -> str:
    path = folder / "plugin"
    path.write_text(f"#!{sys.executable}\nimport sys\nprint('1.2.700.0' if '--version' in sys.argv else {output!r})\n")
    path.chmod(0o755)
    return str(path)


def finds(aws: Any) -> None:
    aws["ecs"].add_response("list_tasks", {"taskArns": [TASK["taskArn"]]})
    aws["ecs"].add_response("describe_tasks", {"tasks": [TASK]})


def test_a_session_that_breaks_fails_with_what_was_said(aws: Any, run_module: Run, tmp_path: Path) -> None:
    finds(aws)
    aws["ecs"].add_response(
        "execute_command",
        {"session": {"sessionId": "s", "streamUrl": "wss://s", "tokenValue": "t"}},
        {"cluster": "airflow-x", "task": ANY, "container": "airflow", "interactive": True, "command": ANY},
    )
    result = run_module(ecs_execute_command.main, **OPTIONS, plugin=plugin(tmp_path, "Cannot perform start session"))
    assert result["failed"]
    assert result["stdout_lines"] == ["Cannot perform start session"]


def test_check_mode(aws: Any, run_module: Run, tmp_path: Path) -> None:
    finds(aws)
    result = run_module(ecs_execute_command.main, True, **OPTIONS, plugin=plugin(tmp_path, ""))
    assert result["changed"]
    assert result["command"] == ["airflow", "info"]


def test_without_the_plugin_nothing_is_asked(aws: Any, run_module: Run) -> None:
    result = run_module(ecs_execute_command.main, **OPTIONS, plugin="no-such-plugin")
    assert result["failed"]
    assert "there is no no-such-plugin" in result["msg"]

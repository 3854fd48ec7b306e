"""The module, with a stubbed ECS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules import ecs_task_definition

Run = Callable[..., dict[str, Any]]
OPTIONS: dict[str, Any] = {
    "family": "airflow-x-scheduler",
    "cpu": "512",
    "memory": 1024,
    "containers": [{"name": "airflow", "image": "airflow:1", "portMappings": [{"containerPort": "8080"}]}],
}


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    message = "Unable to describe task definition."
    aws["ecs"].add_client_error("describe_task_definition", "ClientException", message)
    result = run_module(ecs_task_definition.main, True, **OPTIONS)
    assert result["changed"]
    assert result["task_definition_arn"] == "airflow-x-scheduler:1"
    assert result["diff"]["after"]["cpu"] == "512"
    assert result["diff"]["after"]["runtimePlatform"]["cpuArchitecture"] == "X86_64"


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    for dummy in range(2):
        aws["ecs"].add_response("list_task_definitions", {"taskDefinitionArns": []})
    assert not run_module(ecs_task_definition.main, family="airflow-x-scheduler", state="absent")["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({**OPTIONS, "keep_revisions": 0}, "keep_revisions must be at least 1, not 0"),
        ({"family": "f"}, "state is present but all of the following are missing: containers, cpu, memory"),
        ({**OPTIONS, "containers": [{"name": "airflow", "imag": "i"}]}, "imag"),
    ],
)
def test_bad_options_are_refused(aws: Any, run_module: Run, options: dict[str, Any], message: str) -> None:
    result = run_module(ecs_task_definition.main, **options)
    assert result["failed"]
    assert message in result["msg"]

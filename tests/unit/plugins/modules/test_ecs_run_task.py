"""The module, with a stubbed ECS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import ecs_run_task

Run = Callable[..., dict[str, Any]]
ARN = "arn:aws:ecs:eu-west-1:123456789012"
OPTIONS: dict[str, Any] = {
    "cluster": "airflow-x",
    "task_definition": "airflow-x-standalone:3",
    "network_configuration": {"subnets": ["subnet-a"]},
    "overrides": {"containers": [{"name": "airflow", "command": ["airflow", "db", "migrate"]}]},
    "wait_timeout": 5,
}


def task(exit_code: int) -> dict[str, Any]:
    return {
        "taskArn": f"{ARN}:task/airflow-x/1",
        "taskDefinitionArn": f"{ARN}:task-definition/airflow-x-standalone:3",
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "containers": [{"name": "airflow", "exitCode": exit_code}],
    }


def prepare(aws: Any, exit_code: int) -> None:
    aws["ecs"].add_response("run_task", {"tasks": [task(exit_code)], "failures": []})
    aws["ecs"].add_response("describe_tasks", {"tasks": [task(exit_code)]})
    aws["ecs"].add_response(
        "describe_task_definition", {"taskDefinition": {"containerDefinitions": [{"name": "airflow"}]}}
    )


def test_a_task_that_ends_well(aws: Any, run_module: Run) -> None:
    prepare(aws, exit_code=0)
    result = run_module(ecs_run_task.main, **OPTIONS)
    assert result["changed"]
    assert result["exit_codes"] == {"airflow": 0}
    assert result["logs"] == {"airflow": []}


def test_a_task_that_fails(aws: Any, run_module: Run) -> None:
    prepare(aws, exit_code=1)
    result = run_module(ecs_run_task.main, **OPTIONS)
    assert result["failed"]
    assert result["exit_codes"] == {"airflow": 1}
    assert "Container airflow: exit code 1" in result["msg"]
    assert result["failure"]["tasks"][0]["stop_code"] == "EssentialContainerExited"


def test_check_mode(aws: Any, run_module: Run) -> None:
    result = run_module(ecs_run_task.main, True, **OPTIONS)
    assert result["changed"]
    assert result["tasks"] == []
    assert result["diff"]["after"]["taskDefinition"] == "airflow-x-standalone:3"


def test_a_token_is_no_secret_and_excludes_a_label(aws: Any, run_module: Run) -> None:
    result = run_module(ecs_run_task.main, **OPTIONS, client_token="migrate-1", started_by="me")
    assert result["failed"]
    assert "mutually exclusive" in result["msg"]
    option: Any = ecs_run_task.ARGUMENT_SPEC["client_token"]
    assert option["no_log"] is False

"""The module, with a stubbed ECS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import ecs_stop_task

Run = Callable[..., dict[str, Any]]
ARN = "arn:aws:ecs:eu-west-1:123456789012"


def task(status: str, **container: Any) -> dict[str, Any]:
    return {
        "taskArn": f"{ARN}:task/airflow-x/1",
        "taskDefinitionArn": f"{ARN}:task-definition/airflow-x-standalone:3",
        "lastStatus": status,
        "containers": [{"name": "airflow", **container}],
    }


def test_a_running_task_is_stopped(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("describe_tasks", {"tasks": [task("RUNNING")]})
    aws["ecs"].add_response(
        "stop_task",
        {"task": task("RUNNING")},
        {"cluster": "airflow-x", "task": f"{ARN}:task/airflow-x/1", "reason": "by mistake"},
    )
    aws["ecs"].add_response("describe_tasks", {"tasks": [task("STOPPED", exitCode=143)]})
    result = run_module(ecs_stop_task.main, cluster="airflow-x", task="1", reason="by mistake")
    assert result["changed"]
    assert result["exit_codes"] == {"airflow": 143}


def test_one_that_has_ended_is_left_alone(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("describe_tasks", {"tasks": [task("STOPPED", exitCode=0)]})
    assert not run_module(ecs_stop_task.main, cluster="airflow-x", task="1")["changed"]


def test_check_mode(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("describe_tasks", {"tasks": [task("RUNNING")]})
    result = run_module(ecs_stop_task.main, True, cluster="airflow-x", task="1")
    assert result["changed"]
    assert result["diff"] == {"before": {"last_status": "RUNNING"}, "after": {"last_status": "STOPPED"}}

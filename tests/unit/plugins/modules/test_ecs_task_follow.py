"""The module, with a stubbed ECS and stubbed logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import ecs_task_follow

Run = Callable[..., dict[str, Any]]
ARN = "arn:aws:ecs:eu-west-1:123456789012"
TASK = {
    "taskArn": f"{ARN}:task/airflow-x/1",
    "taskDefinitionArn": f"{ARN}:task-definition/airflow-x-standalone:3",
    "lastStatus": "RUNNING",
    "containers": [{"name": "airflow"}],
}
LOG = {"logDriver": "awslogs", "options": {"awslogs-group": "/g", "awslogs-stream-prefix": "ecs"}}
DEFINITION = {"taskDefinition": {"containerDefinitions": [{"name": "airflow", "logConfiguration": LOG}]}}


def test_news_of_a_task(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("describe_tasks", {"tasks": [TASK]})
    aws["ecs"].add_response("describe_task_definition", DEFINITION)
    aws["ecs"].add_response("describe_tasks", {"tasks": [TASK]})
    aws["logs"].add_response(
        "get_log_events",
        {"events": [{"timestamp": 1, "message": "hello"}], "nextForwardToken": "f/1"},
        {"logGroupName": "/g", "logStreamName": "ecs/airflow/1", "startFromHead": True, "nextToken": "f/0"},
    )
    result = run_module(ecs_task_follow.main, cluster="airflow-x", task="1", positions={"airflow": "f/0"})
    assert result["lines"] == [{"container": "airflow", "message": "hello"}]
    assert result["positions"] == {"airflow": "f/1"}
    assert not result["changed"]


def test_a_task_that_is_not_there(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("describe_tasks", {"tasks": [], "failures": [{"reason": "MISSING"}]})
    result = run_module(ecs_task_follow.main, cluster="airflow-x", task="1")
    assert result["failed"]
    assert "There is no task 1" in result["msg"]

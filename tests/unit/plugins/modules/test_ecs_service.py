"""The module, with a stubbed ECS and stubbed logs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules import ecs_service

Run = Callable[..., dict[str, Any]]
Resource = dict[str, Any]
ARN = "arn:aws:ecs:eu-west-1:123456789012"
OPTIONS: Resource = {
    "cluster": "airflow-x",
    "name": "scheduler",
    "task_definition": "airflow-x-scheduler:2",
    "network_configuration": {"subnets": ["subnet-a"]},
    "wait_timeout": 5,
}
AWSLOGS = {
    "awslogs-group": "/airflow-x/scheduler",
    "awslogs-stream-prefix": "ecs",
    "awslogs-region": "eu-west-1",
}


def service(*deployments: Resource) -> Resource:
    primary = next(item for item in deployments if item["status"] == "PRIMARY")
    return {
        "serviceArn": f"{ARN}:service/airflow-x/scheduler",
        "serviceName": "scheduler",
        "clusterArn": f"{ARN}:cluster/airflow-x",
        "status": "ACTIVE",
        "desiredCount": 1,
        "runningCount": 1,
        "pendingCount": 0,
        "taskDefinition": primary["taskDefinition"],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"]}},
        "deployments": list(deployments),
        "events": [],
    }


def deployment(number: int, **fields: Any) -> Resource:
    return {
        "id": f"ecs-svc/{number}",
        "status": "PRIMARY",
        "taskDefinition": f"{ARN}:task-definition/airflow-x-scheduler:{number}",
        "desiredCount": 1,
        "runningCount": 1,
        "pendingCount": 0,
        "failedTasks": 0,
        "createdAt": datetime(2026, 11, 22, tzinfo=UTC),
        "rolloutState": "COMPLETED",
        **fields,
    }


def test_the_defaults_of_the_options_are_those_of_the_api(aws: Any, run_module: Run) -> None:
    """An answer that has nothing but what CreateService needs."""
    aws["ecs"].add_response("describe_services", {"services": [service(deployment(2))]})
    result = run_module(ecs_service.main, **OPTIONS)
    assert not result["changed"]
    assert result["service"]["service_name"] == "scheduler"


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_client_error("describe_services", "ClusterNotFoundException")
    result = run_module(ecs_service.main, True, **OPTIONS)
    assert result["changed"]
    assert result["diff"]["after"]["network_configuration"]["subnets"] == ["subnet-a"]


def test_a_failed_rollout_tells_everything(aws: Any, run_module: Run) -> None:
    old = deployment(1, status="ACTIVE")
    new = deployment(2, rolloutState="IN_PROGRESS", runningCount=0)
    failed = {**new, "status": "ACTIVE", "rolloutState": "FAILED", "rolloutStateReason": "circuit breaker."}
    task = {
        "taskArn": f"{ARN}:task/airflow-x/1",
        "taskDefinitionArn": new["taskDefinition"],
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "startedBy": "ecs-svc/2",
        "containers": [{"name": "airflow", "exitCode": 127}],
    }
    definition = {
        "taskDefinitionArn": new["taskDefinition"],
        "containerDefinitions": [{"name": "airflow", "logConfiguration": {"logDriver": "awslogs", "options": AWSLOGS}}],
    }
    aws["ecs"].add_response("describe_services", {"services": [service(deployment(1))]})
    aws["ecs"].add_response("update_service", {"service": service(new, old)})
    aws["ecs"].add_response("describe_services", {"services": [service(failed, deployment(1))]})
    aws["ecs"].add_response("list_tasks", {"taskArns": [task["taskArn"]]})
    aws["ecs"].add_response("describe_tasks", {"tasks": [task]})
    aws["ecs"].add_response("describe_task_definition", {"taskDefinition": definition})
    aws["logs"].add_response(
        "get_log_events",
        {"events": [{"message": "airflow: not found"}]},
        {
            "logGroupName": "/airflow-x/scheduler",
            "logStreamName": "ecs/airflow/1",
            "limit": 7,
            "startFromHead": False,
        },
    )
    result = run_module(ecs_service.main, **OPTIONS, log_lines=7)
    assert result["failed"]
    assert result["changed"]
    assert "ECS rolled back to airflow-x-scheduler:1" in result["msg"]
    assert "exit code 127 (the command was not found)\n    | airflow: not found" in result["msg"]
    assert result["failure"]["tasks"][0]["containers"][0]["log_lines"] == ["airflow: not found"]
    assert result["diff"]["after"]["task_definition"] == "airflow-x-scheduler:2"


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_client_error("describe_services", "ClusterNotFoundException")
    assert not run_module(ecs_service.main, cluster="airflow-x", name="scheduler", state="absent")["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({**OPTIONS, "min_count": 3, "max_count": 2}, "min_count (3) must not be greater than max_count (2)"),
        (
            {"cluster": "airflow-x", "name": "scheduler"},
            "state is present but all of the following are missing: task_definition, network_configuration",
        ),
    ],
)
def test_bad_options_are_refused(aws: Any, run_module: Run, options: Resource, message: str) -> None:
    result = run_module(ecs_service.main, **options)
    assert result["failed"]
    assert message in result["msg"]

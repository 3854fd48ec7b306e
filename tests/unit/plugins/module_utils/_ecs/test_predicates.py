"""Which answers of DescribeServices mean that a rollout goes on, is done, or has failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.predicates import (
    new_tasks_run,
    primary_deployment,
    rollout_state,
    task_healthy,
)

Make = Callable[..., dict[str, Any]]


def test_completed(make_service: Make, make_deployment: Make) -> None:
    assert rollout_state(make_service(), make_deployment(1)).state == "completed"


def test_completed_with_nothing_to_run(make_service: Make, make_deployment: Make) -> None:
    service = make_service(desiredCount=0, runningCount=0, deployments=[make_deployment(runningCount=0)])
    assert rollout_state(service, make_deployment(1)).state == "completed"


@pytest.mark.parametrize(
    "fields",
    [
        {"runningCount": 0},
        {"runningCount": 2},
        {"pendingCount": 1},
        {"deployments": []},
    ],
)
def test_not_yet(make_service: Make, make_deployment: Make, fields: dict[str, Any]) -> None:
    assert rollout_state(make_service(**fields), make_deployment(1)).state == "in_progress"


def test_not_yet_while_ecs_says_so(make_service: Make, make_deployment: Make) -> None:
    service = make_service(deployments=[make_deployment(rolloutState="IN_PROGRESS", failedTasks=1)])
    rollout = rollout_state(service, make_deployment(1))
    assert rollout.state == "in_progress"
    assert "1 failed" in rollout.reason


def test_not_yet_while_old_tasks_stop(make_service: Make, make_deployment: Make) -> None:
    service = make_service(deployments=[make_deployment(2), make_deployment(1, status="ACTIVE", runningCount=1)])
    assert rollout_state(service, make_deployment(2)).state == "in_progress"


def test_a_failed_deployment_without_tasks_is_history(make_service: Make, make_deployment: Make) -> None:
    failed = make_deployment(1, status="ACTIVE", runningCount=0, rolloutState="FAILED")
    assert (
        rollout_state(make_service(deployments=[failed, make_deployment(2)]), make_deployment(2)).state == "completed"
    )


def test_failed_when_ecs_gives_up(make_service: Make, make_deployment: Make) -> None:
    deployment = make_deployment(rolloutState="FAILED", rolloutStateReason="tasks failed to start.")
    rollout = rollout_state(make_service(deployments=[deployment]), make_deployment(1))
    assert (rollout.state, rollout.reason) == ("failed", "tasks failed to start")


def test_failed_when_rolled_back(make_service: Make, make_deployment: Make) -> None:
    """The deployment that failed may stand before the one that is PRIMARY again."""
    deployment = make_deployment(2, rolloutState="IN_PROGRESS")
    failed = {**deployment, "status": "ACTIVE", "rolloutState": "FAILED", "rolloutStateReason": "circuit breaker: bad."}
    rollout = rollout_state(make_service(deployments=[failed, make_deployment(1)]), deployment)
    assert rollout.state == "failed"
    assert rollout.reason == "circuit breaker: bad; ECS rolled back to airflow-x-scheduler:1 (deployment ecs-svc/1)"


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([], "the deployment failed"),
        (["(service s) (deployment ecs-svc/2) deployment failed: tasks failed to start."], "tasks failed to start"),
        (["(service s) (deployment ecs-svc/7) deployment failed: tasks failed to start."], "the deployment failed"),
        (["(service s) (deployment ecs-svc/2) is going well."], "the deployment failed"),
    ],
)
def test_failed_when_only_the_rollback_is_left(
    make_service: Make, make_deployment: Make, events: list[str], why: str
) -> None:
    """An older deployment can be PRIMARY again only because ECS went back to it."""
    service = make_service(events=[{"message": message} for message in events])
    rollout = rollout_state(service, make_deployment(2))
    assert rollout.state == "failed"
    assert rollout.reason == f"{why}; ECS rolled back to airflow-x-scheduler:1 (deployment ecs-svc/1)"


def test_failed_when_ecs_rolled_back_by_a_new_deployment(make_service: Make, make_deployment: Make) -> None:
    primary = make_deployment(3, rolloutStateReason="ECS deployment circuit breaker: rolling back to ecs-svc/1.")
    rollout = rollout_state(make_service(deployments=[primary]), make_deployment(2))
    assert "ECS rolled back to airflow-x-scheduler:3" in rollout.reason


def test_failed_when_somebody_else_deployed(make_service: Make, make_deployment: Make) -> None:
    rollout = rollout_state(make_service(deployments=[make_deployment(3)]), make_deployment(2))
    assert rollout.state == "failed"
    assert "another deployment took its place: airflow-x-scheduler:3" in rollout.reason


@pytest.mark.parametrize(
    ("breaker", "failures", "running", "state"),
    [
        (False, 3, 0, "failed"),
        (False, 2, 0, "in_progress"),
        (False, 3, 1, "in_progress"),
        (True, 3, 0, "in_progress"),
    ],
)
def test_repeated_failures_without_a_circuit_breaker(
    make_service: Make, make_deployment: Make, breaker: bool, failures: int, running: int, state: str
) -> None:
    service = make_service(
        runningCount=running,
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": breaker, "rollback": breaker}},
        deployments=[make_deployment(rolloutState="IN_PROGRESS", runningCount=running, failedTasks=failures)],
    )
    assert rollout_state(service, make_deployment(1)).state == state


def test_failed_when_the_service_is_deleted(make_service: Make, make_deployment: Make) -> None:
    rollout = rollout_state(make_service(status="DRAINING"), make_deployment(1))
    assert (rollout.state, rollout.reason) == ("failed", "the service is DRAINING")


def test_primary_is_found_wherever_it_stands(make_service: Make, make_deployment: Make) -> None:
    service = make_service(deployments=[make_deployment(2, status="ACTIVE"), make_deployment(1)])
    assert (primary_deployment(service) or {})["id"] == "ecs-svc/1"
    assert primary_deployment(make_service(deployments=[])) is None


@pytest.mark.parametrize(
    ("fields", "desired", "run"),
    [
        ({}, 1, True),
        ({}, 2, False),
        ({"pendingCount": 1}, 1, False),
        ({"runningCount": 0}, 0, True),
        ({"rolloutState": "FAILED"}, 1, False),
    ],
)
def test_new_tasks_run(
    make_service: Make, make_deployment: Make, fields: dict[str, Any], desired: int, run: bool
) -> None:
    old = make_deployment(1, status="ACTIVE")
    service = make_service(deployments=[make_deployment(2, **fields), old], desiredCount=desired, runningCount=2)
    assert new_tasks_run(service, make_deployment(2)) is run
    assert not new_tasks_run(service, old)


@pytest.mark.parametrize(
    ("status", "health", "healthy"),
    [
        ("RUNNING", "HEALTHY", True),
        ("RUNNING", "UNKNOWN", False),
        ("RUNNING", "UNHEALTHY", False),
        ("DEACTIVATING", "HEALTHY", False),
    ],
)
def test_task_healthy(status: str, health: str, healthy: bool) -> None:
    containers = [{"name": "airflow", "healthStatus": health}, {"name": "sidecar", "healthStatus": "UNKNOWN"}]
    checks = {"airflow": {"healthCheck": {"command": ["CMD", "true"]}}, "sidecar": {}}
    assert task_healthy({"lastStatus": status, "containers": containers}, checks) is healthy

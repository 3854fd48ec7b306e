"""An ECS client whose answers the tests write, and a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

Resource = dict[str, Any]
ACCOUNT = "arn:aws:ecs:us-east-1:123456789012"
STARTED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    """Time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    # By name: the collection cannot be imported yet when pytest is started on this very directory.
    monkeypatch.setattr("ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters.time", clock)
    return clock


@pytest.fixture(scope="session")
def ecs() -> Any:
    """Made once, because reading the model of the API takes a moment."""
    return boto3.client("ecs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def stubber(ecs: Any) -> Iterator[Stubber]:
    """Every call must be announced, and every announced call must be made."""
    with Stubber(ecs) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def make_deployment() -> Callable[..., Resource]:
    def make(number: int = 1, **fields: Any) -> Resource:
        return {
            "id": f"ecs-svc/{number}",
            "status": "PRIMARY",
            "taskDefinition": f"{ACCOUNT}:task-definition/airflow-x-scheduler:{number}",
            "desiredCount": 1,
            "runningCount": 1,
            "pendingCount": 0,
            "failedTasks": 0,
            "createdAt": STARTED + timedelta(minutes=number - 1),
            "rolloutState": "COMPLETED",
            "rolloutStateReason": f"ECS deployment ecs-svc/{number} completed.",
            **fields,
        }

    return make


@pytest.fixture
def make_service(make_deployment: Callable[..., Resource]) -> Callable[..., Resource]:
    """A service as AWS answers it: with more fields than anybody asked for."""

    def make(**fields: Any) -> Resource:
        return {
            "serviceArn": f"{ACCOUNT}:service/airflow-x/scheduler",
            "serviceName": "scheduler",
            "clusterArn": f"{ACCOUNT}:cluster/airflow-x",
            "loadBalancers": [],
            "serviceRegistries": [],
            "status": "ACTIVE",
            "desiredCount": 1,
            "runningCount": 1,
            "pendingCount": 0,
            "launchType": "FARGATE",
            "platformVersion": "LATEST",
            "platformFamily": "Linux",
            "taskDefinition": f"{ACCOUNT}:task-definition/airflow-x-scheduler:1",
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                "maximumPercent": 200,
                "minimumHealthyPercent": 100,
                "strategy": "ROLLING",
                "bakeTimeInMinutes": 0,
            },
            "deployments": [make_deployment()],
            "events": [],
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": ["subnet-b", "subnet-a"],
                    "securityGroups": ["sg-1"],
                    "assignPublicIp": "ENABLED",
                }
            },
            "enableECSManagedTags": False,
            "propagateTags": "SERVICE",
            "enableExecuteCommand": True,
            "tags": [{"key": "airflow:environment", "value": "x"}],
            **fields,
        }

    return make


@pytest.fixture
def make_task() -> Callable[..., Resource]:
    def make(number: int = 1, exit_code: int | None = 0, **fields: Any) -> Resource:
        container: Resource = {"name": "airflow", "lastStatus": "STOPPED", "healthStatus": "UNKNOWN"}
        if exit_code is not None:
            container["exitCode"] = exit_code
        return {
            "taskArn": f"{ACCOUNT}:task/airflow-x/{number:032d}",
            "clusterArn": f"{ACCOUNT}:cluster/airflow-x",
            "taskDefinitionArn": f"{ACCOUNT}:task-definition/airflow-x-scheduler:1",
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            "healthStatus": "UNKNOWN",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "startedBy": "ecs-svc/1",
            "createdAt": STARTED,
            "containers": [container],
            **fields,
        }

    return make


@pytest.fixture
def make_definition() -> Callable[..., Resource]:
    """A registered task definition as AWS answers it, with what it fills in."""

    def make(revision: int = 1, container: Resource | None = None, **fields: Any) -> Resource:
        return {
            "taskDefinitionArn": f"{ACCOUNT}:task-definition/airflow-x-scheduler:{revision}",
            "family": "airflow-x-scheduler",
            "revision": revision,
            "status": "ACTIVE",
            "containerDefinitions": [
                {
                    "name": "airflow",
                    "image": "airflow:1",
                    "cpu": 0,
                    "portMappings": [],
                    "essential": True,
                    "command": ["airflow", "scheduler"],
                    "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
                    "mountPoints": [],
                    "volumesFrom": [],
                    "systemControls": [],
                    **(container or {}),
                }
            ],
            "volumes": [],
            "placementConstraints": [],
            "compatibilities": ["EC2", "FARGATE"],
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "512",
            "memory": "1024",
            **fields,
        }

    return make

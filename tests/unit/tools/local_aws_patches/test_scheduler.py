"""What happens to a task while the scheduler looks at it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

ARN = "arn:aws:ecs:us-east-1:123456789012:task/cluster/0123"


@pytest.fixture
def task() -> dict[str, Any]:
    return {
        "taskArn": ARN,
        "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/cluster",
        "group": "service:workers",
        "desiredStatus": "RUNNING",
        "lastStatus": "RUNNING",
        "createdAt": "2026-01-01T00:00:00Z",
        "_deployment_id": "ecs-svc/1",
        "_container_ip": "10.0.0.2",
    }


@pytest.fixture
def service() -> dict[str, Any]:
    return {
        "serviceName": "workers",
        "desiredCount": 1,
        "deploymentConfiguration": {},
        "deployments": [{"id": "ecs-svc/1", "rolloutState": "COMPLETED"}],
        "events": [],
        "loadBalancers": [{"targetGroupArn": "group", "containerPort": 8080}],
    }


class Tasks:
    """Stops what it is told to, after whatever else happens just then."""

    def __init__(self, just_then: Callable[[], None] = lambda: None) -> None:
        self.left: list[str] = []
        self._just_then = just_then

    def stop(self, task: dict[str, Any], reason: str, code: str) -> None:
        self._just_then()
        task["desiredStatus"] = "STOPPED"

    def leave(self, task: dict[str, Any]) -> None:
        self.left.append(task["taskArn"])


def test_no_task_is_told_that_it_is_protected_and_stopped_all_the_same(
    patched: Callable[[str], Any], task: dict[str, Any], service: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    protection, module = patched("ecs.protection"), patched("ecs.scheduler")
    answers: list[Any] = []
    asking = threading.Thread(
        target=lambda: answers.append(protection.state(task, {"ProtectionEnabled": True})), daemon=True
    )

    def ask() -> None:
        asking.start()
        asking.join(0.2)

    monkeypatch.setattr(protection, "allowed", lambda task, action: True)
    monkeypatch.setattr(protection, "service_of", lambda task: service)
    scheduler = module.Scheduler(Tasks(ask), SimpleNamespace(state=lambda *target: "healthy"))
    monkeypatch.setattr(scheduler, "_healthy", lambda task, service: True)
    service["desiredCount"] = 0
    scheduler._roll("cluster/workers", service, [task])
    asking.join(10)
    assert task["desiredStatus"] == "STOPPED"
    assert answers == [(200, {"failure": {"Arn": ARN, "Detail": None, "Reason": "TASK_NOT_VALID"}})]


@pytest.mark.parametrize(("stopped_meanwhile", "left"), [(False, []), (True, [ARN])])
def test_a_task_that_stops_while_it_is_registered_does_not_stay_registered(
    patched: Callable[[str], Any],
    task: dict[str, Any],
    service: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    stopped_meanwhile: bool,
    left: list[str],
) -> None:
    module = patched("ecs.scheduler")

    def register(*target: Any) -> bool:
        if stopped_meanwhile:
            task["desiredStatus"] = "STOPPED"
        return True

    monkeypatch.setattr(module, "cloud_map", SimpleNamespace(register=lambda task: None))
    tasks = Tasks()
    module.Scheduler(tasks, SimpleNamespace(register=register))._observe(service, [task])
    assert tasks.left == left

"""Whether a service's task is healthy.

AWS: a task counts when it is RUNNING and passes its container health checks and those of its target groups; after
healthCheckGracePeriodSeconds a task that fails one of them is replaced.
ministack: a task counts when its container has lived for a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]
TargetState = Callable[[str, str, int], str]
"""(target group, address, port) -> state of DescribeTargetHealth."""

STEADY_SECONDS = 10.0
"""How long a task without any health check must run before it counts as healthy."""


def alive(task: Mapping[str, Any]) -> bool:
    return task["desiredStatus"] != "STOPPED" and task["lastStatus"] != "STOPPED"


def running(task: Mapping[str, Any]) -> bool:
    return alive(task) and task["lastStatus"] == "RUNNING"


def targets(task: Mapping[str, Any], service: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """(target group, address, port) of a task that has an address."""
    address = task.get("_container_ip")
    return [
        (balancer["targetGroupArn"], address, int(balancer["containerPort"]))
        for balancer in service.get("loadBalancers") or []
        if address and balancer.get("targetGroupArn")
    ]


def checked(task_definition: Mapping[str, Any]) -> bool:
    return any(
        (container.get("healthCheck") or {}).get("command") and container.get("essential", True)
        for container in task_definition["containerDefinitions"]
    )


def healthy(
    task: Mapping[str, Any], service: Mapping[str, Any], task_definition: Mapping[str, Any], state: TargetState
) -> bool:
    if not running(task):
        return False
    has_check = checked(task_definition)
    if has_check and task.get("healthStatus") != "HEALTHY":
        return False
    where = targets(task, service)
    if where:
        return all(state(*target) == "healthy" for target in where)
    return has_check or time.time() - task.get("_running_since", time.time()) >= STEADY_SECONDS


def failure(task: Mapping[str, Any], service: Mapping[str, Any], state: TargetState) -> str | None:
    """Why the scheduler must replace the running task; None when it need not."""
    grace = float(service.get("healthCheckGracePeriodSeconds") or 0)
    if not running(task) or time.time() - task.get("_running_since", time.time()) < grace:
        return None
    if task.get("healthStatus") == "UNHEALTHY":
        return "Task failed container health checks"
    for target in targets(task, service):
        if state(*target) == "unhealthy":
            return f"Task failed ELB health checks in (target-group {target[0]})"
    return None

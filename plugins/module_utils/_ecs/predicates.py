# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an answer of DescribeServices or DescribeTasks says about the progress of things. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import Resource
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import last_part

# Without a circuit breaker ECS starts tasks for ever; so many failures with nothing running is no progress.
HOPELESS_FAILURES = 3
ROLLING_BACK = re.compile("roll(ing )?back", re.IGNORECASE)


@dataclass(frozen=True)
class Rollout:
    state: Literal["in_progress", "completed", "failed"]
    reason: str


def primary_deployment(service: Resource) -> Resource | None:
    """The deployment ECS works towards. It is not always the first in the list."""
    return next((item for item in service.get("deployments", []) if item["status"] == "PRIMARY"), None)


def deployment_by_id(service: Resource, deployment_id: str) -> Resource | None:
    return next((item for item in service.get("deployments", []) if item["id"] == deployment_id), None)


def rollout_state(service: Resource, deployment: Resource) -> Rollout:
    """Whether one deployment of a service has finished, can still finish, or never will.

    The deployment is what was last seen of it: ECS soon stops listing one that failed.
    """
    if service["status"] != "ACTIVE":
        return Rollout("failed", f"the service is {service['status']}")
    primary = primary_deployment(service)
    if primary is None:
        return Rollout("in_progress", "ECS has not started the deployment yet")
    if primary["id"] != deployment["id"]:
        return _replaced(service, deployment, primary)
    if primary.get("rolloutState") == "FAILED":
        return Rollout("failed", _why(service, primary))

    breaker = (service.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
    failures = primary.get("failedTasks", 0)
    if not breaker.get("enable") and failures >= HOPELESS_FAILURES and not primary["runningCount"]:
        return Rollout("failed", f"{failures} tasks failed and none is running")

    running, desired, pending = service["runningCount"], service["desiredCount"], service["pendingCount"]
    others = [item for item in service["deployments"] if item["id"] != deployment["id"]]
    leaving = sum(item["runningCount"] + item["pendingCount"] for item in others)
    progress = f"{primary['runningCount']} of {desired} tasks are running, {pending} pending, {leaving} old ones left"
    if primary.get("rolloutState", "COMPLETED") != "COMPLETED" or running != desired or pending or leaving:
        return Rollout("in_progress", f"{progress}, {failures} failed" if failures else progress)
    return Rollout("completed", progress)


def new_tasks_run(service: Resource, deployment: Resource) -> bool:
    """Whether ECS still works towards a deployment and all its tasks run; the old ones may take their time."""
    primary = primary_deployment(service)
    if primary is None or primary["id"] != deployment["id"] or primary.get("rolloutState") == "FAILED":
        return False
    return primary["runningCount"] >= service["desiredCount"] and not primary["pendingCount"]


def task_healthy(task: Resource, containers: Mapping[str, Resource]) -> bool:
    """Whether a task runs and passes every health check of its container definitions, given by name."""
    checked = [item for item in task.get("containers", []) if containers.get(item["name"], {}).get("healthCheck")]
    return task["lastStatus"] == "RUNNING" and all(item.get("healthStatus") == "HEALTHY" for item in checked)


def _replaced(service: Resource, deployment: Resource, primary: Resource) -> Rollout:
    heir = f"{last_part(primary['taskDefinition'])} (deployment {primary['id']})"
    latest = deployment_by_id(service, deployment["id"]) or deployment
    gave_up = latest.get("rolloutState") == "FAILED"
    returned = primary["createdAt"] < deployment["createdAt"]
    if gave_up or returned or ROLLING_BACK.search(primary.get("rolloutStateReason") or ""):
        return Rollout("failed", f"{_why(service, latest)}; ECS rolled back to {heir}")
    return Rollout("failed", f"another deployment took its place: {heir}")


def _why(service: Resource, deployment: Resource) -> str:
    """The reason ECS gives with the deployment, or in its events once the deployment is no longer listed."""
    if deployment.get("rolloutState") == "FAILED" and deployment.get("rolloutStateReason"):
        return deployment["rolloutStateReason"].rstrip(".")
    messages = (event["message"] for event in service.get("events", []) if deployment["id"] in event["message"])
    failure = next((message for message in messages if "failed" in message), "")
    return failure.partition(") deployment failed: ")[2].rstrip(".") or "the deployment failed"

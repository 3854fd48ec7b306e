# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an answer of DescribeServices or DescribeTasks says about the progress of things. Pure functions."""

from __future__ import annotations

import re
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


def rollout_state(service: Resource, deployment_id: str) -> Rollout:
    """Whether one deployment of a service has finished, can still finish, or never will."""
    if service["status"] != "ACTIVE":
        return Rollout("failed", f"the service is {service['status']}")
    primary = primary_deployment(service)
    if primary is None:
        return Rollout("in_progress", "ECS has not started the deployment yet")
    if primary["id"] != deployment_id:
        return _replaced(deployment_by_id(service, deployment_id), primary)
    if primary.get("rolloutState") == "FAILED":
        return Rollout("failed", primary.get("rolloutStateReason") or "ECS gave the deployment up")

    breaker = (service.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
    failures = primary.get("failedTasks", 0)
    if not breaker.get("enable") and failures >= HOPELESS_FAILURES and not primary["runningCount"]:
        return Rollout("failed", f"{failures} tasks failed and none is running")

    running, desired, pending = service["runningCount"], service["desiredCount"], service["pendingCount"]
    leaving = sum(
        item["runningCount"] + item["pendingCount"] for item in service["deployments"] if item["id"] != deployment_id
    )
    progress = (
        f"{primary['runningCount']} of {desired} tasks are running, {pending} pending, {leaving} old ones stopping"
    )
    if primary.get("rolloutState", "COMPLETED") != "COMPLETED" or running != desired or pending or leaving:
        return Rollout("in_progress", f"{progress}, {failures} failed" if failures else progress)
    return Rollout("completed", progress)


def _replaced(deployment: Resource | None, primary: Resource) -> Rollout:
    heir = f"{last_part(primary['taskDefinition'])} (deployment {primary['id']})"
    gave_up = deployment is not None and deployment.get("rolloutState") == "FAILED"
    if gave_up or ROLLING_BACK.search(primary.get("rolloutStateReason") or ""):
        why = (deployment or primary).get("rolloutStateReason") or "the deployment failed"
        return Rollout("failed", f"{why.rstrip('.')}; ECS rolled back to {heir}")
    return Rollout("failed", f"another deployment took its place: {heir}")

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Removes the services of a cluster that are wanted no longer, without stopping a busy task.

Every step can be repeated, and the service itself goes last: an interrupted removal is found and finished.
"""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import ensure
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.api import Clients
from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._ecs import services, task_definitions
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    Client,
    ECSErrorHandler,
    Resource,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import last_part, tags_from_api
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side

Params = t.Mapping[str, t.Any]
# What DescribeServices takes at most.
BATCH = 10
SCALING_OPTIONS = ("resource_id", "min", "max", "suspended", "policies", "scheduled_actions", "tags")


def ensure_purged(ecs: Client, scaling: Clients, params: Params, check_mode: bool) -> Resource:
    leaving = unwanted(ecs, params)
    if not check_mode:
        side_by_side(lambda service: _remove(ecs, scaling, params, service), leaving)
    names = sorted(service["serviceName"] for service in leaving)
    before = {
        service["serviceName"]: {
            "task_definition_family": task_definitions.family_of(service["taskDefinition"]),
            "desired_count": service["desiredCount"],
        }
        for service in leaving
    }
    return {"changed": bool(names), "removed": names, "diff": {"before": before, "after": {}}}


def unwanted(ecs: Client, params: Params) -> list[Resource]:
    """Services that are not among the wanted names, and have the tags. Usually there are none, which costs one call."""
    cluster = params["cluster"]
    names = [name for name in _names(ecs, cluster) if name not in params["keep"]]
    found: list[Resource] = []
    for start in range(0, len(names), BATCH):
        found += aws_call(
            ECSErrorHandler,
            f"describe the services of cluster {cluster}",
            ecs.describe_services,
            cluster=cluster,
            services=names[start : start + BATCH],
            include=["TAGS"],
        )["services"]
    return [
        service
        for service in found
        if service["status"] != "INACTIVE" and params["tags"].items() <= tags_from_api(service.get("tags")).items()
    ]


def _names(ecs: Client, cluster: str) -> list[str]:
    """None of a cluster that does not exist yet."""

    def pages() -> list[str]:
        return ecs.get_paginator("list_services").paginate(cluster=cluster).build_full_result().get("serviceArns", [])

    return [last_part(arn) for arn in find(ECSErrorHandler, f"list the services of cluster {cluster}", pages) or []]


def _remove(ecs: Client, scaling: Clients, params: Params, service: Resource) -> None:
    cluster, name = params["cluster"], service["serviceName"]
    # First what would start tasks again.
    _stop_scaling(scaling, cluster, name)
    if service["status"] == "ACTIVE":
        _drain(ecs, params, service)
    family = task_definitions.family_of(service["taskDefinition"])
    task_definitions.ensure_absent(ecs, {"family": family}, check_mode=False)
    removal = {"cluster": cluster, "name": name, "wait": True, "wait_timeout": params["wait_timeout"]}
    services.ensure_absent(ecs, removal, check_mode=False)


def _stop_scaling(scaling: Clients, cluster: str, name: str) -> None:
    target = {**dict.fromkeys(SCALING_OPTIONS), "cluster": cluster, "service": name}
    ensure.ensure_absent(scaling, {"targets": [target], "tags": None}, check_mode=False)


def _drain(ecs: Client, params: Params, service: Resource) -> None:
    """ECS stops what is idle; a busy worker is protected, finishes, and takes nothing new. Deletion would kill it."""
    cluster, name = params["cluster"], service["serviceName"]
    if service["desiredCount"]:
        find(
            ECSErrorHandler,
            f"scale service {name} to zero",
            ecs.update_service,
            cluster=cluster,
            service=name,
            desiredCount=0,
        )
    left = 0
    for seen in poll(lambda: services.describe_service(ecs, cluster, name), params["wait_timeout"]):
        left = seen["runningCount"] + seen["pendingCount"] if seen else 0
        if not left:
            return
    raise AnsibleECSError(
        message=f"Service {name} is to be removed, but {left} of its tasks still run after {params['wait_timeout']} s: "
        "they are busy. It takes no new work; run again when they have finished"
    )

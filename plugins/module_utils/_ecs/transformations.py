# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Between the shapes of the ECS API and those of the modules' options and results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import Resource
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.amazon.aws.plugins.module_utils.transformation import boto3_resource_to_ansible_dict

# DescribeServices answers up to 100 events; the newest tell what is going on.
EVENTS_RETURNED = 10


def last_part(arn: str) -> str:
    """The name in an ARN: a task's id, a cluster's name, a task definition's family:revision."""
    return arn.rsplit("/", 1)[-1]


def to_result(resource: Resource, keep_spelling: Sequence[str] = ()) -> Resource:
    """snake_case all the way down, except below the keys in keep_spelling; tags as a dict."""
    untagged = {key: value for key, value in resource.items() if key != "tags"}
    result = boto3_resource_to_ansible_dict(
        untagged, transform_tags=False, force_tags=False, ignore_list=list(keep_spelling)
    )
    return {**result, "tags": tags_from_api(resource.get("tags"))}


def task_definition_result(task_definition: Resource) -> Resource:
    """Container definitions keep the API's spelling, so that they can be used as the module's input again."""
    return to_result(task_definition, keep_spelling=["containerDefinitions"])


def service_result(service: Resource) -> Resource:
    return to_result({**service, "events": service.get("events", [])[:EVENTS_RETURNED]})


def task_result(task: Resource) -> Resource:
    """Overrides are left out: their environment may hold values nobody wants in a log."""
    return to_result({key: value for key, value in task.items() if key != "overrides"})


def tags_to_api(tags: Mapping[str, Any] | None) -> list[dict[str, str]]:
    return ansible_dict_to_boto3_tag_list(tags or {}, tag_name_key_name="key", tag_value_key_name="value")


def tags_from_api(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return boto3_tag_list_to_ansible_dict(tags or [])


def strategy_to_api(strategy: Iterable[Mapping[str, Any]]) -> list[Resource]:
    return [
        {"capacityProvider": item["capacity_provider"], "weight": item["weight"], "base": item["base"]}
        for item in strategy
    ]


def strategy_from_api(strategy: Iterable[Mapping[str, Any]] | None) -> list[Resource]:
    """Canonical: AWS does not keep the order, and leaves out what is 0."""
    return canonical_strategy(
        {
            "capacity_provider": item["capacityProvider"],
            "weight": item.get("weight", 0),
            "base": item.get("base", 0),
        }
        for item in strategy or []
    )


def canonical_strategy(strategy: Iterable[Mapping[str, Any]]) -> list[Resource]:
    return sorted(
        (
            {
                "capacity_provider": item["capacity_provider"],
                "weight": item.get("weight") or 0,
                "base": item.get("base") or 0,
            }
            for item in strategy
        ),
        key=lambda item: str(item["capacity_provider"]),
    )


def network_to_api(network: Mapping[str, Any]) -> Resource:
    groups = {"securityGroups": list(network["security_groups"])} if network["security_groups"] else {}
    return {
        "awsvpcConfiguration": {
            "subnets": list(network["subnets"]),
            **groups,
            "assignPublicIp": "ENABLED" if network["assign_public_ip"] else "DISABLED",
        }
    }


def network_from_api(network: Mapping[str, Any] | None) -> Resource:
    awsvpc = (network or {}).get("awsvpcConfiguration") or {}
    return canonical_network(
        {
            "subnets": awsvpc.get("subnets"),
            "security_groups": awsvpc.get("securityGroups"),
            "assign_public_ip": awsvpc.get("assignPublicIp") == "ENABLED",
        }
    )


def canonical_network(network: Mapping[str, Any]) -> Resource:
    return {
        "subnets": sorted(network.get("subnets") or []),
        "security_groups": sorted(network.get("security_groups") or []),
        "assign_public_ip": bool(network.get("assign_public_ip")),
    }

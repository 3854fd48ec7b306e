# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The one form in which the settings of two ECS services are compared: the module's own options, sorted and filled in.

Pure functions. The fields are those of https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import Resource
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import (
    canonical_network,
    canonical_strategy,
    last_part,
    network_from_api,
    network_to_api,
    strategy_from_api,
    strategy_to_api,
    tags_from_api,
)

# Tasks that run already do not take these over by themselves. Some of them start a deployment on their own, the others
# would silently hold for future tasks only; asking for one is right for both.
NEEDS_DEPLOYMENT = frozenset(
    {
        "capacity_provider_strategy",
        "enable_execute_command",
        "load_balancers",
        "network_configuration",
        "platform_version",
        "service_registries",
    }
)


def current_settings(service: Resource) -> Resource:
    deployment = service.get("deploymentConfiguration") or {}
    breaker = deployment.get("deploymentCircuitBreaker") or {}
    return {
        "task_definition": last_part(service["taskDefinition"]),
        "desired_count": service["desiredCount"],
        "capacity_provider_strategy": strategy_from_api(service.get("capacityProviderStrategy")),
        "network_configuration": network_from_api(service.get("networkConfiguration")),
        "deployment_configuration": {
            "maximum_percent": deployment.get("maximumPercent", 200),
            "minimum_healthy_percent": deployment.get("minimumHealthyPercent", 100),
            "circuit_breaker": {
                "enable": breaker.get("enable", False),
                "rollback": breaker.get("rollback", False),
            },
        },
        "load_balancers": _sorted(
            {
                "target_group_arn": item.get("targetGroupArn"),
                "container_name": item.get("containerName"),
                "container_port": item.get("containerPort"),
            }
            for item in service.get("loadBalancers", [])
        ),
        "service_registries": _sorted(
            {
                "registry_arn": item["registryArn"],
                "container_name": item.get("containerName"),
                "container_port": item.get("containerPort"),
            }
            for item in service.get("serviceRegistries", [])
        ),
        "health_check_grace_period": service.get("healthCheckGracePeriodSeconds") or 0,
        "enable_execute_command": bool(service.get("enableExecuteCommand")),
        "platform_version": service.get("platformVersion") or "LATEST",
        "propagate_tags": service.get("propagateTags") or "NONE",
        "tags": tags_from_api(service.get("tags")),
    }


def wanted_settings(
    params: Mapping[str, Any], task_definition: str, desired_count: int, tags: Mapping[str, str]
) -> Resource:
    """From the module's options, whose defaults are the API's. Only the strategy may be absent: the cluster has one."""
    wanted = {
        "task_definition": task_definition,
        "desired_count": desired_count,
        "network_configuration": canonical_network(params["network_configuration"]),
        "deployment_configuration": params["deployment_configuration"],
        "load_balancers": _sorted(params["load_balancers"]),
        "service_registries": _sorted(params["service_registries"]),
        "health_check_grace_period": params["health_check_grace_period"],
        "enable_execute_command": params["enable_execute_command"],
        "platform_version": params["platform_version"],
        "propagate_tags": params["propagate_tags"],
        "tags": dict(tags),
    }
    if params["capacity_provider_strategy"] is not None:
        wanted["capacity_provider_strategy"] = canonical_strategy(params["capacity_provider_strategy"])
    return wanted


def bounded(count: int, minimum: int | None, maximum: int | None) -> int:
    """The count the autoscaler chose, brought inside its bounds."""
    if minimum is not None:
        count = max(count, minimum)
    if maximum is not None:
        count = min(count, maximum)
    return count


def changed_settings(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> set[str]:
    return {key for key, value in wanted.items() if before.get(key) != value}


def to_api(settings: Mapping[str, Any]) -> Resource:
    """Settings as arguments that CreateService and UpdateService share; tags are apart in the API."""
    request: Resource = {}
    for key, value in settings.items():
        if key in _ARGUMENTS:
            argument, convert = _ARGUMENTS[key]
            request[argument] = convert(value)
    return request


def _deployment_to_api(value: Mapping[str, Any]) -> Resource:
    return {
        "maximumPercent": value["maximum_percent"],
        "minimumHealthyPercent": value["minimum_healthy_percent"],
        "deploymentCircuitBreaker": dict(value["circuit_breaker"]),
    }


def _load_balancers_to_api(value: list[Resource]) -> list[Resource]:
    return [
        {
            "targetGroupArn": item["target_group_arn"],
            "containerName": item["container_name"],
            "containerPort": item["container_port"],
        }
        for item in value
    ]


def _registries_to_api(value: list[Resource]) -> list[Resource]:
    names = {"registry_arn": "registryArn", "container_name": "containerName", "container_port": "containerPort"}
    return [{names[key]: given for key, given in item.items() if given is not None} for item in value]


def _same(value: Any) -> Any:
    return value


_ARGUMENTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "task_definition": ("taskDefinition", _same),
    "desired_count": ("desiredCount", _same),
    "capacity_provider_strategy": ("capacityProviderStrategy", strategy_to_api),
    "network_configuration": ("networkConfiguration", network_to_api),
    "deployment_configuration": ("deploymentConfiguration", _deployment_to_api),
    "load_balancers": ("loadBalancers", _load_balancers_to_api),
    "service_registries": ("serviceRegistries", _registries_to_api),
    "health_check_grace_period": ("healthCheckGracePeriodSeconds", _same),
    "enable_execute_command": ("enableExecuteCommand", _same),
    "platform_version": ("platformVersion", _same),
    "propagate_tags": ("propagateTags", _same),
}


def _sorted(items: Any) -> list[Resource]:
    return sorted(
        (dict(item) for item in items), key=lambda item: [str(value) for dummy, value in sorted(item.items())]
    )

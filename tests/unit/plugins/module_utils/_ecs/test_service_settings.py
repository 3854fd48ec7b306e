"""What counts as a change of a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.service_settings import (
    bounded,
    changed_settings,
    current_settings,
    to_api,
    wanted_settings,
)

Make = Callable[..., dict[str, Any]]
OPTIONS: dict[str, Any] = {
    "capacity_provider_strategy": None,
    "network_configuration": {
        "subnets": ["subnet-a", "subnet-b"],
        "security_groups": ["sg-1"],
        "assign_public_ip": True,
    },
    "deployment_configuration": {
        "maximum_percent": 200,
        "minimum_healthy_percent": 100,
        "circuit_breaker": {"enable": True, "rollback": True},
    },
    "load_balancers": [],
    "service_registries": [],
    "health_check_grace_period": 0,
    "enable_execute_command": True,
    "platform_version": "LATEST",
    "propagate_tags": "SERVICE",
}
TAGS = {"airflow:environment": "x"}
BALANCER = {"target_group_arn": "arn:tg", "container_name": "airflow", "container_port": 8080}
REGISTRY = {"registry_arn": "arn:registry", "container_name": None, "container_port": None}


def wanted(task_definition: str = "airflow-x-scheduler:1", count: int = 1, **options: Any) -> dict[str, Any]:
    return wanted_settings({**OPTIONS, **options}, task_definition, count, TAGS)


def test_the_same_service_has_no_changes(make_service: Make) -> None:
    assert changed_settings(current_settings(make_service()), wanted()) == set()


def test_what_other_answers_leave_out_is_the_default(make_service: Make) -> None:
    service = make_service(platformVersion="", healthCheckGracePeriodSeconds=0)
    assert changed_settings(current_settings(service), wanted()) == set()
    for key in ("platformVersion", "serviceRegistries", "loadBalancers", "propagateTags", "enableExecuteCommand"):
        del service[key]
    options: dict[str, Any] = {"propagate_tags": "NONE", "enable_execute_command": False}
    assert changed_settings(current_settings(service), wanted(**options)) == set()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("capacity_provider_strategy", [{"capacity_provider": "FARGATE_SPOT", "weight": 1, "base": 0}]),
        ("network_configuration", {**OPTIONS["network_configuration"], "subnets": ["subnet-c"]}),
        ("network_configuration", {**OPTIONS["network_configuration"], "security_groups": ["sg-2"]}),
        ("network_configuration", {**OPTIONS["network_configuration"], "assign_public_ip": False}),
        ("deployment_configuration", {**OPTIONS["deployment_configuration"], "maximum_percent": 150}),
        ("deployment_configuration", {**OPTIONS["deployment_configuration"], "minimum_healthy_percent": 0}),
        (
            "deployment_configuration",
            {**OPTIONS["deployment_configuration"], "circuit_breaker": {"enable": True, "rollback": False}},
        ),
        ("load_balancers", [BALANCER]),
        ("service_registries", [REGISTRY]),
        ("health_check_grace_period", 60),
        ("enable_execute_command", False),
        ("platform_version", "1.4.0"),
        ("propagate_tags", "NONE"),
    ],
)
def test_every_option_is_compared(make_service: Make, option: str, value: Any) -> None:
    assert changed_settings(current_settings(make_service()), wanted(**{option: value})) == {option}


def test_task_definition_and_tags_are_compared(make_service: Make) -> None:
    service = make_service(tags=[])
    assert changed_settings(current_settings(service), wanted("airflow-x-scheduler:2")) == {"task_definition", "tags"}


def test_lists_have_no_order(make_service: Make) -> None:
    other = {**BALANCER, "container_port": 8081}
    service = make_service(
        loadBalancers=[
            {"targetGroupArn": "arn:tg", "containerName": "airflow", "containerPort": port} for port in (8081, 8080)
        ],
        serviceRegistries=[{"registryArn": "arn:registry"}],
        capacityProviderStrategy=[
            {"capacityProvider": "FARGATE_SPOT", "weight": 3, "base": 0},
            {"capacityProvider": "FARGATE", "base": 1},
        ],
    )
    options: dict[str, Any] = {
        "load_balancers": [BALANCER, other],
        "service_registries": [REGISTRY],
        "capacity_provider_strategy": [
            {"capacity_provider": "FARGATE", "weight": 0, "base": 1},
            {"capacity_provider": "FARGATE_SPOT", "weight": 3, "base": 0},
        ],
    }
    assert changed_settings(current_settings(service), wanted(**options)) == set()


def test_the_strategy_of_the_cluster_is_left_alone(make_service: Make) -> None:
    service = make_service(capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
    assert changed_settings(current_settings(service), wanted()) == set()


@pytest.mark.parametrize(
    ("count", "minimum", "maximum", "result"),
    [(5, None, None, 5), (0, 1, None, 1), (9, 1, 4, 4), (3, 1, 4, 3), (7, 0, 0, 0)],
)
def test_bounded(count: int, minimum: int | None, maximum: int | None, result: int) -> None:
    assert bounded(count, minimum, maximum) == result


def test_settings_as_arguments() -> None:
    strategy = [{"capacity_provider": "FARGATE", "weight": 1, "base": 0}]
    settings = wanted(
        load_balancers=[BALANCER],
        service_registries=[{**REGISTRY, "container_port": 8080}],
        capacity_provider_strategy=strategy,
    )
    assert to_api(settings) == {
        "taskDefinition": "airflow-x-scheduler:1",
        "desiredCount": 1,
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["subnet-a", "subnet-b"],
                "securityGroups": ["sg-1"],
                "assignPublicIp": "ENABLED",
            }
        },
        "deploymentConfiguration": {
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
        "loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "airflow", "containerPort": 8080}],
        "serviceRegistries": [{"registryArn": "arn:registry", "containerPort": 8080}],
        "healthCheckGracePeriodSeconds": 0,
        "enableExecuteCommand": True,
        "platformVersion": "LATEST",
        "propagateTags": "SERVICE",
    }

"""How many tasks the services of an environment may have and have, and what is kept of them while they are down."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment

Numbers = dict[str, Any]


def services(environment: Environment) -> dict[str, dict[str, Any]]:
    ecs = environment.aws.client("ecs")
    arns = environment.aws.pages("ecs", "list_services", "serviceArns", cluster=environment.prefix)
    found = ecs.describe_services(cluster=environment.prefix, services=arns)["services"]
    return {service["serviceName"]: service for service in found}


def read(environment: Environment) -> Numbers:
    """Per service: bounds, suspended flags and count."""
    targets = environment.aws.pages(
        "application-autoscaling", "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs"
    )
    by_id = {target["ResourceId"]: target for target in targets}
    numbers = {}
    for name, service in services(environment).items():
        target = by_id[f"service/{environment.prefix}/{name}"]
        numbers[name] = {
            "bounds": (target["MinCapacity"], target["MaxCapacity"]),
            "suspended": target["SuspendedState"],
            "desired": service["desiredCount"],
        }
    return numbers


def running(environment: Environment) -> dict[str, int]:
    return {name: service["runningCount"] for name, service in services(environment).items()}


def records(environment: Environment) -> dict[str, Any]:
    """What is scaled down and whether it hibernates: parameters, by the last part of their names."""
    parameters = environment.aws.pages(
        "ssm", "get_parameters_by_path", "Parameters", Path=f"/{environment.prefix}", Recursive=True
    )
    found = {entry["Name"].rpartition("/")[2]: entry["Value"] for entry in parameters}
    assert found.pop("cloudwatch-agent")
    return found


def actions(environment: Environment) -> list[dict[str, Any]]:
    """Scheduled actions, of all services."""
    return environment.aws.pages(
        "application-autoscaling", "describe_scheduled_actions", "ScheduledActions", ServiceNamespace="ecs"
    )


def acting_alarms(environment: Environment) -> set[bool]:
    """Whether the alarms of the environment do anything."""
    alarms = environment.aws.pages(
        "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=f"{environment.prefix}: "
    )
    return {alarm["ActionsEnabled"] for alarm in alarms}


def move_clock(aws: EmbeddedAws, offset: float) -> None:
    """Of the schedules; what is due by then has been done on return."""
    body = json.dumps({"offset": offset}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{aws.port}/_local_aws/clock", body, method="PUT")
    with urllib.request.urlopen(request) as response:
        assert response.status == 200

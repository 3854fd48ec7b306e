"""What ECS, Application Auto Scaling and CloudWatch tell about the services of a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import wait_until

DESIRED = re.compile(r"Setting desired count to (\d+)\.")


@dataclass(frozen=True)
class Scaling:
    aws: EmbeddedAws
    cluster: str

    def services(self) -> dict[str, dict[str, Any]]:
        arns = self.aws.pages("ecs", "list_services", "serviceArns", cluster=self.cluster)
        found = self.aws.client("ecs").describe_services(cluster=self.cluster, services=arns)["services"]
        return {service["serviceName"]: service for service in found}

    def desired(self) -> dict[str, int]:
        return {name: service["desiredCount"] for name, service in self.services().items()}

    def wait_for(self, service: str, desired: int, seconds: float) -> None:
        """With as many tasks as desired."""

        def reached() -> bool:
            found = self.services()[service]
            return bool(found["desiredCount"] == desired == found["runningCount"] + found["pendingCount"])

        wait_until(reached, seconds, f"{service} has {desired} tasks")

    def steps(self, service: str, since: datetime) -> list[int]:
        """The counts that the service was given since then, in their order."""
        activities = self.aws.pages(
            "application-autoscaling",
            "describe_scaling_activities",
            "ScalingActivities",
            ServiceNamespace="ecs",
            ResourceId=f"service/{self.cluster}/{service}",
        )
        made = sorted((one for one in activities if one["StartTime"] > since), key=lambda one: one["StartTime"])
        return [int(match[1]) for one in made if (match := DESIRED.match(one["Description"]))]

    def of_service(self, service: str) -> dict[str, list[str]]:
        """Names of what scales a service."""
        resource = f"service/{self.cluster}/{service}"

        def listed(operation: str, key: str, name: str) -> list[str]:
            found = self.aws.pages("application-autoscaling", operation, key, ServiceNamespace="ecs")
            return sorted(item[name] for item in found if item["ResourceId"] == resource)

        prefix = f"{self.cluster}/{service}/"
        alarms = self.aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix)
        definitions = self.aws.pages(
            "ecs",
            "list_task_definitions",
            "taskDefinitionArns",
            familyPrefix=f"{self.cluster}-{service}",
            status="ACTIVE",
        )
        return {
            "targets": listed("describe_scalable_targets", "ScalableTargets", "ResourceId"),
            "policies": listed("describe_scaling_policies", "ScalingPolicies", "PolicyName"),
            "alarms": [alarm["AlarmName"] for alarm in alarms],
            "definitions": definitions,
        }

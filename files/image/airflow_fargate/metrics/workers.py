"""How many tasks each ECS service has and wants: workers, and what the other services run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What DescribeServices takes at most.
BATCH = 10


@dataclass(frozen=True)
class Workers:
    desired: int
    present: int
    """Running or starting."""
    running: int = 0


def describe(client: Any, cluster: str, services: Sequence[str]) -> dict[str, Workers]:
    """The active ones of these services. Raises what botocore raises."""
    found: dict[str, Workers] = {}
    for start in range(0, len(services), BATCH):
        answer = client.describe_services(cluster=cluster, services=list(services[start : start + BATCH]))
        for service in answer["services"]:
            if service["status"] == "ACTIVE":
                present = service["pendingCount"] + service["runningCount"]
                found[service["serviceName"]] = Workers(service["desiredCount"], present, service["runningCount"])
    return found

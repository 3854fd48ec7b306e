"""What a rolling deployment does next: pure functions on the records that ECS shows.

AWS: a deployment is IN_PROGRESS until its tasks run, pass their health checks and the older tasks are gone; old
tasks stay until minimumHealthyPercent is met without them; the circuit breaker counts failed tasks.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Record = dict[str, Any]

TRIGGERS = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""Parameters of UpdateService that the API reference says start a new deployment."""

MOST = 5
"""Deployments a service can have at once; one lasts until its last protected task is gone."""

LONGEST_DELAY = 60.0
"""Longest pause between starts of a task that keeps failing. ECS goes up to 27 minutes."""


def threshold(desired: int, configuration: Mapping[str, Any]) -> int:
    """Failed tasks that trip the circuit breaker."""
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    custom = breaker.get("thresholdConfiguration") or {}
    value = float(custom.get("value", 50))
    if custom.get("type") == "COUNT":
        return max(1, int(value))
    share = math.ceil(desired * value / 100)
    return max(1, share) if custom.get("type") == "UNBOUNDED_PERCENT" else min(200, max(3, share))


def bounds(desired: int, configuration: Mapping[str, Any]) -> tuple[int, int]:
    """(fewest healthy tasks, most tasks) while a deployment rolls."""
    fewest = math.ceil(desired * int(configuration.get("minimumHealthyPercent", 100)) / 100)
    most = desired * int(configuration.get("maximumPercent", 200)) // 100
    return fewest, most


def to_start(desired: int, current: int, older: int, configuration: Mapping[str, Any]) -> int:
    """Tasks of the new deployment that may start now."""
    dummy, most = bounds(desired, configuration)
    return max(0, min(desired - current, max(most, 1) - current - older))


def older_to_stop(desired: int, healthy: int, healthy_older: int, older: int, configuration: Mapping[str, Any]) -> int:
    """Tasks of older deployments that may stop now: all of them, once the new deployment stands on its own."""
    if healthy >= desired:
        return older
    fewest, dummy = bounds(desired, configuration)
    unhealthy_older = older - healthy_older
    return min(older, unhealthy_older + max(0, healthy + healthy_older - fewest))


def restart_delay(failures: int) -> float:
    """Seconds to wait before the next start, after so many failures in a row."""
    return 0.0 if failures < 2 else min(LONGEST_DELAY, 2.0 ** (failures - 2))


def next_provider(strategy: Sequence[Mapping[str, Any]], running: Iterable[str | None]) -> str | None:
    """Capacity provider of the next task: the base first, then by weight."""
    counts = Counter(running)
    for item in strategy:
        if counts[item["capacityProvider"]] < int(item.get("base") or 0):
            return str(item["capacityProvider"])
    weighted = [item for item in strategy if int(item.get("weight") or 0) > 0]
    if not weighted:
        return str(strategy[0]["capacityProvider"]) if strategy else None

    def load(item: Mapping[str, Any]) -> float:
        beyond_base = counts[item["capacityProvider"]] - int(item.get("base") or 0)
        return (beyond_base + 1) / int(item["weight"])

    return str(min(weighted, key=load)["capacityProvider"])


def starts_deployment(service: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    """Whether an UpdateService request changes something that only new tasks can have."""
    return bool(request.get("forceNewDeployment")) or any(
        field in request and request[field] is not None and request[field] != service.get(field) for field in TRIGGERS
    )


def ordered(deployments: Iterable[Record]) -> list[Record]:
    """PRIMARY first, then the newest."""
    newest_first = sorted(deployments, key=lambda deployment: str(deployment["createdAt"]), reverse=True)
    return sorted(newest_first, key=lambda deployment: deployment["status"] != "PRIMARY")

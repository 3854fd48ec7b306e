"""The defaults that ECS fills into a container definition when it is registered."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

EMPTY_LISTS = ("portMappings", "environment", "mountPoints", "volumesFrom", "systemControls")
HEALTH_CHECK = {"interval": 30, "timeout": 5, "retries": 3}


def complete(container: Mapping[str, Any]) -> dict[str, Any]:
    """The container definition as DescribeTaskDefinition shows it."""
    result: dict[str, Any] = copy.deepcopy({**container})
    result.setdefault("cpu", 0)
    result.setdefault("essential", True)
    for field in EMPTY_LISTS:
        result.setdefault(field, [])
    for mapping in result["portMappings"]:
        mapping.setdefault("hostPort", mapping["containerPort"])
        mapping.setdefault("protocol", "tcp")
    if result.get("healthCheck"):
        result["healthCheck"] = {**HEALTH_CHECK, **result["healthCheck"]}
    if result.get("logConfiguration"):
        result["logConfiguration"].setdefault("options", {})
        result["logConfiguration"].setdefault("secretOptions", [])
    return result

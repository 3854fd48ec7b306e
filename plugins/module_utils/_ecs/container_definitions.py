# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The one form in which two ECS task definitions are compared.

What is asked for and what DescribeTaskDefinition answers go through the same function. It fills in the defaults that
ECS fills in, drops what means nothing, and turns lists without an order into dicts by name - so equal means equal, and
a diff shows the one variable that changed. Pure functions; the fields are those of
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Definition = dict[str, Any]

# What ECS assumes where nothing is said; some answers have it spelled out, others do not.
CONTAINER_DEFAULTS: Definition = {
    "cpu": 0,
    "disableNetworking": False,
    "essential": True,
    "interactive": False,
    "privileged": False,
    "pseudoTerminal": False,
    "readonlyRootFilesystem": False,
    "versionConsistency": "enabled",
}
HEALTH_CHECK_DEFAULTS: Definition = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
RUNTIME_PLATFORM_DEFAULTS: Definition = {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}
EPHEMERAL_STORAGE_GIB = 20


def canonical_task_definition(definition: Mapping[str, Any]) -> Definition:
    """The comparable part of a RegisterTaskDefinition request, or of a described task definition."""
    storage = definition.get("ephemeralStorage") or {}
    canonical = {
        "containers": {item["name"]: canonical_container(item) for item in definition["containerDefinitions"]},
        "cpu": str(definition.get("cpu") or ""),
        "ephemeralStorage": storage.get("sizeInGiB", EPHEMERAL_STORAGE_GIB),
        "executionRoleArn": definition.get("executionRoleArn"),
        "memory": str(definition.get("memory") or ""),
        "networkMode": definition.get("networkMode"),
        "requiresCompatibilities": sorted(definition.get("requiresCompatibilities") or []),
        "runtimePlatform": {**RUNTIME_PLATFORM_DEFAULTS, **without_nothing(definition.get("runtimePlatform") or {})},
        "taskRoleArn": definition.get("taskRoleArn"),
        "volumes": {item["name"]: _volume(item) for item in definition.get("volumes") or []},
    }
    return {key: value for key, value in canonical.items() if not is_nothing(value)}


def canonical_container(container: Mapping[str, Any]) -> Definition:
    """Without its name, which is the key under which it is kept."""
    canonical: Definition = {}
    for key, given in container.items():
        if key == "name" or is_nothing(given):
            continue
        if key in _NAMED_VALUES:
            canonical[key] = _NAMED_VALUES[key](given)
            continue
        value = _port_mappings(container["name"], given) if key == "portMappings" else given
        value = without_nothing(_FIELDS[key](value) if key in _FIELDS else value)
        if not is_nothing(value) and value != CONTAINER_DEFAULTS.get(key):
            canonical[key] = value
    return canonical


def is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def without_nothing(value: Any) -> Any:
    """ECS answers [] , {} or "" where nothing was given; an empty item of a list is kept, it may be an argument."""
    if isinstance(value, Mapping):
        cleaned = {key: without_nothing(item) for key, item in value.items()}
        return {key: item for key, item in cleaned.items() if not is_nothing(item)}
    if isinstance(value, list):
        return [without_nothing(item) for item in value]
    return value


def _by(key: str, value: str | None = None) -> Callable[[list[Definition]], Definition]:
    """A list of named things as a dict: of one field of each, or of all the other fields."""

    def convert(items: list[Definition]) -> Definition:
        if value:
            return {str(item[key]): item.get(value) for item in items}
        return {str(item[key]): {name: item[name] for name in item if name != key} for item in items}

    return convert


def _filled(defaults: Definition) -> Callable[[Definition], Definition]:
    return lambda given: {**defaults, **{key: value for key, value in given.items() if value is not None}}


def _port_mappings(container: str, mappings: list[Definition]) -> Definition:
    canonical: Definition = {}
    for mapping in mappings:
        port = mapping.get("containerPort") or mapping.get("containerPortRange")
        protocol = mapping.get("protocol") or "tcp"
        other = {key: value for key, value in mapping.items() if key not in ("containerPort", "protocol")}
        # With awsvpc the host port is the container's, and the name has a meaning for Service Connect only.
        if other.get("hostPort") in (None, 0, port):
            other.pop("hostPort", None)
        if other.get("name") == f"{container}-{port}-{protocol}":
            other.pop("name")
        canonical[f"{port}/{protocol}"] = without_nothing(other)
    # An empty dict would vanish, and with it the port.
    return {key: value or "open" for key, value in canonical.items()}


def _volume(given: Mapping[str, Any]) -> Definition:
    canonical: Definition = without_nothing(given)
    if not canonical.get("configuredAtLaunch"):
        canonical.pop("configuredAtLaunch", None)
    return canonical


def _mount_points(items: list[Definition]) -> Definition:
    return {
        str(item["containerPath"]): {"sourceVolume": item.get("sourceVolume"), "readOnly": bool(item.get("readOnly"))}
        for item in items
    }


def _volumes_from(items: list[Definition]) -> Definition:
    return {str(item["sourceContainer"]): {"readOnly": bool(item.get("readOnly"))} for item in items}


def _log_configuration(given: Definition) -> Definition:
    options = {key: str(value) for key, value in (given.get("options") or {}).items()}
    secret_options = _by("name", "valueFrom")(given.get("secretOptions") or [])
    return {"logDriver": given.get("logDriver"), "options": options, "secretOptions": secret_options}


def _linux_parameters(given: Definition) -> Definition:
    capabilities = {key: sorted(value or []) for key, value in (given.get("capabilities") or {}).items()}
    canonical = {**given, "capabilities": capabilities}
    if not canonical.get("initProcessEnabled"):
        canonical.pop("initProcessEnabled", None)
    return canonical


def _restart_policy(given: Definition) -> Definition:
    canonical = _filled({"restartAttemptPeriod": 300})(given)
    return {**canonical, "ignoredExitCodes": sorted(canonical.get("ignoredExitCodes") or [])}


# An empty value means something here: it is not dropped.
_NAMED_VALUES: dict[str, Callable[[Any], Definition]] = {
    "dockerLabels": dict,
    "environment": _by("name", "value"),
    "secrets": _by("name", "valueFrom"),
}
_FIELDS: dict[str, Callable[[Any], Any]] = {
    "dependsOn": _by("containerName", "condition"),
    "extraHosts": _by("hostname", "ipAddress"),
    "healthCheck": _filled(HEALTH_CHECK_DEFAULTS),
    "linuxParameters": _linux_parameters,
    "logConfiguration": _log_configuration,
    "mountPoints": _mount_points,
    "resourceRequirements": _by("type", "value"),
    "restartPolicy": _restart_policy,
    "systemControls": _by("namespace", "value"),
    "ulimits": _by("name"),
    "volumesFrom": _volumes_from,
}

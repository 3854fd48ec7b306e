"""From a container definition to the arguments of the container engine.

AWS: a container runs with its definition's entryPoint, user, workingDirectory, limits, mount points and ulimits;
the containers of an `awsvpc` task share one network namespace and the task's volumes.
ministack: passes image, command and environment only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

MIB = 1024 * 1024
CPU_PERIOD = 100_000
FARGATE_NOFILE = (65535, 65535)
"""Soft and hard limit of open files that Fargate gives a container without a `nofile` ulimit."""
DEFAULT_STOP_TIMEOUT = 30

Definition = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Host:
    """What this machine and this instance of the embedded AWS give to every container."""

    network: str
    cpus: int
    hard_limits: Mapping[str, int]
    """Name of a ulimit -> the largest value this process may hand out."""
    mounts: Mapping[str, str]
    """File of this machine -> its place in the container."""


@dataclasses.dataclass(frozen=True)
class TaskPlace:
    """Where a container lands: its task's names, and the container whose network namespace it joins."""

    task_id: str
    cpu: int
    memory: int
    labels: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    network_owner: str = ""
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)


def container_name(task_id: str, name: str) -> str:
    return f"ministack-ecs-{task_id[:8]}-{name}"


def volume_name(task_id: str, source: str) -> str:
    return f"ministack-ecs-{task_id}-{source}"


def task_volumes(task_definition: Definition) -> list[str]:
    """Volumes that live and die with the task (no host path, no file system)."""
    return [
        volume["name"]
        for volume in task_definition.get("volumes") or []
        if not (volume.get("host") or {}).get("sourcePath") and "efsVolumeConfiguration" not in volume
    ]


def start_order(containers: Iterable[Definition]) -> list[str]:
    """Names in an order that `dependsOn` allows; containers without dependencies keep the definition's order."""
    waiting = {
        container["name"]: {entry["containerName"] for entry in container.get("dependsOn") or []}
        for container in containers
    }
    order: list[str] = []
    while waiting:
        ready = [name for name, needs in waiting.items() if needs <= set(order)] or list(waiting)
        order.append(ready[0])
        del waiting[ready[0]]
    return order


def short_lived(containers: Iterable[Definition]) -> set[str]:
    """Containers that another one waits to see exit (COMPLETE, SUCCESS)."""
    return {
        entry["containerName"]
        for container in containers
        for entry in container.get("dependsOn") or []
        if entry["condition"] in ("COMPLETE", "SUCCESS")
    }


def network_owner(containers: Iterable[Definition]) -> str:
    """Name of the container that holds the task's network namespace: the first to start of those that last.

    ECS has a pause container for this, the engine has none. A container that others wait to see exit runs in a
    namespace of its own; a log router runs nowhere.
    """
    containers = list(containers)
    others = short_lived(containers) | {entry["name"] for entry in containers if entry.get("firelensConfiguration")}
    return next(name for name in start_order(containers) if name not in others)


def ulimits(definition: Definition, hard_limits: Mapping[str, int]) -> list[dict[str, Any]]:
    """The definition's limits, no higher than this machine allows.

    A list given to the engine replaces its defaults, so nofile and nproc are always in it.
    """
    wanted = {"nofile": FARGATE_NOFILE, "nproc": (hard_limits["nproc"], hard_limits["nproc"])}
    for limit in definition.get("ulimits") or []:
        wanted[limit["name"]] = (limit["softLimit"], limit["hardLimit"])
    result = []
    for name, (soft, hard) in wanted.items():
        ceiling = hard_limits.get(name, hard)
        result.append({"name": name, "soft": min(soft, ceiling), "hard": min(hard, ceiling)})
    return result


def binds(definition: Definition, task_definition: Definition, task_id: str, mounts: Mapping[str, str]) -> list[str]:
    sources = {
        volume["name"]: (volume.get("host") or {}).get("sourcePath") or volume_name(task_id, volume["name"])
        for volume in task_definition.get("volumes") or []
    }
    result = [f"{path}:{target}:ro" for path, target in mounts.items()]
    for mount in definition.get("mountPoints") or []:
        mode = "ro" if mount.get("readOnly") else "rw"
        result.append(f"{sources[mount['sourceVolume']]}:{mount['containerPath']}:{mode}")
    return result


def health_check_timing(health_check: Definition) -> tuple[float, float, int, float]:
    """(interval, timeout, retries, start period) with the defaults of the ECS API."""
    return (
        float(health_check.get("interval") or 30),
        float(health_check.get("timeout") or 5),
        int(health_check.get("retries") or 3),
        float(health_check.get("startPeriod") or 0),
    )


def health_check_command(health_check: Definition) -> list[str] | None:
    """Command to run in the container; None when the definition switches the check off."""
    command = list(health_check.get("command") or [])
    if not command or command[0] == "NONE":
        return None
    if command[0] == "CMD-SHELL":
        return ["/bin/sh", "-c", " ".join(command[1:])]
    return command[1:] if command[0] == "CMD" else command


def stop_timeout(definition: Definition) -> int:
    value = definition.get("stopTimeout")
    return DEFAULT_STOP_TIMEOUT if value is None else int(value)


def arguments(
    definition: Definition,
    task_definition: Definition,
    environment: Mapping[str, str],
    place: TaskPlace,
    host: Host,
) -> dict[str, Any]:
    """Keyword arguments of the engine's `containers.create`, image excluded."""
    linux = definition.get("linuxParameters") or {}
    capabilities = linux.get("capabilities") or {}
    memory = int(definition.get("memory") or place.memory)
    cores = min(place.cpu / 1024, host.cpus)
    result: dict[str, Any] = {
        "name": container_name(place.task_id, definition["name"]),
        "command": definition.get("command"),
        "environment": dict(environment),
        "labels": {**(definition.get("dockerLabels") or {}), **place.labels},
        "mem_limit": memory * MIB,
        "cpu_period": CPU_PERIOD,
        "cpu_quota": int(cores * CPU_PERIOD),
        "cpu_shares": max(2, int(definition.get("cpu") or place.cpu)),
        "ulimits": ulimits(definition, host.hard_limits),
        "volumes": binds(definition, task_definition, place.task_id, host.mounts),
        "read_only": bool(definition.get("readonlyRootFilesystem")),
        "init": bool(linux.get("initProcessEnabled")),
        "cap_add": capabilities.get("add") or [],
        "cap_drop": capabilities.get("drop") or [],
        "tmpfs": {
            entry["containerPath"]: ",".join([f"size={entry['size']}m", *(entry.get("mountOptions") or [])])
            for entry in linux.get("tmpfs") or []
        },
    }
    if definition.get("memoryReservation"):
        result["mem_reservation"] = int(definition["memoryReservation"]) * MIB
    for field, argument in (("entryPoint", "entrypoint"), ("user", "user"), ("workingDirectory", "working_dir")):
        if definition.get(field):
            result[argument] = definition[field]
    if place.network_owner:
        result["network_mode"] = f"container:{place.network_owner}"
    else:
        result["network"] = host.network
        if place.aliases:
            result["networking_config"] = {host.network: {"Aliases": list(place.aliases)}}
    return result


def effective_definitions(task: Definition, task_definition: Definition) -> list[dict[str, Any]]:
    """The container definitions with the overrides of RunTask applied."""
    overrides = {entry["name"]: entry for entry in (task.get("overrides") or {}).get("containerOverrides") or []}
    result = []
    for definition in task_definition["containerDefinitions"]:
        override = overrides.get(definition["name"], {})
        merged = {**definition}
        for field in ("command", "cpu", "memory", "memoryReservation"):
            if override.get(field):
                merged[field] = override[field]
        replaced = {entry["name"] for entry in override.get("environment") or []}
        merged["environment"] = [
            entry for entry in definition.get("environment") or [] if entry["name"] not in replaced
        ] + list(override.get("environment") or [])
        merged["secrets"] = [entry for entry in definition.get("secrets") or [] if entry["name"] not in replaced]
        result.append(merged)
    return result

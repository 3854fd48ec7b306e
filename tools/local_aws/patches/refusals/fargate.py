"""Which task definitions Fargate runs.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.local_aws.patches.refusals.checks import Params, Refusal

GIB = 1024
MEMORY: dict[int, set[int]] = {
    256: {512, 1 * GIB, 2 * GIB},
    512: {GIB * size for size in range(1, 5)},
    1024: {GIB * size for size in range(2, 9)},
    2048: {GIB * size for size in range(4, 17)},
    4096: {GIB * size for size in range(8, 31)},
    8192: {GIB * size for size in range(16, 61, 4)},
    16384: {GIB * size for size in range(32, 121, 8)},
}
"""CPU units -> memory in MiB."""
UNSUPPORTED = ("links", "dnsServers", "dnsSearchDomains", "extraHosts", "dockerSecurityOptions", "hostname")
"""Container parameters that Fargate refuses."""
AWSLOGS_OPTIONS = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")
HEALTH_CHECK_RANGES = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}
STOP_TIMEOUT = (0, 120)


def size_problem(cpu: Any, memory: Any) -> str | None:
    try:
        possible = MEMORY.get(int(cpu), set())
        fits = int(memory) in possible
    except (TypeError, ValueError):
        fits = False
    if fits:
        return None
    return f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory."


def is_fargate(params: Params) -> bool:
    return "FARGATE" in (params.get("requiresCompatibilities") or [])


def problems(params: Params) -> Iterator[str]:
    """Every reason to refuse the task definition; the first one counts."""
    containers = params.get("containerDefinitions") or []
    names = [container.get("name") for container in containers]
    if len(set(names)) != len(names):
        yield "Container.name must be unique within a task definition."
    if containers and not any(container.get("essential", True) for container in containers):
        yield "A task definition must contain at least one essential container."
    volumes = {volume["name"] for volume in params.get("volumes") or []}
    for container in containers:
        yield from container_problems(container, set(names), volumes)
    if not is_fargate(params):
        return
    if params.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode 'awsvpc'."
    problem = size_problem(params.get("cpu"), params.get("memory"))
    if problem:
        yield problem
        return
    yield from fargate_problems(params, containers)


def firelens_problems(containers: list[Any]) -> Iterator[str]:
    """One log router for all that is routed; on Fargate its file of configuration is in the image."""
    routers = [container for container in containers if container.get("firelensConfiguration")]
    routed = [c for c in containers if (c.get("logConfiguration") or {}).get("logDriver") == "awsfirelens"]
    if len(routers) > 1:
        yield "Only one container with a FireLens configuration is allowed in a task definition."
    if routed and not routers:
        yield (
            "When a log driver of awsfirelens is specified, there must be a container with a FireLens configuration "
            "in the task definition."
        )
    for container in routers:
        given = container["firelensConfiguration"]
        if given.get("type") not in ("fluentd", "fluentbit"):
            yield f"FireLens configuration type '{given.get('type')}' is not supported."
        if container in routed:
            yield "The FireLens container cannot have the log driver awsfirelens."
        if (given.get("options") or {}).get("config-file-type", "file") != "file":
            yield "Fargate only supports the FireLens option config-file-type 'file'."


def container_problems(container: Any, names: set[Any], volumes: set[str]) -> Iterator[str]:
    name = container.get("name")
    for entry in container.get("dependsOn") or []:
        if entry["containerName"] not in names - {name}:
            yield f"The dependsOn container '{entry['containerName']}' of container '{name}' does not exist."
    for mount in container.get("mountPoints") or []:
        if mount.get("sourceVolume") not in volumes:
            yield f"Unknown volume '{mount.get('sourceVolume')}'."
    plain = {entry["name"] for entry in container.get("environment") or []}
    for secret in container.get("secrets") or []:
        if secret["name"] in plain:
            yield (
                "The secret name must be unique and not shared with any new or existing environment variables set on "
                f"the container, such as '{secret['name']}'."
            )
    for field, (low, high) in HEALTH_CHECK_RANGES.items():
        value = (container.get("healthCheck") or {}).get(field)
        if value is not None and not low <= value <= high:
            yield f"Invalid 'healthCheck.{field}' setting for container '{name}': must be between {low} and {high}."


def fargate_problems(params: Params, containers: list[Any]) -> Iterator[str]:
    cpu = sum(int(container.get("cpu") or 0) for container in containers)
    if cpu > int(params["cpu"]):
        yield "Invalid 'cpu' setting for task. The total of the containers' CPU exceeds that of the task."
    memory = sum(int(container.get("memory") or container.get("memoryReservation") or 0) for container in containers)
    if memory > int(params["memory"]):
        yield "Invalid 'memory' setting for container. The total of the containers' memory exceeds that of the task."
    storage = (params.get("ephemeralStorage") or {}).get("sizeInGiB")
    if storage is not None and not 21 <= storage <= 200:
        yield "Ephemeral storage size must be between 21 GiB and 200 GiB."
    yield from firelens_problems(containers)
    role = params.get("executionRoleArn")
    for container in containers:
        name, log = container["name"], container.get("logConfiguration") or {}
        options = log.get("options") or {}
        if container.get("privileged"):
            yield f"Fargate does not support privileged containers (container '{name}')."
        for field in UNSUPPORTED:
            if container.get(field):
                yield f"'{field}' is not supported on Fargate (container '{name}')."
        for mapping in container.get("portMappings") or []:
            if mapping.get("hostPort") not in (None, 0, mapping["containerPort"]):
                yield "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
        stop = container.get("stopTimeout")
        if stop is not None and not STOP_TIMEOUT[0] <= stop <= STOP_TIMEOUT[1]:
            yield "The 'stopTimeout' value must be between 0 and 120 seconds for tasks using the Fargate launch type."
        if log.get("logDriver") == "awslogs":
            missing = [option for option in AWSLOGS_OPTIONS if option not in options]
            if missing:
                yield f"Log driver awslogs requires options: {', '.join(missing)}"
            if not role:
                yield "Fargate requires task definition to have execution role ARN to support log driver awslogs."
        if log and log.get("logDriver") not in ("awslogs", "splunk", "awsfirelens"):
            yield f"Log driver {log.get('logDriver')} is not supported on Fargate."
        if container.get("secrets") and not role:
            yield "Fargate requires task definition to have execution role ARN to support secrets."
        if ".dkr.ecr." in container.get("image", "") and not role:
            yield "Fargate requires task definition to have execution role ARN to support ECR images."


def register(params: Params) -> Refusal | None:
    problem = next(problems(params), None)
    return Refusal("ClientException", problem) if problem else None

"""Cloud Map: a service's tasks resolve as `<service>.<namespace>`.

AWS: ECS registers a running task with the services named in serviceRegistries, and the namespace's private DNS
answers with its address.
ministack: keeps the namespace, and nothing resolves.

The container network's DNS answers with the alias the task's container is given when it is created.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ministack.services import ecs, servicediscovery

from tools.local_aws.patches.ecs.tasks import Tasks
from tools.local_aws.patches.elbv2.targets import Targets

Record = dict[str, Any]


def service_of(task: Record) -> Record | None:
    """The ECS service a task belongs to."""
    kind, dummy, name = str(task.get("group", "")).partition(":")
    if kind != "service":
        return None
    service: Record | None = ecs._services.get(f"{task['clusterArn'].rsplit('/', 1)[-1]}/{name}")
    return service


def registries(task: Record) -> Iterator[Record]:
    """Cloud Map services of the task's ECS service."""
    for registry in (service_of(task) or {}).get("serviceRegistries") or []:
        found = servicediscovery._services.get(registry["registryArn"].rsplit("/", 1)[-1])
        if found is not None:
            yield found


def dns_names(task: Record) -> tuple[str, ...]:
    return tuple(
        f"{registry['Name']}.{servicediscovery._namespaces[namespace]['Name']}"
        for registry in registries(task)
        if (namespace := namespace_of(registry)) in servicediscovery._namespaces
    )


def namespace_of(registry: Record) -> str:
    return str(registry.get("NamespaceId") or (registry.get("DnsConfig") or {}).get("NamespaceId") or "")


def register(task: Record) -> None:
    """List the running task among the instances of its Cloud Map services."""
    task_id = task["taskArn"].rsplit("/", 1)[-1]
    for registry in registries(task):
        instances = servicediscovery._instances.setdefault(registry["Id"], {})
        if task_id not in instances:
            attributes = {
                "AWS_INSTANCE_IPV4": task["_container_ip"],
                "AVAILABILITY_ZONE": task["availabilityZone"],
                "ECS_CLUSTER_NAME": task["clusterArn"].rsplit("/", 1)[-1],
                "ECS_SERVICE_NAME": task["group"].partition(":")[2],
                "ECS_TASK_DEFINITION_FAMILY": task["taskDefinitionArn"].rsplit("/", 1)[-1].split(":")[0],
                "REGION": task["taskArn"].split(":")[3],
            }
            instances[task_id] = {"Id": task_id, "Attributes": attributes}
            servicediscovery._touch_instances_revision(registry["Id"])


def deregister(task: Record) -> None:
    task_id = task["taskArn"].rsplit("/", 1)[-1]
    for registry in registries(task):
        if (servicediscovery._instances.get(registry["Id"]) or {}).pop(task_id, None):
            servicediscovery._touch_instances_revision(registry["Id"])


def install(tasks: Tasks, targets: Targets) -> None:
    """A stopping task leaves Cloud Map and its target groups before its containers are told to stop."""

    def leave(task: Record) -> None:
        deregister(task)
        service = service_of(task)
        if service is not None:
            from tools.local_aws.patches.ecs import service_health

            for target in service_health.targets(task, service):
                targets.deregister(*target)

    tasks.aliases = dns_names
    tasks.leave = leave

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ECS, the load balancer and Cloud Map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .model import Kind, Resource, Scope, tag_dict


def pages(client: Any, operation: str, key: str, **kwargs: Any) -> Iterator[Any]:
    """Every item of a paginated answer."""
    for page in client.get_paginator(operation).paginate(**kwargs):
        yield from page.get(key, [])


def cluster(scope: Scope) -> dict[str, Any] | None:
    """The environment's cluster."""
    clusters = scope.client("ecs").describe_clusters(clusters=[scope.name], include=["TAGS"])["clusters"]
    owned = [c for c in clusters if scope.owns(tag_dict(c.get("tags", []), "key", "value"))]
    return owned[0] if owned and owned[0]["status"] != "INACTIVE" else None


def find_services(scope: Scope) -> Iterator[Resource]:
    if not cluster(scope):
        return
    client = scope.client("ecs")
    arns = list(pages(client, "list_services", "serviceArns", cluster=scope.name))
    for start in range(0, len(arns), 10):
        for service in client.describe_services(cluster=scope.name, services=arns[start : start + 10])["services"]:
            if service["status"] != "INACTIVE":
                yield Resource(
                    "ECS service", service["serviceName"], service["serviceArn"], service["status"] == "DRAINING"
                )


def delete_service(scope: Scope, resource: Resource) -> None:
    scope.client("ecs").delete_service(cluster=scope.name, service=resource.id, force=True)


def find_tasks(scope: Scope) -> Iterator[Resource]:
    """Tasks that still run: standalone ones, and those of services that are on their way out."""
    if not cluster(scope):
        return
    client = scope.client("ecs")
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in pages(client, "list_tasks", "taskArns", cluster=scope.name, desiredStatus=status)
    ]
    for start in range(0, len(arns), 100):
        for task in client.describe_tasks(cluster=scope.name, tasks=arns[start : start + 100])["tasks"]:
            if task["lastStatus"] not in ("STOPPED", "DELETED"):
                yield Resource(
                    "ECS task", task["taskArn"].split("/")[-1], task["taskArn"], task["desiredStatus"] == "STOPPED"
                )


def stop_task(scope: Scope, resource: Resource) -> None:
    scope.client("ecs").stop_task(cluster=scope.name, task=resource.id, reason=f"{scope.name} is being removed")


def find_clusters(scope: Scope) -> Iterator[Resource]:
    found = cluster(scope)
    if found:
        yield Resource("ECS cluster", found["clusterName"], found["clusterArn"], found["status"] == "DEPROVISIONING")


def delete_cluster(scope: Scope, resource: Resource) -> None:
    scope.client("ecs").delete_cluster(cluster=resource.id)


def find_task_definitions(scope: Scope) -> Iterator[Resource]:
    """Active and inactive revisions; those that are being deleted are in neither list."""
    client = scope.client("ecs")
    families = {
        family
        for status in ("ACTIVE", "INACTIVE")
        for family in pages(
            client, "list_task_definition_families", "families", familyPrefix=f"{scope.name}-", status=status
        )
    }
    for family in sorted(families):
        for status in ("ACTIVE", "INACTIVE"):
            for arn in pages(client, "list_task_definitions", "taskDefinitionArns", familyPrefix=family, status=status):
                tags = client.describe_task_definition(taskDefinition=arn, include=["TAGS"]).get("tags", [])
                if scope.owns(tag_dict(tags, "key", "value")):
                    kind = "task definition" if status == "ACTIVE" else "inactive task definition"
                    yield Resource(kind, arn.split("/")[-1], arn)


def delete_task_definition(scope: Scope, resource: Resource) -> None:
    client = scope.client("ecs")
    if resource.kind == "task definition":
        client.deregister_task_definition(taskDefinition=resource.id)
    client.delete_task_definitions(taskDefinitions=[resource.id])


def _owned_by_elbv2_tags(scope: Scope, arns: list[str]) -> set[str]:
    client = scope.client("elbv2")
    owned: set[str] = set()
    for start in range(0, len(arns), 20):
        described = client.describe_tags(ResourceArns=arns[start : start + 20])["TagDescriptions"]
        owned |= {d["ResourceArn"] for d in described if scope.owns(tag_dict(d["Tags"]))}
    return owned


def find_load_balancers(scope: Scope) -> Iterator[Resource]:
    found = list(pages(scope.client("elbv2"), "describe_load_balancers", "LoadBalancers"))
    owned = _owned_by_elbv2_tags(scope, [lb["LoadBalancerArn"] for lb in found])
    for lb in found:
        if lb["LoadBalancerArn"] in owned:
            yield Resource("load balancer", lb["LoadBalancerName"], lb["LoadBalancerArn"])


def delete_load_balancer(scope: Scope, resource: Resource) -> None:
    scope.client("elbv2").delete_load_balancer(LoadBalancerArn=resource.id)


def find_target_groups(scope: Scope) -> Iterator[Resource]:
    found = list(pages(scope.client("elbv2"), "describe_target_groups", "TargetGroups"))
    owned = _owned_by_elbv2_tags(scope, [tg["TargetGroupArn"] for tg in found])
    for tg in found:
        if tg["TargetGroupArn"] in owned:
            yield Resource("target group", tg["TargetGroupName"], tg["TargetGroupArn"])


def delete_target_group(scope: Scope, resource: Resource) -> None:
    scope.client("elbv2").delete_target_group(TargetGroupArn=resource.id)


def _namespaces(scope: Scope) -> Iterator[dict[str, Any]]:
    client = scope.client("servicediscovery")
    for namespace in pages(client, "list_namespaces", "Namespaces"):
        tags = client.list_tags_for_resource(ResourceARN=namespace["Arn"])["Tags"]
        if scope.owns(tag_dict(tags)):
            yield namespace


def find_registry_services(scope: Scope) -> Iterator[Resource]:
    client = scope.client("servicediscovery")
    for namespace in _namespaces(scope):
        condition = [{"Name": "NAMESPACE_ID", "Values": [namespace["Id"]], "Condition": "EQ"}]
        for service in pages(client, "list_services", "Services", Filters=condition):
            yield Resource("Cloud Map service", f"{service['Name']}.{namespace['Name']}", service["Id"])


def delete_registry_service(scope: Scope, resource: Resource) -> None:
    client = scope.client("servicediscovery")
    for instance in pages(client, "list_instances", "Instances", ServiceId=resource.id):
        try:
            client.deregister_instance(ServiceId=resource.id, InstanceId=instance["Id"])
        except is_boto3_error_code("InstanceNotFound"):
            continue  # ECS was faster
    client.delete_service(Id=resource.id)


def find_namespaces(scope: Scope) -> Iterator[Resource]:
    for namespace in _namespaces(scope):
        yield Resource("Cloud Map namespace", namespace["Name"], namespace["Id"])


def delete_namespace(scope: Scope, resource: Resource) -> None:
    scope.client("servicediscovery").delete_namespace(Id=resource.id)


SERVICES = Kind(find_services, delete_service)
TASKS = Kind(find_tasks, stop_task)
CLUSTERS = Kind(find_clusters, delete_cluster)
TASK_DEFINITIONS = Kind(find_task_definitions, delete_task_definition)
LOAD_BALANCERS = Kind(find_load_balancers, delete_load_balancer)
TARGET_GROUPS = Kind(find_target_groups, delete_target_group)
REGISTRY_SERVICES = Kind(find_registry_services, delete_registry_service)
NAMESPACES = Kind(find_namespaces, delete_namespace)

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Cloud Map calls, and the one Route 53 call that tells which VPC a private namespace belongs to."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._servicediscovery.common import (
    ServiceDiscoveryError,
    ServiceDiscoveryErrorHandler,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Resource = dict[str, t.Any]


def _call(description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
    return aws_call(ServiceDiscoveryErrorHandler, description, method, **arguments)


def list_private_namespaces(client: t.Any, name: str) -> list[Resource]:
    found = list_all(
        ServiceDiscoveryErrorHandler,
        client,
        "list_namespaces",
        "Namespaces",
        Filters=[{"Name": "NAME", "Values": [name], "Condition": "EQ"}],
    )
    return [namespace for namespace in found if namespace["Name"] == name and namespace["Type"] == "DNS_PRIVATE"]


def get_namespace(client: t.Any, namespace_id: str) -> Resource:
    return _call(f"get namespace {namespace_id}", client.get_namespace, Id=namespace_id)["Namespace"]


def vpcs_of_zone(route53: t.Any, zone: str) -> list[str]:
    answer = _call(f"get hosted zone {zone}", route53.get_hosted_zone, Id=zone)
    return [vpc["VPCId"] for vpc in answer.get("VPCs", [])]


def list_services(client: t.Any, namespace_id: str) -> list[Resource]:
    return list_all(
        ServiceDiscoveryErrorHandler,
        client,
        "list_services",
        "Services",
        Filters=[{"Name": "NAMESPACE_ID", "Values": [namespace_id], "Condition": "EQ"}],
    )


def find_service(client: t.Any, service_id: str) -> Resource | None:
    answer = find(ServiceDiscoveryErrorHandler, f"get service {service_id}", client.get_service, Id=service_id)
    return answer["Service"] if answer else None


def list_instances(client: t.Any, service_id: str) -> list[Resource]:
    return list_all(ServiceDiscoveryErrorHandler, client, "list_instances", "Instances", ServiceId=service_id)


def create_namespace(client: t.Any, name: str, vpc_id: str, tags: t.Mapping[str, str]) -> str:
    """The id of the operation that creates the namespace, or that has been creating it since an interrupted run."""
    try:
        answer = _call(
            f"create namespace {name}",
            client.create_private_dns_namespace,
            Name=name,
            Vpc=vpc_id,
            Tags=ansible_dict_to_boto3_tag_list(tags),
        )
    except ServiceDiscoveryError as error:
        duplicate = getattr(error.exception, "response", {}).get("DuplicateOperationId")
        if duplicate is None:
            raise
        return duplicate
    return answer["OperationId"]


def create_service(client: t.Any, request: Resource, tags: t.Mapping[str, str]) -> Resource:
    answer = _call(
        f"create service {request['Name']}",
        client.create_service,
        Tags=ansible_dict_to_boto3_tag_list(tags),
        **request,
    )
    return answer["Service"]


def update_service(client: t.Any, service_id: str, change: Resource) -> str:
    answer = _call(f"update service {service_id}", client.update_service, Id=service_id, Service=change)
    return answer["OperationId"]


def delete_service(client: t.Any, service_id: str) -> None:
    _call(f"delete service {service_id}", client.delete_service, Id=service_id)


def delete_namespace(client: t.Any, namespace_id: str) -> str:
    return _call(f"delete namespace {namespace_id}", client.delete_namespace, Id=namespace_id)["OperationId"]


def get_operation(client: t.Any, operation_id: str) -> Resource:
    return _call(f"get operation {operation_id}", client.get_operation, OperationId=operation_id)["Operation"]


def list_tags(client: t.Any, arn: str) -> dict[str, str]:
    """None of what does not exist."""
    method = client.list_tags_for_resource
    answer = find(ServiceDiscoveryErrorHandler, f"list the tags of {arn}", method, ResourceARN=arn)
    return boto3_tag_list_to_ansible_dict((answer or {}).get("Tags") or [])


def tag(client: t.Any, arn: str, tags: t.Mapping[str, str]) -> None:
    _call(f"tag {arn}", client.tag_resource, ResourceARN=arn, Tags=ansible_dict_to_boto3_tag_list(tags))


def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    _call(f"untag {arn}", client.untag_resource, ResourceARN=arn, TagKeys=keys)

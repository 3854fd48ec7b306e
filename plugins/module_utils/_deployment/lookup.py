# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Finds what an environment has by name and tag: the ids that AWS makes up and settings cannot tell."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
    paginated_query_with_retries,
)
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict


def environment_filters(environment: str) -> list[dict[str, Any]]:
    """The EC2 filters that name one environment's resources."""
    return [{"Name": "tag:airflow:environment", "Values": [environment]}]


def subnet_ids(subnets: list[dict[str, Any]], kind: str) -> list[str]:
    """Ids of the subnets tagged with this kind (public or private), in the order of their zones."""
    wanted = [s for s in subnets if boto3_tag_list_to_ansible_dict(s.get("Tags", [])).get("airflow:subnet") == kind]
    return [s["SubnetId"] for s in sorted(wanted, key=lambda s: (s["AvailabilityZone"], s["SubnetId"]))]


def security_group_ids(groups: list[dict[str, Any]], name: str) -> dict[str, str]:
    """Security group ids by component: the group's name without the deployment's."""
    prefix = f"{name}-"
    return {g["GroupName"].removeprefix(prefix): g["GroupId"] for g in groups if g["GroupName"].startswith(prefix)}


def find_vpc(ec2: Any, environment: str) -> str | None:
    """Id of the environment's own VPC."""
    vpcs = paginated_query_with_retries(ec2, "describe_vpcs", Filters=environment_filters(environment))["Vpcs"]
    return vpcs[0]["VpcId"] if vpcs else None


def find_subnets(ec2: Any, environment: str) -> list[dict[str, Any]]:
    """The subnets that carry the environment's tag."""
    return paginated_query_with_retries(ec2, "describe_subnets", Filters=environment_filters(environment))["Subnets"]


def find_security_groups(ec2: Any, environment: str) -> list[dict[str, Any]]:
    """The security groups that carry the environment's tag."""
    response = paginated_query_with_retries(ec2, "describe_security_groups", Filters=environment_filters(environment))
    return response["SecurityGroups"]


def find_load_balancer(elbv2: Any, name: str) -> dict[str, Any] | None:
    """The load balancer of this name."""
    try:
        return AWSRetry.jittered_backoff()(elbv2.describe_load_balancers)(Names=[name])["LoadBalancers"][0]
    except is_boto3_error_code("LoadBalancerNotFound"):
        return None


def find_target_group(elbv2: Any, name: str) -> dict[str, Any] | None:
    """The target group of this name."""
    try:
        return AWSRetry.jittered_backoff()(elbv2.describe_target_groups)(Names=[name])["TargetGroups"][0]
    except is_boto3_error_code("TargetGroupNotFound"):
        return None


def find_registry(servicediscovery: Any, namespace: str, service: str) -> str | None:
    """ARN of the Cloud Map service that holds the api-server's addresses."""
    namespaces = paginated_query_with_retries(
        servicediscovery,
        "list_namespaces",
        Filters=[{"Name": "NAME", "Values": [namespace], "Condition": "EQ"}],
    )["Namespaces"]
    for found in namespaces:
        services = paginated_query_with_retries(
            servicediscovery,
            "list_services",
            Filters=[{"Name": "NAMESPACE_ID", "Values": [found["Id"]], "Condition": "EQ"}],
        )["Services"]
        for candidate in services:
            if candidate["Name"] == service:
                return candidate["Arn"]
    return None

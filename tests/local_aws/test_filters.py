"""Lists answer what their filters name: two environments in one account do not see each other's things."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_aws.conftest import Environment


@pytest.fixture
def vpcs(aws: Environment) -> list[str]:
    """Two, each with an S3 endpoint tagged with its number."""
    ec2 = aws.client("ec2")
    ids = [ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in range(2)]
    for number, vpc in enumerate(ids):
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName="com.amazonaws.us-east-1.s3",
            TagSpecifications=[
                {"ResourceType": "vpc-endpoint", "Tags": [{"Key": f"{aws.name}-number", "Value": str(number)}]}
            ],
        )
    return ids


def test_vpc_endpoints(aws: Environment, vpcs: list[str]) -> None:
    def found(name: str, value: str) -> list[str]:
        filters = [{"Name": name, "Values": [value]}]
        return [item["VpcId"] for item in aws.client("ec2").describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]]

    assert found("vpc-id", vpcs[1]) == [vpcs[1]]
    assert found(f"tag:{aws.name}-number", "0") == [vpcs[0]]
    assert found(f"tag:{aws.name}-number", "2") == []
    assert set(vpcs) <= set(found("service-name", "com.amazonaws.us-east-1.s3"))


def test_cloud_map(aws: Environment, vpcs: list[str]) -> None:
    cloud_map: Any = aws.client("servicediscovery")
    names = [f"{aws.name}-one.internal", f"{aws.name}-two.internal"]
    for name, vpc in zip(names, vpcs, strict=True):
        cloud_map.create_private_dns_namespace(Name=name, Vpc=vpc)

    def namespaces(condition: str, value: str) -> dict[str, str]:
        filters = [{"Name": "NAME", "Values": [value], "Condition": condition}]
        return {item["Name"]: item["Id"] for item in cloud_map.list_namespaces(Filters=filters)["Namespaces"]}

    assert set(namespaces("EQ", names[0])) == {names[0]}
    ids = namespaces("BEGINS_WITH", f"{aws.name}-")
    assert set(ids) == set(names)
    created = [cloud_map.create_service(Name="api-server", NamespaceId=ids[name])["Service"]["Id"] for name in names]
    filters = [{"Name": "NAMESPACE_ID", "Values": [ids[names[1]]], "Condition": "EQ"}]
    (service,) = cloud_map.list_services(Filters=filters)["Services"]
    assert service["Id"] == created[1]

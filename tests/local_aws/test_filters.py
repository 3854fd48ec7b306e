"""Lists answer what their filters name: two environments in one account do not see each other's things."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_aws.conftest import Environment, until


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


def test_addresses(aws: Environment) -> None:
    ec2 = aws.client("ec2")
    ids = [address(aws, str(number)) for number in range(2)]

    def found(name: str, value: str) -> list[str]:
        filters = [{"Name": name, "Values": [value]}]
        return [item["AllocationId"] for item in ec2.describe_addresses(Filters=filters)["Addresses"]]

    assert found("allocation-id", ids[0]) == [ids[0]]
    assert found(f"tag:{aws.name}-number", "1") == [ids[1]]
    assert found(f"tag:{aws.name}-number", "2") == []
    for one in ids:
        ec2.release_address(AllocationId=one)


def address(aws: Environment, number: str) -> str:
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": f"{aws.name}-number", "Value": number}]}]
    return str(aws.client("ec2").allocate_address(Domain="vpc", TagSpecifications=tags)["AllocationId"])


def test_a_nat_gateway_keeps_its_address_as_long_as_it_is_there(aws: Environment) -> None:
    ec2 = aws.client("ec2")
    allocation = address(aws, "nat")
    gateway = ec2.create_nat_gateway(SubnetId=aws.subnets[0], AllocationId=allocation)["NatGateway"]["NatGatewayId"]
    [shown] = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"]
    assert [one["AllocationId"] for one in shown["NatGatewayAddresses"]] == [allocation]
    assert "AssociationId" in ec2.describe_addresses(AllocationIds=[allocation])["Addresses"][0]
    with pytest.raises(ec2.exceptions.ClientError, match=r"InvalidIPAddress\.InUse"):
        ec2.release_address(AllocationId=allocation)
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.release_address(AllocationId=allocation)
    assert ec2.describe_addresses(Filters=[{"Name": "allocation-id", "Values": [allocation]}])["Addresses"] == []


def test_network_interfaces_of_tasks(aws: Environment) -> None:
    task = aws.start(aws.register({"name": "main", "command": ["sleep", "600"], "stopTimeout": 2}))
    until(lambda: aws.task(task)["lastStatus"], lambda status: status == "RUNNING")

    def found(**filters: str) -> int:
        entries = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
        return len(aws.client("ec2").describe_network_interfaces(Filters=entries)["NetworkInterfaces"])

    assert found(subnet_id=aws.subnets[0], description="arn:aws*:ecs:*") >= 1
    assert found(subnet_id=aws.subnets[0], description="ecs") == 0
    assert found(subnet_id="subnet-none", description="arn:aws*:ecs:*") == 0
    aws.ecs.stop_task(cluster=aws.name, task=task)
    aws.stopped(task)


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

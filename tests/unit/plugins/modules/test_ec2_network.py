"""A network, with an EC2 that remembers what it was told."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules.ec2_network import main

Run = Callable[..., dict[str, Any]]
S3 = "com.amazonaws.eu-west-1.s3"
OPTIONS: dict[str, Any] = {
    "name": "x",
    "cidr": "10.0.0.0/16",
    "public_subnets": [
        {"cidr": "10.0.0.0/24", "availability_zone": "eu-west-1a", "tags": {"kind": "public"}},
        {"cidr": "10.0.1.0/24", "availability_zone": "eu-west-1b"},
    ],
    "private_subnets": [{"cidr": "10.0.2.0/24", "availability_zone": "eu-west-1a"}],
    "gateway_endpoints": [S3],
    "tags": {"env": "x"},
}


class Pages:
    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def build_full_result(self) -> dict[str, Any]:
        return self.answer


class FakeEC2:
    """One VPC at most, and the calls that were made of it."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.lists: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                "Vpcs",
                "Subnets",
                "InternetGateways",
                "NatGateways",
                "RouteTables",
                "VpcEndpoints",
                "Addresses",
                "NetworkInterfaces",
            )
        }
        self.dns = {"enableDnsSupport": True, "enableDnsHostnames": False}
        self.writes: list[str] = []

    def add(self, what: str, prefix: str, key: str, tagging: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        made = {key: f"{prefix}-{next(self.numbers)}", "Tags": list(tagging[0]["Tags"]), **fields}
        self.lists[what].append(made)
        return made

    def find(self, resource_id: str) -> dict[str, Any]:
        every = [one for found in self.lists.values() for one in found]
        return next(one for one in every if resource_id in one.values())

    def get_paginator(self, operation: str) -> Any:
        key = {
            "describe_vpcs": "Vpcs",
            "describe_subnets": "Subnets",
            "describe_internet_gateways": "InternetGateways",
            "describe_nat_gateways": "NatGateways",
            "describe_route_tables": "RouteTables",
            "describe_vpc_endpoints": "VpcEndpoints",
            "describe_network_interfaces": "NetworkInterfaces",
        }[operation]
        lists = self.lists

        class Paginator:
            def paginate(self, **_arguments: Any) -> Pages:
                return Pages({key: lists[key]})

        return Paginator()

    def describe_vpc_attribute(self, VpcId: str, Attribute: str) -> dict[str, Any]:
        return {Attribute[0].upper() + Attribute[1:]: {"Value": self.dns[Attribute]}}

    def describe_nat_gateways(self, NatGatewayIds: list[str]) -> dict[str, Any]:
        gateway = self.find(NatGatewayIds[0])
        gateway["State"] = {"pending": "available", "deleting": "deleted"}.get(gateway["State"], gateway["State"])
        return {"NatGateways": [gateway]}

    def describe_addresses(self, Filters: list[dict[str, Any]]) -> dict[str, Any]:
        return {"Addresses": self.lists["Addresses"]}

    def delete_nat_gateway(self, NatGatewayId: str) -> None:
        self.writes.append("delete_nat_gateway")
        self.find(NatGatewayId)["State"] = "deleting"

    def release_address(self, AllocationId: str) -> None:
        self.writes.append("release_address")
        assert {gateway["State"] for gateway in self.lists["NatGateways"]} == {"deleted"}
        self.lists["Addresses"] = []

    def create_vpc(self, CidrBlock: str, TagSpecifications: list[dict[str, Any]]) -> dict[str, Any]:
        self.writes.append("create_vpc")
        return {"Vpc": self.add("Vpcs", "vpc", "VpcId", TagSpecifications, CidrBlock=CidrBlock, State="available")}

    def modify_vpc_attribute(self, VpcId: str, **attribute: Any) -> None:
        name = next(iter(attribute))
        self.writes.append(f"modify_vpc_attribute {name}")
        self.dns[name[0].lower() + name[1:]] = True

    def create_subnet(self, TagSpecifications: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        self.writes.append(f"create_subnet {fields['CidrBlock']}")
        return {"Subnet": self.add("Subnets", "subnet", "SubnetId", TagSpecifications, **fields)}

    def create_internet_gateway(self, TagSpecifications: list[dict[str, Any]]) -> dict[str, Any]:
        self.writes.append("create_internet_gateway")
        made = self.add("InternetGateways", "igw", "InternetGatewayId", TagSpecifications, Attachments=[])
        return {"InternetGateway": made}

    def attach_internet_gateway(self, InternetGatewayId: str, VpcId: str) -> None:
        self.writes.append("attach_internet_gateway")
        self.find(InternetGatewayId)["Attachments"].append({"VpcId": VpcId})

    def allocate_address(self, Domain: str, TagSpecifications: list[dict[str, Any]]) -> dict[str, Any]:
        self.writes.append("allocate_address")
        return self.add("Addresses", "eipalloc", "AllocationId", TagSpecifications)

    def create_nat_gateway(self, TagSpecifications: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
        self.writes.append(f"create_nat_gateway {fields['SubnetId']}")
        made = self.add("NatGateways", "nat", "NatGatewayId", TagSpecifications, State="pending", **fields)
        made["NatGatewayAddresses"] = [{"AllocationId": fields["AllocationId"]}]
        return {"NatGateway": made}

    def create_route_table(self, VpcId: str, TagSpecifications: list[dict[str, Any]]) -> dict[str, Any]:
        self.writes.append("create_route_table")
        made = self.add("RouteTables", "rtb", "RouteTableId", TagSpecifications, Routes=[], Associations=[])
        return {"RouteTable": made}

    def create_route(self, RouteTableId: str, **route: Any) -> None:
        self.writes.append(f"create_route {RouteTableId}")
        self.find(RouteTableId)["Routes"].append(route)

    def replace_route(self, RouteTableId: str, **route: Any) -> None:
        self.writes.append(f"replace_route {RouteTableId}")
        self.find(RouteTableId)["Routes"] = [route]

    def delete_route(self, RouteTableId: str, DestinationCidrBlock: str) -> None:
        self.writes.append(f"delete_route {RouteTableId}")
        self.find(RouteTableId)["Routes"] = []

    def associate_route_table(self, RouteTableId: str, SubnetId: str) -> None:
        self.writes.append(f"associate_route_table {SubnetId}")
        link = {"RouteTableAssociationId": f"link-{SubnetId}", "SubnetId": SubnetId, "RouteTableId": RouteTableId}
        self.find(RouteTableId)["Associations"].append(link)

    def replace_route_table_association(self, AssociationId: str, RouteTableId: str) -> None:
        self.writes.append(f"replace_route_table_association {AssociationId}")

    def create_vpc_endpoint(self, TagSpecifications: list[dict[str, Any]], **fields: Any) -> None:
        self.writes.append(f"create_vpc_endpoint {fields['ServiceName']}")
        self.add("VpcEndpoints", "vpce", "VpcEndpointId", TagSpecifications, State="available", **fields)

    def modify_vpc_endpoint(self, VpcEndpointId: str, AddRouteTableIds: list[str]) -> None:
        self.writes.append(f"modify_vpc_endpoint {AddRouteTableIds}")
        self.find(VpcEndpointId)["RouteTableIds"] += AddRouteTableIds

    def create_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:
        self.writes.append(f"create_tags {[tag['Key'] for tag in Tags]}")

    def delete_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:
        self.writes.append(f"delete_tags {[tag['Key'] for tag in Tags]}")


@pytest.fixture
def ec2(monkeypatch: pytest.MonkeyPatch, aws: Any) -> FakeEC2:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    fake = FakeEC2()
    monkeypatch.setattr(AnsibleAWSModule, "client", lambda _module, _service: fake)
    return fake


@pytest.fixture
def network(ec2: FakeEC2, run_module: Run) -> FakeEC2:
    """One that was made, and has not been written to since."""
    assert run_module(main, **OPTIONS)["changed"]
    ec2.writes.clear()
    return ec2


def tags_of(resource: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in resource["Tags"]}


def table(ec2: FakeEC2, name: str) -> dict[str, Any]:
    return next(one for one in ec2.lists["RouteTables"] if tags_of(one)["Name"] == name)


def test_a_new_network(ec2: FakeEC2, run_module: Run) -> None:
    result = run_module(main, **OPTIONS)

    assert result["changed"]
    subnets = {subnet["CidrBlock"]: subnet for subnet in ec2.lists["Subnets"]}
    assert result["public_subnet_ids"] == [subnets[cidr]["SubnetId"] for cidr in ("10.0.0.0/24", "10.0.1.0/24")]
    assert tags_of(subnets["10.0.0.0/24"]) == {"env": "x", "Name": "x-public-eu-west-1a", "kind": "public"}
    gateway = ec2.lists["InternetGateways"][0]
    assert gateway["Attachments"] == [{"VpcId": result["vpc_id"]}]
    public, private = table(ec2, "x-public"), table(ec2, "x-private")
    assert public["Routes"] == [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway["InternetGatewayId"]}]
    assert private["Routes"] == []
    assert [link["SubnetId"] for link in private["Associations"]] == result["private_subnet_ids"]
    assert ec2.lists["VpcEndpoints"][0]["RouteTableIds"] == [public["RouteTableId"], private["RouteTableId"]]
    assert ec2.dns == {"enableDnsSupport": True, "enableDnsHostnames": True}


def test_the_second_run_writes_nothing(network: FakeEC2, run_module: Run) -> None:
    result = run_module(main, **OPTIONS)
    assert not result["changed"]
    assert network.writes == []


def test_check_mode_on_nothing(ec2: FakeEC2, run_module: Run) -> None:
    result = run_module(main, True, **OPTIONS)
    assert result["changed"]
    assert (result["vpc_id"], result["public_subnet_ids"]) == (None, [])
    assert "subnet 10.0.2.0/24" in result["diff"]["after"]
    assert ec2.writes == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_drift_is_repaired(network: FakeEC2, run_module: Run, check_mode: bool) -> None:
    table(network, "x-public")["Routes"][0]["GatewayId"] = "igw-other"
    link = table(network, "x-private")["Associations"].pop()
    table(network, "x-public")["Associations"].append({**link, "RouteTableId": "rtb-other"})
    network.lists["VpcEndpoints"][0]["RouteTableIds"].pop()
    network.lists["Vpcs"][0]["Tags"].append({"Key": "old", "Value": "1"})
    network.dns["enableDnsSupport"] = False

    assert run_module(main, check_mode, **OPTIONS)["changed"]
    private = table(network, "x-private")["RouteTableId"]
    expected = [
        "delete_tags ['old']",
        "modify_vpc_attribute EnableDnsSupport",
        f"replace_route {table(network, 'x-public')['RouteTableId']}",
        f"replace_route_table_association {link['RouteTableAssociationId']}",
        f"modify_vpc_endpoint {[private]}",
    ]
    assert network.writes == ([] if check_mode else expected)


def test_a_nat_gateway_comes_and_its_route_goes(network: FakeEC2, run_module: Run) -> None:
    assert run_module(main, **OPTIONS, nat_gateway=True)["changed"]
    gateway = network.lists["NatGateways"][0]
    assert gateway["SubnetId"] == network.lists["Subnets"][0]["SubnetId"]
    assert table(network, "x-private")["Routes"][0]["NatGatewayId"] == gateway["NatGatewayId"]
    assert not run_module(main, **OPTIONS, nat_gateway=True)["changed"]


PURGED = {**OPTIONS, "purge_nat_gateway": True}


@pytest.fixture
def with_nat_gateway(network: FakeEC2, run_module: Run) -> FakeEC2:
    run_module(main, **OPTIONS, nat_gateway=True)
    network.writes.clear()
    return network


def test_a_nat_gateway_that_is_switched_off_stays_with_its_route_for_the_time_being(
    with_nat_gateway: FakeEC2, run_module: Run
) -> None:
    result = run_module(main, **OPTIONS)
    assert not result["changed"]
    assert result["unwanted_nat_gateway_ids"] == [with_nat_gateway.lists["NatGateways"][0]["NatGatewayId"]]
    assert with_nat_gateway.writes == []


def test_a_nat_gateway_goes_with_its_route_and_address(with_nat_gateway: FakeEC2, run_module: Run) -> None:
    result = run_module(main, **PURGED)
    assert result["changed"]
    assert "NAT gateway" in result["diff"]["before"]
    assert "NAT gateway" not in result["diff"]["after"]
    route = f"delete_route {table(with_nat_gateway, 'x-private')['RouteTableId']}"
    assert with_nat_gateway.writes == [route, "delete_nat_gateway", "release_address"]
    assert not run_module(main, **PURGED)["changed"]


def test_a_nat_gateway_stays_while_tasks_need_it(with_nat_gateway: FakeEC2, run_module: Run) -> None:
    with_nat_gateway.lists["NetworkInterfaces"].append({"NetworkInterfaceId": "eni-1"})
    result = run_module(main, **PURGED)
    assert not result["changed"]
    assert "stays: tasks of ECS in the private subnets need it (1)" in str(result["warnings"])
    assert with_nat_gateway.writes == []
    planned = run_module(main, True, **PURGED)
    assert planned["changed"]
    assert with_nat_gateway.writes == []


@pytest.mark.parametrize("state", ["deleting", "deleted"])
def test_a_removal_that_was_interrupted_is_continued(with_nat_gateway: FakeEC2, run_module: Run, state: str) -> None:
    with_nat_gateway.lists["NatGateways"][0]["State"] = state
    table(with_nat_gateway, "x-private")["Routes"].clear()
    assert run_module(main, **OPTIONS)["unwanted_nat_gateway_ids"]
    result = run_module(main, **PURGED)
    assert result["changed"]
    assert with_nat_gateway.writes == ["release_address"]


def test_an_address_that_was_allocated_before_is_used(network: FakeEC2, run_module: Run) -> None:
    network.lists["Addresses"].append({"AllocationId": "eipalloc-0"})
    run_module(main, **OPTIONS, nat_gateway=True)
    assert network.lists["NatGateways"][0]["AllocationId"] == "eipalloc-0"
    assert "allocate_address" not in network.writes


def test_an_internet_gateway_that_was_not_attached_is_used(network: FakeEC2, run_module: Run) -> None:
    network.lists["InternetGateways"][0]["Attachments"].clear()
    assert run_module(main, **OPTIONS)["changed"]
    assert network.writes == ["attach_internet_gateway"]


def test_a_subnet_cannot_move(network: FakeEC2, run_module: Run) -> None:
    private = [{"cidr": "10.0.2.0/24", "availability_zone": "eu-west-1b", "tags": {"Name": "x-private-eu-west-1a"}}]
    result = run_module(main, **{**OPTIONS, "private_subnets": private})
    assert not result["changed"]
    assert "Subnet 10.0.2.0/24 stays in eu-west-1a" in str(result["warnings"])


def test_two_vpcs_of_one_name_are_refused(network: FakeEC2, run_module: Run) -> None:
    network.lists["Vpcs"].append({**network.lists["Vpcs"][0], "VpcId": "vpc-other"})
    result = run_module(main, **OPTIONS)
    assert result["failed"]
    assert "There are 2 VPCs x" in result["msg"]

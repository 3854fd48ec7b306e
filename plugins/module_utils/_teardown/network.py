# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The VPC and everything in it."""

from __future__ import annotations

from collections.abc import Iterator

from .compute import pages
from .model import ENVIRONMENT_TAG, Kind, Resource, Scope, tag_dict


def _find(scope: Scope, kind: str, operation: str, key: str, identifier: str) -> Iterator[Resource]:
    """What EC2 has of one kind with the environment's tag."""
    filters = [{"Name": f"tag:{ENVIRONMENT_TAG}", "Values": [scope.environment]}]
    for item in pages(scope.client("ec2"), operation, key, Filters=filters):
        name = tag_dict(item.get("Tags", [])).get("Name", item[identifier])
        state = str(item.get("State", "")).lower()
        if state != "deleted":
            yield Resource(kind, name, item[identifier], state == "deleting")


def find_endpoints(scope: Scope) -> Iterator[Resource]:
    yield from _find(scope, "VPC endpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId")


def delete_endpoint(scope: Scope, resource: Resource) -> None:
    scope.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[resource.id])


def find_nat_gateways(scope: Scope) -> Iterator[Resource]:
    yield from _find(scope, "NAT gateway", "describe_nat_gateways", "NatGateways", "NatGatewayId")


def delete_nat_gateway(scope: Scope, resource: Resource) -> None:
    scope.client("ec2").delete_nat_gateway(NatGatewayId=resource.id)


def find_addresses(scope: Scope) -> Iterator[Resource]:
    filters = [{"Name": f"tag:{ENVIRONMENT_TAG}", "Values": [scope.environment]}]
    for address in scope.client("ec2").describe_addresses(Filters=filters)["Addresses"]:
        yield Resource("address", address["PublicIp"], address["AllocationId"])


def release_address(scope: Scope, resource: Resource) -> None:
    scope.client("ec2").release_address(AllocationId=resource.id)


def find_security_groups(scope: Scope) -> Iterator[Resource]:
    yield from _find(scope, "security group", "describe_security_groups", "SecurityGroups", "GroupId")


def delete_security_group(scope: Scope, resource: Resource) -> None:
    """Groups name each other in their rules: the rules go first."""
    client = scope.client("ec2")
    group = client.describe_security_groups(GroupIds=[resource.id])["SecurityGroups"][0]
    if group["IpPermissions"]:
        client.revoke_security_group_ingress(GroupId=resource.id, IpPermissions=group["IpPermissions"])
    client.delete_security_group(GroupId=resource.id)


def find_subnets(scope: Scope) -> Iterator[Resource]:
    yield from _find(scope, "subnet", "describe_subnets", "Subnets", "SubnetId")


def delete_subnet(scope: Scope, resource: Resource) -> None:
    scope.client("ec2").delete_subnet(SubnetId=resource.id)


def find_route_tables(scope: Scope) -> Iterator[Resource]:
    yield from _find(scope, "route table", "describe_route_tables", "RouteTables", "RouteTableId")


def delete_route_table(scope: Scope, resource: Resource) -> None:
    scope.client("ec2").delete_route_table(RouteTableId=resource.id)


def find_internet_gateways(scope: Scope) -> Iterator[Resource]:
    yield from _find(scope, "internet gateway", "describe_internet_gateways", "InternetGateways", "InternetGatewayId")


def delete_internet_gateway(scope: Scope, resource: Resource) -> None:
    client = scope.client("ec2")
    gateway = client.describe_internet_gateways(InternetGatewayIds=[resource.id])["InternetGateways"][0]
    for attachment in gateway["Attachments"]:
        client.detach_internet_gateway(InternetGatewayId=resource.id, VpcId=attachment["VpcId"])
    client.delete_internet_gateway(InternetGatewayId=resource.id)


def find_vpcs(scope: Scope) -> Iterator[Resource]:
    yield from _find(scope, "VPC", "describe_vpcs", "Vpcs", "VpcId")


def delete_vpc(scope: Scope, resource: Resource) -> None:
    scope.client("ec2").delete_vpc(VpcId=resource.id)


ENDPOINTS = Kind(find_endpoints, delete_endpoint)
NAT_GATEWAYS = Kind(find_nat_gateways, delete_nat_gateway)
ADDRESSES = Kind(find_addresses, release_address)
SECURITY_GROUPS = Kind(find_security_groups, delete_security_group)
SUBNETS = Kind(find_subnets, delete_subnet)
ROUTE_TABLES = Kind(find_route_tables, delete_route_table)
INTERNET_GATEWAYS = Kind(find_internet_gateways, delete_internet_gateway)
VPCS = Kind(find_vpcs, delete_vpc)

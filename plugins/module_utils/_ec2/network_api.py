# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The EC2 calls about a VPC and what is in it."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, call_on_new, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.common import EC2Error, EC2ErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, failed, not_yet, poll
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

Resource = dict[str, t.Any]
Tags = t.Mapping[str, str]

# What was created a moment ago is not known everywhere yet.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
NOT_PROPAGATED = [
    "InvalidVpcID.NotFound",
    "InvalidSubnetID.NotFound",
    "InvalidInternetGatewayID.NotFound",
    "InvalidGatewayID.NotFound",
    "InvalidNatGatewayID.NotFound",
    "InvalidRouteTableID.NotFound",
    "InvalidRouteTableId.NotFound",
    "InvalidAllocationID.NotFound",
]
DNS = ("enableDnsSupport", "enableDnsHostnames")
EVERYWHERE = "0.0.0.0/0"

# A new VPC is there within seconds, a NAT gateway within minutes.
VPC_TIMEOUT = 120
NAT_TIMEOUT = 600


class Seen(t.NamedTuple):
    """What there is in a VPC."""

    dns: dict[str, bool]
    subnets: list[Resource]
    internet_gateways: list[Resource]
    nat_gateways: list[Resource]
    route_tables: list[Resource]
    endpoints: list[Resource]


def find_vpc(client: t.Any, name: str, cidr: str) -> Resource | None:
    """The VPC of this name and range."""
    filters = [{"Name": "tag:Name", "Values": [name]}, {"Name": "cidr-block-association.cidr-block", "Values": [cidr]}]
    found = list_all(EC2ErrorHandler, client, "describe_vpcs", "Vpcs", Filters=filters)
    if len(found) > 1:
        ids = ", ".join(vpc["VpcId"] for vpc in found)
        raise EC2Error(message=f"There are {len(found)} VPCs {name} with the range {cidr}: {ids}")
    return found[0] if found else None


def look(client: t.Any, vpc_id: str) -> Seen:
    """All of it at a time."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]

    def listed(operation: str, key: str, **arguments: t.Any) -> t.Callable[[], t.Any]:
        return lambda: list_all(EC2ErrorHandler, client, operation, key, **arguments)

    def attribute(name: str) -> t.Callable[[], bool]:
        return lambda: vpc_attribute(client, vpc_id, name)

    reads = [
        *map(attribute, DNS),
        listed("describe_subnets", "Subnets", Filters=filters),
        # One that was created and not attached when a run was interrupted belongs to no VPC.
        listed("describe_internet_gateways", "InternetGateways"),
        listed("describe_nat_gateways", "NatGateways", Filters=filters),
        listed("describe_route_tables", "RouteTables", Filters=filters),
        listed("describe_vpc_endpoints", "VpcEndpoints", Filters=filters),
    ]
    support, hostnames, *lists = side_by_side(lambda read: read(), reads)
    return Seen(dict(zip(DNS, (support, hostnames), strict=True)), *lists)


def vpc_attribute(client: t.Any, vpc_id: str, name: str) -> bool:
    description = f"read {name} of VPC {vpc_id}"
    answer = aws_call(EC2ErrorHandler, description, client.describe_vpc_attribute, VpcId=vpc_id, Attribute=name)
    return answer[name[0].upper() + name[1:]]["Value"]


def _write(description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> Resource:
    return call_on_new(EC2ErrorHandler, NOT_PROPAGATED, description, method, **arguments)


def _tagged(kind: str, tags: Tags) -> list[Resource]:
    return [{"ResourceType": kind, "Tags": ansible_dict_to_boto3_tag_list(tags)}]


def create_vpc(client: t.Any, cidr: str, tags: Tags) -> str:
    """Its id, once everybody can see it."""
    answer = _write("create the VPC", client.create_vpc, CidrBlock=cidr, TagSpecifications=_tagged("vpc", tags))
    vpc_id = answer["Vpc"]["VpcId"]
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    poll(
        lambda: list_all(EC2ErrorHandler, client, "describe_vpcs", "Vpcs", Filters=filters),
        lambda found: DONE if found and found[0]["State"] == "available" else not_yet("it is not available"),
        VPC_TIMEOUT,
        f"VPC {vpc_id}",
    )
    return vpc_id


def enable(client: t.Any, vpc_id: str, name: str) -> None:
    """Switch a DNS attribute on; EC2 takes one in a call."""
    argument = {name[0].upper() + name[1:]: {"Value": True}}
    _write(f"set {name} of VPC {vpc_id}", client.modify_vpc_attribute, VpcId=vpc_id, **argument)


def create_subnet(client: t.Any, vpc_id: str, cidr: str, zone: str, tags: Tags) -> str:
    answer = _write(
        f"create subnet {cidr}",
        client.create_subnet,
        VpcId=vpc_id,
        CidrBlock=cidr,
        AvailabilityZone=zone,
        TagSpecifications=_tagged("subnet", tags),
    )
    return answer["Subnet"]["SubnetId"]


def create_internet_gateway(client: t.Any, tags: Tags) -> str:
    specification = _tagged("internet-gateway", tags)
    answer = _write("create the internet gateway", client.create_internet_gateway, TagSpecifications=specification)
    return answer["InternetGateway"]["InternetGatewayId"]


def attach(client: t.Any, vpc_id: str, gateway_id: str) -> None:
    description = f"attach {gateway_id} to VPC {vpc_id}"
    _write(description, client.attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)


def create_nat_gateway(client: t.Any, subnet_id: str, tags: Tags) -> str:
    address = _free_address(client, tags) or _write(
        "allocate the NAT gateway's address",
        client.allocate_address,
        Domain="vpc",
        TagSpecifications=_tagged("elastic-ip", tags),
    )
    answer = _write(
        "create the NAT gateway",
        client.create_nat_gateway,
        SubnetId=subnet_id,
        AllocationId=address["AllocationId"],
        TagSpecifications=_tagged("natgateway", tags),
    )
    return answer["NatGateway"]["NatGatewayId"]


def _free_address(client: t.Any, tags: Tags) -> Resource | None:
    """What an interrupted run has allocated."""
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
    found = aws_call(EC2ErrorHandler, "describe addresses", client.describe_addresses, Filters=filters)["Addresses"]
    return next((address for address in found if "AssociationId" not in address), None)


def wait_for_nat_gateway(client: t.Any, gateway_id: str, state: str) -> None:
    poll(
        lambda: _write("describe NAT gateways", client.describe_nat_gateways, NatGatewayIds=[gateway_id])[
            "NatGateways"
        ][0],
        lambda gateway: _nat_gateway_is(gateway, state),
        NAT_TIMEOUT,
        f"NAT gateway {gateway_id}",
    )


def _nat_gateway_is(gateway: Resource, state: str) -> Verdict:
    if gateway["State"] == "failed":
        return failed(gateway.get("FailureMessage", "no reason given"))
    return DONE if gateway["State"] == state else not_yet(f"the state is {gateway['State']}")


def find_task_interfaces(client: t.Any, subnet_ids: list[str]) -> list[str]:
    """The network interfaces that ECS has made for tasks in these subnets."""
    found = list_all(
        EC2ErrorHandler,
        client,
        "describe_network_interfaces",
        "NetworkInterfaces",
        Filters=[{"Name": "subnet-id", "Values": subnet_ids}, {"Name": "description", "Values": ["arn:aws*:ecs:*"]}],
    )
    return [interface["NetworkInterfaceId"] for interface in found]


def delete_nat_gateway(client: t.Any, gateway_id: str) -> None:
    _write(f"delete {gateway_id}", client.delete_nat_gateway, NatGatewayId=gateway_id)


def find_addresses_of(client: t.Any, gateways: list[Resource]) -> list[str]:
    """The allocations of these NAT gateways' addresses that there still are."""
    ids = [address["AllocationId"] for gateway in gateways for address in gateway.get("NatGatewayAddresses", [])]
    if not ids:
        return []
    filters = [{"Name": "allocation-id", "Values": ids}]
    found = aws_call(EC2ErrorHandler, "describe addresses", client.describe_addresses, Filters=filters)["Addresses"]
    return [address["AllocationId"] for address in found]


def release_address(client: t.Any, allocation: str) -> None:
    _write(f"release address {allocation}", client.release_address, AllocationId=allocation)


def create_route_table(client: t.Any, vpc_id: str, tags: Tags) -> Resource:
    specification = _tagged("route-table", tags)
    return _write("create a route table", client.create_route_table, VpcId=vpc_id, TagSpecifications=specification)[
        "RouteTable"
    ]


def set_default_route(client: t.Any, table_id: str, target: str | None, replace: bool) -> None:
    """The route of everything that no other route is for; no target deletes it."""
    arguments = {"RouteTableId": table_id, "DestinationCidrBlock": EVERYWHERE}
    if target is None:
        _write(f"delete the default route of {table_id}", client.delete_route, **arguments)
        return
    key = "NatGatewayId" if target.startswith("nat-") else "GatewayId"
    method = client.replace_route if replace else client.create_route
    _write(f"set the default route of {table_id}", method, **{**arguments, key: target})


def associate(client: t.Any, table_id: str, subnet_id: str, association: str | None) -> None:
    """Route a subnet by this table; association is the one it has with another."""
    description = f"associate subnet {subnet_id} with {table_id}"
    if association:
        method = client.replace_route_table_association
        _write(description, method, AssociationId=association, RouteTableId=table_id)
    else:
        _write(description, client.associate_route_table, SubnetId=subnet_id, RouteTableId=table_id)


def create_endpoint(client: t.Any, vpc_id: str, service: str, table_ids: list[str], tags: Tags) -> None:
    _write(
        f"create the endpoint of {service}",
        client.create_vpc_endpoint,
        VpcEndpointType="Gateway",
        VpcId=vpc_id,
        ServiceName=service,
        RouteTableIds=table_ids,
        TagSpecifications=_tagged("vpc-endpoint", tags),
    )


def add_to_endpoint(client: t.Any, endpoint_id: str, table_ids: list[str]) -> None:
    description = f"route to endpoint {endpoint_id}"
    _write(description, client.modify_vpc_endpoint, VpcEndpointId=endpoint_id, AddRouteTableIds=table_ids)


def tag(client: t.Any, resource_id: str, tags: TagChanges) -> None:
    description = f"tag {resource_id}"
    if tags.remove:
        keys = [{"Key": key} for key in tags.remove]
        _write(description, client.delete_tags, Resources=[resource_id], Tags=keys)
    if tags.add:
        _write(description, client.create_tags, Resources=[resource_id], Tags=ansible_dict_to_boto3_tag_list(tags.add))

"""What EC2 refuses: duplicate rules, and deleting what is in use."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from tools.local_aws.patches.refusals.checks import Check, Params, Refusal, matches

GROUP_TEXT = r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}"


def records(service: str, store: str) -> list[Any]:
    """Records of another ministack service; importing it is what makes its store exist."""
    import importlib

    return list(getattr(importlib.import_module(f"ministack.services.{service}"), store).values())


def group_users(group: str) -> Iterator[str]:
    """What keeps a security group from being deleted."""
    for interface in records("ec2", "_network_interfaces"):
        if any(entry["GroupId"] == group for entry in interface.get("Groups", [])):
            yield interface["NetworkInterfaceId"]
    for instance in records("rds", "_instances"):
        if any(entry["VpcSecurityGroupId"] == group for entry in instance["VpcSecurityGroups"]):
            yield instance["DBInstanceIdentifier"]
    for cache in records("elasticache", "_replication_groups"):
        if any(entry["SecurityGroupId"] == group for entry in cache["SecurityGroups"]):
            yield cache["ReplicationGroupId"]
    for balancer in records("alb", "_lbs"):
        if group in balancer["SecurityGroups"]:
            yield balancer["LoadBalancerName"]
    for endpoint in records("ec2", "_vpc_endpoints"):
        groups = endpoint.get("Groups") or endpoint.get("SecurityGroupIds") or []
        if endpoint.get("State") != "deleted" and group in str(groups):
            yield endpoint["VpcEndpointId"]
    for other in records("ec2", "_security_groups"):
        rules = [*other.get("IpPermissions", []), *other.get("IpPermissionsEgress", [])]
        pairs = [pair for rule in rules for pair in rule.get("UserIdGroupPairs", [])]
        if other["GroupId"] != group and any(pair.get("GroupId") == group for pair in pairs):
            yield other["GroupId"]


def subnet_users(subnet: str) -> Iterator[str]:
    """What has a network interface in a subnet."""
    for interface in records("ec2", "_network_interfaces"):
        if interface["SubnetId"] == subnet:
            yield interface["NetworkInterfaceId"]
    for balancer in records("alb", "_lbs"):
        if subnet in balancer["Subnets"]:
            yield balancer["LoadBalancerName"]
    for gateway in records("ec2", "_nat_gateways"):
        if gateway["SubnetId"] == subnet and gateway.get("State") not in ("deleted", "deleting"):
            yield gateway["NatGatewayId"]
    for endpoint in records("ec2", "_vpc_endpoints"):
        if subnet in (endpoint.get("SubnetIds") or []) and endpoint.get("State") != "deleted":
            yield endpoint["VpcEndpointId"]
    for instance in records("rds", "_instances"):
        group = instance["DBSubnetGroup"]
        if any(entry["SubnetIdentifier"] == subnet for entry in group.get("Subnets", [])):
            yield instance["DBInstanceIdentifier"]
    for cache in records("elasticache", "_replication_groups"):
        if subnet in cache_subnets(cache["CacheSubnetGroupName"]):
            yield cache["ReplicationGroupId"]


def cache_subnets(name: str) -> list[str]:
    from ministack.services import elasticache

    group = elasticache._subnet_groups.get(name) or {}
    return [entry["SubnetIdentifier"] for entry in group.get("Subnets", [])]


def delete_security_group(params: Params) -> Refusal | None:
    group = params.get("GroupId", "")
    user = next(group_users(group), None)
    return Refusal("DependencyViolation", f"resource {group} has a dependent object") if user else None


def delete_subnet(params: Params) -> Refusal | None:
    subnet = params.get("SubnetId", "")
    if next(subnet_users(subnet), None):
        return Refusal("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    return None


def detach_internet_gateway(params: Params) -> Refusal | None:
    vpc = params.get("VpcId", "")
    public = [
        balancer["LoadBalancerName"]
        for balancer in records("alb", "_lbs")
        if balancer["VpcId"] == vpc and balancer["Scheme"] == "internet-facing"
    ]
    subnets = {subnet["SubnetId"] for subnet in records("ec2", "_subnets") if subnet["VpcId"] == vpc}
    public += [
        gateway["NatGatewayId"]
        for gateway in records("ec2", "_nat_gateways")
        if gateway["SubnetId"] in subnets and gateway.get("State") not in ("deleted", "deleting")
    ]
    if not public:
        return None
    return Refusal(
        "DependencyViolation",
        f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching "
        "the gateway.",
    )


def described(rule: Any) -> str:
    """A rule in the words of InvalidPermission.Duplicate."""
    ranges = [entry.get("CidrIp", "") for entry in rule.get("IpRanges", [])]
    peers = [entry.get("GroupId", "") for entry in rule.get("UserIdGroupPairs", [])]
    protocol = {"-1": "ALL", "6": "TCP", "17": "UDP"}.get(str(rule["IpProtocol"]), str(rule["IpProtocol"]).upper())
    ports = f"from port: {rule.get('FromPort')}, to port: {rule.get('ToPort')}, " if protocol != "ALL" else ""
    return f"peer: {', '.join([*ranges, *peers])}, {protocol}, {ports}ALLOW"


def authorize(direction: str) -> Check:
    def check(params: Params) -> Refusal | None:
        from ministack.services import ec2

        group = ec2._security_groups.get(params.get("GroupId", ""))
        if group is None:
            return None
        wanted = ec2._parse_ip_permissions(dict(params), "IpPermissions")
        for rule in wanted:
            for pair in rule.get("UserIdGroupPairs", []):
                if pair.get("GroupId") and pair["GroupId"] not in ec2._security_groups:
                    return Refusal("InvalidGroup.NotFound", f"The security group '{pair['GroupId']}' does not exist")
        present = peers(group.get(direction, []))
        for rule in wanted:
            if peers([rule]) & present:
                return Refusal(
                    "InvalidPermission.Duplicate",
                    f'the specified rule "{described(rule)}" already exists',
                )
        return None

    return check


def peers(rules: list[Any]) -> set[tuple[str, str, str, str]]:
    """(protocol, from, to, peer) of every rule, one entry for each of its peers."""
    result = set()
    for rule in rules:
        where = str(rule["IpProtocol"]), str(rule.get("FromPort")), str(rule.get("ToPort"))
        for kind, key in (
            ("IpRanges", "CidrIp"),
            ("Ipv6Ranges", "CidrIpv6"),
            ("UserIdGroupPairs", "GroupId"),
            ("PrefixListIds", "PrefixListId"),
        ):
            result |= {(*where, str(entry.get(key))) for entry in rule.get(kind) or []}
    return result


def new_group(params: Params) -> Refusal | None:
    from ministack.services import ec2

    name, vpc = params.get("GroupName", ""), params.get("VpcId")
    if str(name).startswith("sg-"):
        return Refusal("InvalidParameterValue", f"Invalid value '{name}' for groupName. Cannot start with 'sg-'.")
    if vpc and vpc not in ec2._vpcs:
        return Refusal("InvalidVpcID.NotFound", f"The vpc ID '{vpc}' does not exist")
    if any(group["GroupName"] == name and group["VpcId"] == vpc for group in ec2._security_groups.values()):
        return Refusal("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc}'")
    return None


def new_subnet(params: Params) -> Refusal | None:
    from ministack.services import ec2

    vpc = ec2._vpcs.get(params.get("VpcId", ""))
    if vpc is None:
        return Refusal("InvalidVpcID.NotFound", f"The vpc ID '{params.get('VpcId')}' does not exist")
    try:
        wanted = ipaddress.ip_network(params.get("CidrBlock", ""))
    except ValueError:
        return Refusal(
            "InvalidParameterValue",
            f"Value ({params.get('CidrBlock')}) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        )
    blocks = [vpc["CidrBlock"], *(entry.get("CidrBlock") for entry in vpc.get("CidrBlockAssociationSet") or [])]
    if not any(overlaps(wanted, block) for block in blocks if block) or not 16 <= wanted.prefixlen <= 28:
        return Refusal("InvalidSubnet.Range", f"The CIDR '{wanted}' is invalid.")
    for subnet in ec2._subnets.values():
        if subnet["VpcId"] == vpc["VpcId"] and overlaps(wanted, subnet["CidrBlock"]):
            return Refusal("InvalidSubnet.Conflict", f"The CIDR '{wanted}' conflicts with another subnet")
    return None


def overlaps(network: Any, block: str) -> bool:
    return bool(network.overlaps(ipaddress.ip_network(block)))


CHECKS: dict[str, list[Check]] = {
    "CreateSecurityGroup": [
        matches("GroupName", GROUP_TEXT, "InvalidParameterValue", "Invalid security group name: {}"),
        matches("GroupDescription", GROUP_TEXT, "InvalidParameterValue", "Invalid security group description: {}"),
        new_group,
    ],
    "DeleteSecurityGroup": [delete_security_group],
    "AuthorizeSecurityGroupIngress": [authorize("IpPermissions")],
    "AuthorizeSecurityGroupEgress": [authorize("IpPermissionsEgress")],
    "CreateSubnet": [new_subnet],
    "DeleteSubnet": [delete_subnet],
    "DetachInternetGateway": [detach_internet_gateway],
}

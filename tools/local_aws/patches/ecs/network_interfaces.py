"""The elastic network interface of a task.

AWS: an awsvpc task has an interface in one of its subnets with its security groups; DescribeNetworkInterfaces shows
it, and neither the subnet nor the groups can be deleted while it exists.
ministack: mentions an address in the task and has no interface.
"""

from __future__ import annotations

import uuid
from typing import Any

from ministack.services import ec2

Record = dict[str, Any]


def attach(task: Record, address: str) -> None:
    """Give the task its interface: in the task, in its containers, and in EC2."""
    identifier = uuid.uuid4().hex
    network = task.get("_network") or {}
    subnet = (network.get("subnets") or [task.get("_subnet") or ""])[0]
    groups = network.get("securityGroups") or []
    interface = f"eni-{identifier[:17]}"
    mac = ":".join(["02", *(identifier[i : i + 2] for i in range(0, 10, 2))])
    details = {
        "subnetId": subnet,
        "networkInterfaceId": interface,
        "macAddress": mac,
        "privateDnsName": f"ip-{address.replace('.', '-')}.ec2.internal",
        "privateIPv4Address": address,
    }
    attachment = {
        "id": str(uuid.uuid4()),
        "type": "ElasticNetworkInterface",
        "status": "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }
    task.update(attachments=[attachment], _container_ip=address, _interface=interface)
    for container in task["containers"]:
        container["networkInterfaces"] = [{"attachmentId": attachment["id"], "privateIpv4Address": address}]
    place = ec2._subnets.get(subnet) or {}
    ec2._network_interfaces[interface] = {
        "NetworkInterfaceId": interface,
        "SubnetId": subnet,
        "VpcId": place.get("VpcId", ""),
        "AvailabilityZone": place.get("AvailabilityZone", task["availabilityZone"]),
        "Description": task["taskArn"].replace(":task/", ":attachment/"),
        "OwnerId": task["taskArn"].split(":")[4],
        "Status": "in-use",
        "PrivateIpAddress": address,
        "InterfaceType": "interface",
        "SourceDestCheck": True,
        "MacAddress": mac,
        "Groups": [
            {"GroupId": group, "GroupName": ec2._security_groups.get(group, {}).get("GroupName", group)}
            for group in groups
        ],
        "Attachment": None,
    }


def detach(task: Record) -> None:
    ec2._network_interfaces.pop(task.pop("_interface", ""), None)
    for attachment in task.get("attachments") or []:
        attachment["status"] = "DELETED"

"""The elastic address of a NAT gateway, which is in use as long as the gateway is there.

AWS: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html - DescribeNatGateways shows the
address; DescribeAddresses shows it as associated until the gateway is deleted, and until then it cannot be released.
ministack: knows the gateway's address and shows it nowhere.
"""

from __future__ import annotations

import re
from typing import Any

NO_ADDRESSES = "<natGatewayAddressSet/>"


def with_addresses(text: str, allocations: dict[str, str]) -> str:
    """The XML of NAT gateways, in which each has the allocation of its address."""

    def complete(match: re.Match[str]) -> str:
        allocation = allocations.get(match["id"])
        if not allocation:
            return match[0]
        item = f"<item><allocationId>{allocation}</allocationId></item>"
        return match[0].replace(NO_ADDRESSES, f"<natGatewayAddressSet>{item}</natGatewayAddressSet>")

    return re.sub(rf"<natGatewayId>(?P<id>[^<]+)</natGatewayId>.*?{NO_ADDRESSES}", complete, text, flags=re.DOTALL)


def install() -> None:
    from ministack.services import ec2

    create, describe, delete = ec2._create_nat_gateway, ec2._describe_nat_gateways, ec2._delete_nat_gateway
    release = ec2._release_address

    def associate(association: str | None, allocation: str) -> None:
        if allocation in ec2._addresses:
            ec2._addresses[allocation]["AssociationId"] = association

    def shown(answer: Any) -> Any:
        status, headers, body = answer
        allocations = {gateway["NatGatewayId"]: gateway["AllocationId"] for gateway in ec2._nat_gateways.values()}
        return status, headers, with_addresses(body.decode(), allocations).encode()

    def create_nat_gateway(parameters: Any) -> Any:
        allocation = ec2._p(parameters, "AllocationId")
        answer = create(parameters)
        if answer[0] == 200:
            associate(f"eipassoc-{allocation.removeprefix('eipalloc-')}", allocation)
        return shown(answer)

    def delete_nat_gateway(parameters: Any) -> Any:
        gateway = ec2._nat_gateways.get(ec2._p(parameters, "NatGatewayId"))
        if gateway is not None:
            associate(None, gateway["AllocationId"])
        return delete(parameters)

    def release_address(parameters: Any) -> Any:
        address = ec2._addresses.get(ec2._p(parameters, "AllocationId")) or {}
        if address.get("AssociationId"):
            message = f"Address with allocation id [{address['AllocationId']}] is in use."
            return ec2._error("InvalidIPAddress.InUse", message, 400)
        return release(parameters)

    ec2._ACTION_MAP.update(
        CreateNatGateway=create_nat_gateway,
        DescribeNatGateways=lambda parameters: shown(describe(parameters)),
        DeleteNatGateway=delete_nat_gateway,
        ReleaseAddress=release_address,
    )

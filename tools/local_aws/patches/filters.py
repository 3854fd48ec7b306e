"""Filters that lists go by on AWS, and that ministack passes over: two environments would see each other's things.

AWS: DescribeVpcEndpoints, DescribeNetworkInterfaces and DescribeAddresses, Cloud Map's ListNamespaces and ListServices.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any

Record = dict[str, Any]

NAMESPACE_FIELDS = {"NAME": "Name", "TYPE": "Type", "HTTP_NAME": "Name", "RESOURCE_OWNER": ""}
SERVICE_FIELDS = {"NAMESPACE_ID": "NamespaceId", "RESOURCE_OWNER": ""}
ENDPOINT_FIELDS = {
    "service-name": "ServiceName",
    "vpc-endpoint-id": "VpcEndpointId",
    "vpc-endpoint-state": "State",
    "vpc-endpoint-type": "VpcEndpointType",
    "vpc-id": "VpcId",
}
INTERFACE_FIELDS = {
    "description": "Description",
    "network-interface-id": "NetworkInterfaceId",
    "status": "Status",
    "subnet-id": "SubnetId",
    "vpc-id": "VpcId",
}
ADDRESS_FIELDS = {"allocation-id": "AllocationId", "association-id": "AssociationId", "public-ip": "PublicIp"}


def selected(records: Iterable[Record], fields: Mapping[str, str], filters: Iterable[Record]) -> list[Record]:
    """The records of Cloud Map that every filter lets through. All of them are the caller's own."""
    chosen = list(records)
    for entry in filters:
        field, values = fields[entry["Name"]], entry["Values"]
        if not field:
            continue
        if entry.get("Condition", "EQ") == "BEGINS_WITH":
            chosen = [record for record in chosen if str(record[field]).startswith(values[0])]
        else:
            chosen = [record for record in chosen if record[field] in values]
    return chosen


def matches(record: Record, fields: Mapping[str, str], filters: Mapping[str, list[str]]) -> bool:
    """Whether a record of EC2 has one of the values of each filter, in which * and ? stand for others."""
    return all(
        any(fnmatch.fnmatchcase(str(record.get(fields[name])), value) for value in values)
        for name, values in filters.items()
        if name in fields
    )


def install() -> None:
    from ministack.core.responses import json_response
    from ministack.services import ec2, servicediscovery

    def list_namespaces(data: Record) -> Any:
        found = selected(servicediscovery._namespaces.values(), NAMESPACE_FIELDS, data.get("Filters") or [])
        return json_response({"Namespaces": found})

    def list_services(data: Record) -> Any:
        found = selected(servicediscovery._services.values(), SERVICE_FIELDS, data.get("Filters") or [])
        return json_response({"Services": found})

    def describe_vpc_endpoints(parameters: Any) -> Any:
        ids = ec2._parse_member_list(parameters, "VpcEndpointId")
        filters = ec2._parse_filters(parameters)
        items = "".join(
            ec2._vpce_fields_xml(endpoint)
            for endpoint in ec2._vpc_endpoints.values()
            if (not ids or endpoint["VpcEndpointId"] in ids)
            and ec2._resource_matches_tag_filters(endpoint["VpcEndpointId"], filters)
            and matches(endpoint, ENDPOINT_FIELDS, filters)
        )
        return ec2._xml(200, "DescribeVpcEndpointsResponse", f"<vpcEndpointSet>{items}</vpcEndpointSet>")

    def filtered(describe: Any, records: Mapping[str, Record], key: str, fields: Mapping[str, str]) -> Any:
        """The same, asked for those by their ids that the filters let through; and for one that is not, if for none."""

        def answer(parameters: Any) -> Any:
            asked = ec2._parse_member_list(parameters, key)
            filters = ec2._parse_filters(parameters)
            found = [
                record[key]
                for record in records.values()
                if (not asked or record[key] in asked)
                and ec2._resource_matches_tag_filters(record[key], filters)
                and matches(record, fields, filters)
            ]
            return describe({f"{key}.{number}": [one] for number, one in enumerate(found or ["none"], 1)})

        return answer

    servicediscovery._list_namespaces = list_namespaces
    servicediscovery._list_services = list_services
    ec2._ACTION_MAP["DescribeVpcEndpoints"] = describe_vpc_endpoints
    ec2._ACTION_MAP["DescribeNetworkInterfaces"] = filtered(
        ec2._describe_network_interfaces, ec2._network_interfaces, "NetworkInterfaceId", INTERFACE_FIELDS
    )
    ec2._ACTION_MAP["DescribeAddresses"] = filtered(
        ec2._describe_addresses, ec2._addresses, "AllocationId", ADDRESS_FIELDS
    )

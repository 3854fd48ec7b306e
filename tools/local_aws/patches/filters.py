"""Filters that lists go by on AWS, and that ministack passes over: two environments would see each other's things.

AWS: DescribeVpcEndpoints, and Cloud Map's ListNamespaces and ListServices.
"""

from __future__ import annotations

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
        fields = {ENDPOINT_FIELDS[name]: values for name, values in filters.items() if name in ENDPOINT_FIELDS}
        items = "".join(
            ec2._vpce_fields_xml(endpoint)
            for endpoint in ec2._vpc_endpoints.values()
            if (not ids or endpoint["VpcEndpointId"] in ids)
            and ec2._resource_matches_tag_filters(endpoint["VpcEndpointId"], filters)
            and all(endpoint[field] in values for field, values in fields.items())
        )
        return ec2._xml(200, "DescribeVpcEndpointsResponse", f"<vpcEndpointSet>{items}</vpcEndpointSet>")

    servicediscovery._list_namespaces = list_namespaces
    servicediscovery._list_services = list_services
    ec2._ACTION_MAP["DescribeVpcEndpoints"] = describe_vpc_endpoints

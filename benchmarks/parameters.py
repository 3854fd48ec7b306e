"""From the request log back to what boto3 was called with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Flat = Mapping[str, str]

# As the request log names services, where boto3 does not.
CLIENTS = {"elasticloadbalancing": "elbv2", "tagging": "resourcegroupstaggingapi", "monitoring": "cloudwatch"}
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def client_name(service: str) -> str:
    return CLIENTS.get(service, service)


def arguments(protocol: str, shape: Any, logged: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call, given the input shape that botocore has of its operation (None: it takes none)."""
    if shape is None:
        return {}
    if protocol in ("ec2", "query"):
        return _structure(protocol == "ec2", shape, dict(logged), "") or {}
    if protocol.startswith("rest"):
        return _located(shape, logged)
    return {name: value for name, value in logged.items() if value != HIDDEN}


def complete(shape: Any, given: Mapping[str, Any]) -> bool:
    """Whether the log has everything that the call needs: a name in the path of a REST call is not logged."""
    return shape is None or set(shape.required_members) <= set(given)


def _located(shape: Any, logged: Mapping[str, Any]) -> dict[str, Any]:
    """REST: what stands in the path or the query string."""
    names = {"bucketName": "Bucket", "key": "Key"}
    given = {names.get(name, name): value for name, value in logged.items()}
    return {
        name: given[key]
        for name, member in shape.members.items()
        if (key := member.serialization.get("name", name)) in given and given[key] != HIDDEN
    }


def _structure(ec2: bool, shape: Any, flat: Flat, prefix: str) -> dict[str, Any] | None:
    result = {}
    for name, member in shape.members.items():
        value = _value(ec2, member, flat, f"{prefix}.{_key(ec2, name, member)}".lstrip("."))
        if value is not None:
            result[name] = value
    return result or None


def _key(ec2: bool, name: str, shape: Any) -> str:
    serialization = shape.serialization
    if not ec2:
        return str(serialization.get("name", name))
    if "queryName" in serialization:
        return str(serialization["queryName"])
    key = str(serialization.get("name", name))
    return key[0].upper() + key[1:]


def _value(ec2: bool, shape: Any, flat: Flat, key: str) -> Any:
    if shape.type_name == "structure":
        return _structure(ec2, shape, flat, key)
    if shape.type_name == "list":
        return _list(ec2, shape, flat, key)
    text = flat.get(key)
    if text is None or text == HIDDEN:
        return None
    if shape.type_name in ("integer", "long"):
        return int(text)
    return text == "true" if shape.type_name == "boolean" else text


def _list(ec2: bool, shape: Any, flat: Flat, key: str) -> list[Any] | None:
    if not ec2 and not shape.serialization.get("flattened"):
        key += f".{shape.member.serialization.get('name', 'member')}"
    result: list[Any] = []
    while (value := _value(ec2, shape.member, flat, f"{key}.{len(result) + 1}")) is not None:
        result.append(value)
    return result or None

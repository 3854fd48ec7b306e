"""What the tables are made of: the error, its form in each AWS protocol, and checks that many operations share."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

Params = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Refusal:
    code: str
    message: str
    status: int = 400


Check = Callable[[Params], Refusal | None]
JSON_SERVICES = {"athena", "ecs", "ecr", "firehose", "logs", "secretsmanager", "servicediscovery"}


def render(service: str, refusal: Refusal, request_id: str) -> tuple[int, dict[str, str], bytes]:
    code, message = refusal.code, escape(refusal.message)
    if service in JSON_SERVICES:
        body = json.dumps({"__type": code, "message": refusal.message, "Message": refusal.message})
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
    elif service == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
        headers = {"Content-Type": "text/xml;charset=UTF-8"}
    elif service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
        headers = {"Content-Type": "application/xml"}
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        headers = {"Content-Type": "text/xml"}
    return refusal.status, headers, body.encode()


def members(params: Params, prefix: str) -> list[str]:
    """A list of the query protocols: `<prefix>.1`, `<prefix>.member.1`, `<prefix>.<Name>.1`."""
    pattern = re.compile(rf"{re.escape(prefix)}\.(?:[A-Za-z]+\.)?(\d+)")
    found = [(int(match[1]), str(value)) for key, value in params.items() if (match := pattern.fullmatch(key))]
    return [value for dummy, value in sorted(found)]


def matches(field: str, pattern: str, code: str, message: str) -> Check:
    """A given parameter must match; `{}` in the message is its value."""
    compiled = re.compile(pattern)

    def check(params: Params) -> Refusal | None:
        value = params.get(field)
        if value is None or compiled.fullmatch(str(value)):
            return None
        return Refusal(code, message.format(value))

    return check


def at_most(field: str, length: int, code: str, message: str) -> Check:
    return matches(field, rf"(?s).{{0,{length}}}", code, message)


def required(field: str, code: str, message: str) -> Check:
    return lambda params: None if params.get(field) not in (None, "") else Refusal(code, message)


def one_of(field: str, values: set[str], code: str, message: str) -> Check:
    def check(params: Params) -> Refusal | None:
        value = params.get(field)
        return None if value is None or str(value) in values else Refusal(code, message.format(value))

    return check


def between(field: str, low: float, high: float, code: str, message: str) -> Check:
    def check(params: Params) -> Refusal | None:
        value = params.get(field)
        if value is None:
            return None
        try:
            inside = low <= float(value) <= high
        except ValueError:
            inside = False
        return None if inside else Refusal(code, message.format(value))

    return check


def known_subnets(identifiers: list[str], code: str, message: str) -> Refusal | None:
    """`message` has one place for the subnet's id."""
    from ministack.services import ec2

    missing = [identifier for identifier in identifiers if identifier not in ec2._subnets]
    return Refusal(code, message.format(missing[0])) if missing else None


def known_security_groups(identifiers: list[str], code: str, message: str) -> Refusal | None:
    from ministack.services import ec2

    missing = [identifier for identifier in identifiers if identifier not in ec2._security_groups]
    return Refusal(code, message.format(missing[0])) if missing else None


def role_exists(arn: str) -> bool:
    """In the account that the ARN names, which is the only one whose roles a service may assume here."""
    from ministack.services import iam

    return arn.rsplit("/", 1)[-1] in iam._roles

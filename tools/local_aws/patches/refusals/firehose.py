"""What Firehose refuses.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html and
https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.local_aws.patches.refusals.checks import Check, Params, Refusal, matches, role_exists

INVALID = "InvalidArgumentException"
SIZE, INTERVAL = range(1, 129), range(901)
ERROR_TYPE = "!{firehose:error-output-type}"


def destination(params: Params) -> Mapping[str, Any]:
    given = params.get("ExtendedS3DestinationConfiguration") or params.get("ExtendedS3DestinationUpdate")
    return given if isinstance(given, Mapping) else {}


def buffering(params: Params) -> Refusal | None:
    hints = destination(params).get("BufferingHints") or {}
    if len(hints) == 1:
        return Refusal(INVALID, "Specify both SizeInMBs and IntervalInSeconds of BufferingHints, or none of them.")
    for name, allowed in (("SizeInMBs", SIZE), ("IntervalInSeconds", INTERVAL)):
        if hints.get(name, allowed[-1]) not in allowed:
            return Refusal(INVALID, f"{name} must be between {allowed[0]} and {allowed[-1]}.")
    return None


def prefixes(params: Params) -> Refusal | None:
    prefix, errors = destination(params).get("Prefix") or "", destination(params).get("ErrorOutputPrefix") or ""
    if "!{firehose:error-output-type" in prefix:
        return Refusal(INVALID, "Prefix cannot contain firehose:error-output-type.")
    if "!{" in prefix and not errors:
        return Refusal(INVALID, "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.")
    if "!{" in errors and ERROR_TYPE not in errors:
        return Refusal(INVALID, f"ErrorOutputPrefix must contain {ERROR_TYPE}.")
    return None


def role(params: Params) -> Refusal | None:
    arn = destination(params).get("RoleARN")
    if not arn or role_exists(arn):
        return None
    return Refusal(INVALID, f"Firehose is unable to assume role {arn}. Please check the role provided.")


NAME = matches("DeliveryStreamName", r"[a-zA-Z0-9_.-]{1,64}", INVALID, "DeliveryStreamName {} is not valid.")

CHECKS: dict[str, list[Check]] = {
    "CreateDeliveryStream": [NAME, buffering, prefixes, role],
    "UpdateDestination": [buffering, prefixes, role],
}

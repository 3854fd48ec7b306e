"""What Athena refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import Check, Params, Refusal, matches

INVALID = "InvalidRequestException"


def output_location(params: Params) -> Refusal | None:
    results = (params.get("Configuration") or {}).get("ResultConfiguration") or {}
    location = results.get("OutputLocation")
    if location is None or str(location).startswith("s3://"):
        return None
    return Refusal(INVALID, f"outputLocation is not a valid S3 path: {location}")


def known_workgroup(params: Params) -> Refusal | None:
    from ministack.services import athena

    name = params.get("WorkGroup")
    if name is None or name in athena._workgroups:
        return None
    return Refusal(INVALID, f"WorkGroup {name} is not found.")


NAME = matches("Name", r"[a-zA-Z0-9._-]{1,128}", INVALID, "The WorkGroup name {} is not valid.")

CHECKS: dict[str, list[Check]] = {
    "CreateWorkGroup": [NAME, output_location],
    "DeleteWorkGroup": [known_workgroup],
    "StartQueryExecution": [known_workgroup],
    "CreateNamedQuery": [known_workgroup],
}

"""What IAM refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import Check, at_most, matches

NAME = r"[\w+=,.@-]+"
INVALID = "ValidationError"


def name(field: str, longest: int) -> list[Check]:
    return [
        at_most(
            field,
            longest,
            INVALID,
            f"1 validation error detected: Value at '{field[0].lower()}{field[1:]}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {longest}",
        ),
        matches(
            field,
            NAME,
            INVALID,
            f"The specified value for {field[0].lower()}{field[1:]} is invalid. It must contain only alphanumeric "
            "characters and/or the following: +=,.@_-",
        ),
    ]


CHECKS: dict[str, list[Check]] = {
    "CreateRole": name("RoleName", 64),
    "CreatePolicy": name("PolicyName", 128),
    "PutRolePolicy": name("PolicyName", 128),
    "CreateUser": name("UserName", 64),
}

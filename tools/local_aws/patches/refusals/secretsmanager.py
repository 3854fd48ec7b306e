"""What Secrets Manager refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import Check, between, matches

CHECKS: dict[str, list[Check]] = {
    "CreateSecret": [
        matches(
            "Name",
            r"[A-Za-z0-9/_+=.@-]{1,512}",
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        )
    ],
    "DeleteSecret": [
        between(
            "RecoveryWindowInDays",
            7,
            30,
            "InvalidParameterException",
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        )
    ],
}

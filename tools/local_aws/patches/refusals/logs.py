"""What CloudWatch Logs refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import Check, Params, Refusal, matches

DAYS = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}


def retention(params: Params) -> Refusal | None:
    if params.get("retentionInDays") in DAYS:
        return None
    return Refusal(
        "InvalidParameterException",
        f"1 validation error detected: Value '{params.get('retentionInDays')}' at 'retentionInDays' failed to satisfy "
        f"constraint: Member must satisfy enum value set: {sorted(DAYS)}",
    )


CHECKS: dict[str, list[Check]] = {
    "CreateLogGroup": [
        matches(
            "logGroupName",
            r"[\.\-_/#A-Za-z0-9]{1,512}",
            "InvalidParameterException",
            "1 validation error detected: Value '{}' at 'logGroupName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        )
    ],
    "PutRetentionPolicy": [retention],
}

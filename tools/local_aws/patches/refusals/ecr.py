"""What ECR refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import Check, matches

NAME = r"(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"

CHECKS: dict[str, list[Check]] = {
    "CreateRepository": [
        matches(
            "repositoryName",
            NAME,
            "InvalidParameterException",
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: '{}'",
        )
    ],
}

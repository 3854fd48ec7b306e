"""The `secrets` of a container definition.

AWS: Secrets Manager ARN (the random suffix may be left out), optionally followed by json-key, version-stage and
version-id; or an SSM parameter, decrypted when it is a SecureString. What cannot be read fails the task.
ministack: SecureString arrives as ciphertext, and an ARN without its suffix finds whatever secret begins like it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tools.local_aws.patches.ecs import errors

SUFFIX = "-xxxxxx"
"""Shape of what Secrets Manager appends to a name to make the ARN."""


def split_secret_arn(value_from: str) -> tuple[str, str, str, str]:
    """(secret ARN, json key, version stage, version id); what is not given is empty."""
    parts = value_from.split(":")
    extra = [*parts[7:10], "", "", ""]
    return ":".join(parts[:7]), extra[0], extra[1], extra[2]


def from_secrets_manager(value_from: str) -> str:
    from ministack.services import secretsmanager

    arn, key, stage, version = split_secret_arn(value_from)
    value = secretsmanager.resolve_secret_string(arn, version_stage=stage or "AWSCURRENT", version_id=version or None)
    if value is None:
        raise errors.missing_secret(
            value_from, "ResourceNotFoundException: Secrets Manager can't find the specified secret."
        )
    if not key:
        return str(value)
    try:
        return str(json.loads(value)[key])
    except (ValueError, KeyError, TypeError) as error:
        raise errors.missing_secret(value_from, f"retrieved secret did not contain json key {key}") from error


def from_parameter_store(value_from: str) -> str:
    from ministack.services import ssm

    value = ssm.resolve_parameter_value(value_from, decrypt=True)
    if value is None:
        raise errors.missing_parameter(value_from)
    return str(value)


def resolve(definition: Mapping[str, Any]) -> dict[str, str]:
    """Environment variables from the definition's `secrets`."""
    result = {}
    for secret in definition.get("secrets") or []:
        source = secret["valueFrom"]
        read = from_secrets_manager if ":secretsmanager:" in source else from_parameter_store
        result[secret["name"]] = read(source)
    return result


def install() -> None:
    """An ARN without suffix names one secret, not every secret whose name begins with it."""
    from ministack.services import secretsmanager

    resolve_any = secretsmanager._resolve

    def resolve_exactly(secret_id: str, **scope: Any) -> tuple[Any, Any]:
        key, secret = resolve_any(secret_id, **scope)
        if secret is None or not str(secret_id).startswith("arn:") or secret["ARN"] == secret_id:
            return key, secret
        if len(secret["ARN"]) == len(secret_id) + len(SUFFIX):
            return key, secret
        account, region = secret_id.split(":")[4], secret_id.split(":")[3]
        for name, candidate in secretsmanager._secrets.items_scoped(account, region):
            if candidate["ARN"][: -len(SUFFIX)] == secret_id:
                return name, candidate
        return None, None

    secretsmanager._resolve = resolve_exactly

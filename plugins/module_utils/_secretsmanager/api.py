# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Secrets Manager calls. DescribeSecret finds the secrets: ListSecrets may be five minutes behind."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.common import (
    SecretsManagerError,
    SecretsManagerErrorHandler,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list


def describe_secret(client: t.Any, name: str) -> dict[str, t.Any] | None:
    return find(SecretsManagerErrorHandler, f"describe secret {name}", client.describe_secret, SecretId=name)


def find_value(client: t.Any, name: str) -> str | None:
    """The current value, or None when the secret does not exist or has never been given one."""
    answer = find(SecretsManagerErrorHandler, f"read secret {name}", client.get_secret_value, SecretId=name)
    return None if answer is None else answer.get("SecretString")


def read_value(client: t.Any, name: str) -> str:
    value = find_value(client, name)
    if value is None:
        raise SecretsManagerError(message=f"Secret {name} does not exist or has no value yet")
    return value


def random_password(client: t.Any, request: t.Mapping[str, t.Any]) -> str:
    answer = aws_call(SecretsManagerErrorHandler, "generate a random password", client.get_random_password, **request)
    return answer["RandomPassword"]


def create_secret(client: t.Any, name: str, value: str, tags: t.Mapping[str, str], **settings: str) -> None:
    aws_call(
        SecretsManagerErrorHandler,
        f"create secret {name}",
        client.create_secret,
        Name=name,
        SecretString=value,
        Tags=ansible_dict_to_boto3_tag_list(tags),
        **settings,
    )


def put_value(client: t.Any, name: str, value: str) -> None:
    aws_call(
        SecretsManagerErrorHandler,
        f"write secret {name}",
        client.put_secret_value,
        SecretId=name,
        SecretString=value,
    )


def update_secret(client: t.Any, name: str, **settings: str) -> None:
    aws_call(SecretsManagerErrorHandler, f"update secret {name}", client.update_secret, SecretId=name, **settings)


def find_version(client: t.Any, name: str, version: str) -> str:
    """The value of one version."""
    description = f"read version {version} of secret {name}"
    answer = aws_call(
        SecretsManagerErrorHandler, description, client.get_secret_value, SecretId=name, VersionId=version
    )
    return answer["SecretString"]


def put_version(client: t.Any, name: str, value: str, label: str) -> str:
    """Write a value with a label, which leaves the version that had it; the new version's id."""
    answer = aws_call(
        SecretsManagerErrorHandler,
        f"write secret {name}",
        client.put_secret_value,
        SecretId=name,
        SecretString=value,
        VersionStages=[label],
    )
    return answer["VersionId"]


def move_label(client: t.Any, name: str, label: str, to: str | None, away_from: str | None) -> None:
    """Attach a label to a version, detach it from another, or both."""
    versions = {"MoveToVersionId": to, "RemoveFromVersionId": away_from}
    aws_call(
        SecretsManagerErrorHandler,
        f"move label {label} of secret {name}",
        client.update_secret_version_stage,
        SecretId=name,
        VersionStage=label,
        **{key: version for key, version in versions.items() if version is not None},
    )


def restore_secret(client: t.Any, name: str) -> None:
    aws_call(SecretsManagerErrorHandler, f"restore secret {name}", client.restore_secret, SecretId=name)


def delete_secret(client: t.Any, name: str, **how: t.Any) -> None:
    aws_call(SecretsManagerErrorHandler, f"delete secret {name}", client.delete_secret, SecretId=name, **how)


def tag_secret(client: t.Any, name: str, tags: t.Mapping[str, str]) -> None:
    aws_call(
        SecretsManagerErrorHandler,
        f"tag secret {name}",
        client.tag_resource,
        SecretId=name,
        Tags=ansible_dict_to_boto3_tag_list(tags),
    )


def untag_secret(client: t.Any, name: str, keys: list[str]) -> None:
    aws_call(SecretsManagerErrorHandler, f"untag secret {name}", client.untag_resource, SecretId=name, TagKeys=keys)

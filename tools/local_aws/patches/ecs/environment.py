"""The environment variables ECS adds to every container.

AWS: credentials of the task role and the task metadata under 169.254.170.2, AWS_REGION, ECS_AGENT_URI.
ministack: a credentials address botocore refuses, because it is neither loopback nor link-local.

A link-local address needs privileges in the container's network namespace that not every engine gives us, so the
task's session credentials are put into the environment, and the AWS endpoint with them.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from tools.local_aws.patches import gateway, private_endpoints

AGENT = "ecs-agent"
"""Private endpoint that plays the ECS agent."""


def role_session(task: Mapping[str, Any], role_arn: str) -> dict[str, str]:
    """Session credentials of the task role, as the credentials endpoint would vend them; without expiry."""
    from ministack.services import sts

    task_id = task["taskArn"].rsplit("/", 1)[-1]
    account = task["taskArn"].split(":")[4]
    role = role_arn.rsplit("/", 1)[-1]
    access_key = "ASIA" + secrets.token_hex(8).upper()
    secret_key, token = secrets.token_urlsafe(30), secrets.token_urlsafe(120)
    sts.register_session(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{task_id}",
            "UserId": f"AROA{uuid.uuid5(uuid.NAMESPACE_URL, role_arn).hex[:17].upper()}:{task_id}",
            "RoleArn": role_arn,
            "SecretAccessKey": secret_key,
            "SessionToken": token,
        },
    )
    return {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "AWS_SESSION_TOKEN": token,
    }


def end_session(credentials: Mapping[str, str]) -> None:
    """The credentials of a stopped task are worth nothing."""
    from ministack.services import sts

    sts._sessions.pop(credentials.get("AWS_ACCESS_KEY_ID", ""), None)


def agent_variables(task: Mapping[str, Any], endpoint: str) -> dict[str, str]:
    region = task["taskArn"].split(":")[3]
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "ECS_AGENT_URI": f"{endpoint}{private_endpoints.PREFIX}{AGENT}/{task['taskArn'].rsplit('/', 1)[-1]}",
    }


def metadata_variables(
    task: Mapping[str, Any], task_definition: Mapping[str, Any], definition: Mapping[str, Any]
) -> tuple[dict[str, str], str]:
    """Register the container with ministack's metadata server: (variables, token)."""
    from ministack.services import ecs

    variables: dict[str, str] = {}
    token = ecs._register_metadata(
        task["taskArn"],
        task["clusterArn"],
        task_definition,
        definition,
        task.get("launchType", "FARGATE"),
        variables,
        False,
        gateway.settings().gateway,
    )
    return {"ECS_CONTAINER_METADATA_URI_V4": variables["ECS_CONTAINER_METADATA_URI_V4"]}, token

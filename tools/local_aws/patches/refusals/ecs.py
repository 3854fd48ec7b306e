"""What ECS refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def role_problem(task_definition: Mapping[str, Any]) -> str | None:
    """ECS assumes the roles of a task definition when it starts a task, not when it is registered."""
    from ministack.services import iam

    for field in ("executionRoleArn", "taskRoleArn"):
        arn = task_definition.get(field)
        if arn and arn.rsplit("/", 1)[-1] not in iam._roles:
            return (
                f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the "
                "role being passed has the proper trust relationship and permissions and that your IAM user has "
                "permissions to pass this role."
            )
    return None

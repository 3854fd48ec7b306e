# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Removes an environment stage by stage. A stage is over when nothing of its kinds can be found any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

try:
    import botocore
except ImportError:
    pass  # Handled by AnsibleAWSModule

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from .model import Kind, Resource, Scope

Stage = Sequence[Kind]

# AWS releases network interfaces and references with a delay: these answers mean "not yet".
BUSY = frozenset(
    {
        "DependencyViolation",
        "DeleteConflict",
        "ResourceInUse",
        "ResourceInUseException",
        "ClusterContainsServicesException",
        "ClusterContainsTasksException",
        "CacheSubnetGroupInUse",
        "InvalidDBSubnetGroupStateFault",
        "InvalidDBInstanceState",
        "InvalidReplicationGroupState",
        "UpdateInProgressException",
        "OperationNotPermitted",
    }
)


class TeardownError(AnsibleAWSError):
    """Something could not be removed."""


def is_gone(code: str) -> bool:
    """Whether an error code says that the thing is not there (any more)."""
    return "NotFound" in code or code.startswith("NoSuch") or code == "RepositoryNotFoundException"


def inventory(scope: Scope, stages: Sequence[Stage]) -> list[Resource]:
    """Everything that would be removed, in the order of removal."""
    return [resource for stage in stages for kind in stage for resource in kind.find(scope) if not resource.deleting]


def ask(scope: Scope, kind: Kind, resource: Resource) -> str | None:
    """Asks AWS to remove one resource. Returns why it must be asked again, or None."""
    try:
        kind.delete(scope, resource)
    except botocore.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in BUSY:
            return error.response["Error"].get("Message", code)
        if not is_gone(code):
            raise TeardownError(message=f"Failed to remove {resource}", exception=error) from error
    return None


def remove_stage(
    scope: Scope,
    stage: Stage,
    deadline: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Any] = time.sleep,
) -> list[Resource]:
    """Removes all of a stage's resources and waits until they are gone. Returns what it asked AWS to remove."""
    removed: dict[tuple[str, str], Resource] = {}
    pause = 0.5
    while True:
        left: list[Resource] = []
        reasons: dict[Resource, str] = {}
        for kind in stage:
            for resource in kind.find(scope):
                left.append(resource)
                if resource.deleting:
                    continue
                removed.setdefault((resource.kind, resource.id), resource)
                reason = ask(scope, kind, resource)
                if reason:
                    reasons[resource] = reason
        if not left:
            return list(removed.values())
        if clock() > deadline:
            still = "; ".join(
                f"{resource}{': ' + reasons[resource] if resource in reasons else ''}" for resource in left
            )
            raise TeardownError(message=f"Still there after the time-out: {still}. Run the playbook again to go on.")
        sleep(pause)
        pause = min(pause * 1.5, 10)


def remove(scope: Scope, stages: Sequence[Stage], timeout: float) -> list[Resource]:
    """Removes everything the environment has. Returns what was removed, in order."""
    deadline = time.monotonic() + timeout
    return [resource for stage in stages for resource in remove_stage(scope, stage, deadline)]

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the status of a DB instance means.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
"""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, failed, not_yet

Instance = t.Mapping[str, t.Any]

# Storage optimization takes hours after a storage change, and the instance serves all the while.
USABLE = ("available", "storage-optimization")
BROKEN = (
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "insufficient-capacity",
    "restore-error",
    "storage-full",
)


def is_usable(instance: t.Mapping[str, t.Any]) -> bool:
    return instance["DBInstanceStatus"] in USABLE


def is_broken(instance: t.Mapping[str, t.Any]) -> bool:
    status = instance["DBInstanceStatus"]
    return status in BROKEN or status.startswith("incompatible-")


def available(instance: Instance | None) -> Verdict:
    """The instance can be used, or never will be without help."""
    if instance is None:
        return failed("the instance does not exist any more")
    status = instance["DBInstanceStatus"]
    if is_broken(instance) or status == "deleting":
        return failed(f"the status is {status}")
    if status in ("stopping", "stopped"):
        return failed(f"the status is {status}; start the instance first")
    return DONE if is_usable(instance) else not_yet(f"the status is {status}")


def created(instance: Instance | None) -> Verdict:
    """Like available, but what has just been created may not be listed yet."""
    return not_yet("it is not listed yet") if instance is None else available(instance)


def changes_applied(instance: Instance | None) -> Verdict:
    """Like available, and nothing is pending: RDS reports "available" for a moment before it starts to modify."""
    verdict = available(instance)
    pending = (instance or {}).get("PendingModifiedValues")
    if verdict.done and pending:
        return not_yet(f"still pending are {', '.join(sorted(pending))}")
    return verdict


def deletable(instance: Instance | None) -> Verdict:
    """No operation is under way that would make RDS refuse to delete the instance."""
    if instance is None or is_usable(instance) or is_broken(instance):
        return DONE
    status = instance["DBInstanceStatus"]
    return DONE if status in ("deleting", "stopped") else not_yet(f"the status is {status}")


def deleted(instance: Instance | None) -> Verdict:
    if instance is None:
        return DONE
    status = instance["DBInstanceStatus"]
    # Somebody else works on the instance, so it is not being deleted.
    seen = f"the status is {status}"
    return failed(seen) if status in ("creating", "modifying", "rebooting") else not_yet(seen)

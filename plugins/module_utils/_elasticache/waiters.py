# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the status of a replication group means.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html
"""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, failed, not_yet

Group = t.Mapping[str, t.Any]

BROKEN = ("create-failed", "restore-failed", "failed")


def is_available(group: t.Mapping[str, t.Any]) -> bool:
    return group["Status"] == "available"


def is_broken(group: t.Mapping[str, t.Any]) -> bool:
    return group["Status"] in BROKEN or group["Status"].startswith("incompatible-")


def available(group: Group | None) -> Verdict:
    """The group can be used, or never will be without help."""
    if group is None:
        return failed("the replication group does not exist any more")
    if is_broken(group) or group["Status"] == "deleting":
        return failed(f"the status is {group['Status']}")
    return DONE if is_available(group) else not_yet(f"the status is {group['Status']}")


def created(group: Group | None) -> Verdict:
    """Like available, but what has just been created may not be listed yet."""
    return not_yet("it is not listed yet") if group is None else available(group)


def changes_applied(group: Group | None) -> Verdict:
    """Like available, and nothing is pending: the status may stay "available" before the change starts."""
    verdict = available(group)
    pending = sorted(name for name, value in (group or {}).get("PendingModifiedValues", {}).items() if value)
    if verdict.done and pending:
        return not_yet(f"still pending are {', '.join(pending)}")
    return verdict


def deletable(group: Group | None) -> Verdict:
    """No operation is under way that would make ElastiCache refuse to delete the group."""
    if group is None or is_available(group) or is_broken(group) or group["Status"] == "deleting":
        return DONE
    return not_yet(f"the status is {group['Status']}")


def deleted(group: Group | None) -> Verdict:
    if group is None:
        return DONE
    status = group["Status"]
    # Somebody else works on the group, so it is not being deleted.
    seen = f"the status is {status}"
    return failed(seen) if status in ("creating", "modifying") else not_yet(seen)

"""What the status of a DB instance means."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._rds.waiters import (
    available,
    changes_applied,
    created,
    deletable,
    deleted,
)


def instance(status: str, **more: Any) -> dict[str, Any]:
    return {"DBInstanceStatus": status, **more}


@pytest.mark.parametrize("status", ["available", "storage-optimization"])
def test_usable(status: str) -> None:
    assert available(instance(status)).done


@pytest.mark.parametrize("status", ["creating", "backing-up", "modifying", "upgrading", "starting", "rebooting"])
def test_busy(status: str) -> None:
    verdict = available(instance(status))

    assert not verdict.done
    assert verdict.failure is None
    assert verdict.progress == f"the status is {status}"


@pytest.mark.parametrize(
    "status",
    [
        "failed",
        "incompatible-network",
        "incompatible-parameters",
        "incompatible-restore",
        "insufficient-capacity",
        "storage-full",
        "deleting",
        "stopped",
    ],
)
def test_waiting_is_pointless(status: str) -> None:
    assert status in str(available(instance(status)).failure)


def test_an_instance_that_vanished_is_a_failure_unless_it_was_just_created() -> None:
    assert available(None).failure
    assert created(None).failure is None
    assert not created(None).done
    assert created(instance("failed")).failure


def test_changes_are_applied_when_nothing_is_pending() -> None:
    pending = changes_applied(instance("available", PendingModifiedValues={"MultiAZ": False}))

    assert not pending.done
    assert pending.progress == "still pending are MultiAZ"
    assert changes_applied(instance("available", PendingModifiedValues={})).done
    assert changes_applied(instance("failed", PendingModifiedValues={"MultiAZ": True})).failure


@pytest.mark.parametrize("status", ["available", "failed", "incompatible-restore", "stopped", "deleting"])
def test_deletable(status: str) -> None:
    assert deletable(instance(status)).done


def test_a_busy_instance_is_not_deletable_yet() -> None:
    assert not deletable(instance("creating")).done
    assert deletable(instance("creating")).failure is None


def test_deleted() -> None:
    assert deleted(None).done
    assert not deleted(instance("deleting")).done
    assert deleted(instance("deleting")).failure is None
    assert deleted(instance("modifying")).failure

"""What the status of a replication group means."""

from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._elasticache.waiters import (
    available,
    changes_applied,
    created,
    deletable,
    deleted,
)


def test_available() -> None:
    assert available({"Status": "available"}).done


@pytest.mark.parametrize("status", ["creating", "modifying", "snapshotting"])
def test_busy(status: str) -> None:
    verdict = available({"Status": status})

    assert (verdict.done, verdict.failure, verdict.progress) == (False, None, f"the status is {status}")
    assert not deletable({"Status": status}).done


@pytest.mark.parametrize("status", ["create-failed", "restore-failed", "incompatible-network"])
def test_broken(status: str) -> None:
    assert available({"Status": status}).failure == f"the status is {status}"
    assert deletable({"Status": status}).done


def test_a_group_that_vanished_is_a_failure_unless_it_was_just_created() -> None:
    assert available(None).failure
    assert available({"Status": "deleting"}).failure
    assert created(None).failure is None
    assert not created(None).done
    assert created({"Status": "create-failed"}).failure


def test_changes_are_applied_when_nothing_is_pending() -> None:
    pending = {"AutomaticFailoverStatus": "enabled", "LogDeliveryConfigurations": []}

    verdict = changes_applied({"Status": "available", "PendingModifiedValues": pending})

    assert not verdict.done
    assert verdict.progress == "still pending are AutomaticFailoverStatus"
    nothing = {"Status": "available", "PendingModifiedValues": {"LogDeliveryConfigurations": []}}
    assert changes_applied(nothing).done


def test_deleted() -> None:
    assert deleted(None).done
    assert not deleted({"Status": "deleting"}).done
    assert deleted({"Status": "deleting"}).failure is None
    assert deleted({"Status": "modifying"}).failure

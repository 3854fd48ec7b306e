"""What the status of a DB instance asks for next."""

from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._rds.power import (
    STARTED,
    STOPPED,
    Step,
    next_step,
    reached,
    will_change,
)


@pytest.mark.parametrize(
    ("wanted", "status", "step"),
    [
        (STOPPED, "stopped", Step.NOTHING),
        (STOPPED, "available", Step.CALL),
        (STOPPED, "stopping", Step.WAIT),
        (STOPPED, "starting", Step.WAIT),
        (STOPPED, "backing-up", Step.WAIT),
        (STOPPED, "storage-optimization", Step.WAIT),
        (STARTED, "available", Step.NOTHING),
        (STARTED, "storage-optimization", Step.NOTHING),
        (STARTED, "stopped", Step.CALL),
        (STARTED, "stopping", Step.WAIT),
        (STARTED, "starting", Step.WAIT),
    ],
)
def test_steps(wanted: str, status: str, step: Step) -> None:
    assert next_step(wanted, status) is step
    assert reached(wanted, {"DBInstanceStatus": status}).done is (step is Step.NOTHING)


@pytest.mark.parametrize("status", ["failed", "incompatible-network", "deleting"])
@pytest.mark.parametrize("wanted", [STARTED, STOPPED])
def test_what_never_gets_there(wanted: str, status: str) -> None:
    assert reached(wanted, {"DBInstanceStatus": status}).failure == f"the status is {status}"
    assert reached(wanted, None).failure == "the instance does not exist"


def test_what_a_plan_says() -> None:
    assert [status for status in ("available", "starting", "stopping", "stopped") if will_change(STOPPED, status)] == [
        "available",
        "starting",
    ]
    assert [status for status in ("available", "starting", "stopping", "stopped") if will_change(STARTED, status)] == [
        "stopping",
        "stopped",
    ]

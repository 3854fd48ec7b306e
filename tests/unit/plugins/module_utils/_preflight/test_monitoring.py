from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.monitoring import (
    check_emails,
    check_thresholds,
)


@pytest.mark.parametrize(
    ("addresses", "bad"),
    [([], []), (["duty@example.com"], []), (["duty@example.com", "duty"], ["duty"]), (["a b@c"], ["a b@c"])],
)
def test_addresses(addresses: list[str], bad: list[str]) -> None:
    assert [problem.value for problem in check_emails(addresses)] == bad


@pytest.mark.parametrize(
    ("heartbeat_age", "queue_time", "bad"),
    [
        (120, 900, []),
        (60, 1, []),
        (59, 900, ["airflow_alarm_heartbeat_age"]),
        (120, 0, ["airflow_alarm_queue_time"]),
    ],
)
def test_thresholds(heartbeat_age: int, queue_time: int, bad: list[str]) -> None:
    assert [problem.setting for problem in check_thresholds(heartbeat_age, queue_time)] == bad

"""Whoever operates an environment needs no more than docs/deployer-policy."""

from __future__ import annotations

import pytest

from tests.e2e.embedded_aws import ROOT, EmbeddedAws
from tests.e2e.iam_actions import allowed, missing


@pytest.mark.usefixtures("former")
def test_the_policy_allows_every_call_of_operation(aws: EmbeddedAws) -> None:
    writes = aws.writes(0)
    assert {"monitoring:DisableAlarmActions", "rds:StopDBInstance", "rds:StartDBInstance", "ssm:PutParameter"} <= set(
        writes
    )
    calls = {(call.partition(":")[0], call.partition(":")[2]) for call in writes}
    assert missing(calls, allowed(ROOT / "docs/deployer-policy")) == set()

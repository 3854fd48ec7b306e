"""Whoever deploys needs no more than docs/deployer-policy."""

from __future__ import annotations

from tests.e2e.conftest import Story
from tests.e2e.embedded_aws import ROOT, EmbeddedAws
from tests.e2e.iam_actions import allowed, missing


def test_the_policy_allows_every_write_of_deployments_and_removals(story: Story, aws: EmbeddedAws) -> None:
    # Reads are left out: the tests themselves look at more than a playbook does.
    writes = aws.writes(0)
    assert "ecs:CreateService" in writes
    calls = {(call.partition(":")[0], call.partition(":")[2]) for call in writes}
    assert missing(calls, allowed(ROOT / "docs/deployer-policy")) == set()

"""The module, with a stubbed EC2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules import ec2_security_groups

Run = Callable[..., dict[str, Any]]
FILTERS = [{"Name": "vpc-id", "Values": ["vpc-1"]}, {"Name": "group-name", "Values": ["db"]}]
GROUP = {"GroupId": "sg-2", "GroupName": "db", "Description": "db", "IpPermissions": [], "IpPermissionsEgress": []}


def add_description(aws: Any, *groups: dict[str, Any]) -> None:
    aws["ec2"].add_response("describe_security_groups", {"SecurityGroups": list(groups)}, {"Filters": FILTERS})


def test_check_mode_on_an_empty_vpc(aws: Any, run_module: Run) -> None:
    add_description(aws)
    rules = [{"from_port": 5432, "cidrs": ["10.0.0.0/8"]}]
    result = run_module(ec2_security_groups.main, True, vpc_id="vpc-1", groups=[{"name": "db", "rules": rules}])
    assert result["changed"]
    assert result["diff"]["after"]["db"]["rules"] == ["tcp 5432 10.0.0.0/8"]


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    add_description(aws)
    assert not run_module(ec2_security_groups.main, vpc_id="vpc-1", groups=[{"name": "db"}], state="absent")["changed"]


def test_another_description_is_a_warning(aws: Any, run_module: Run) -> None:
    add_description(aws, GROUP)
    result = run_module(ec2_security_groups.main, vpc_id="vpc-1", groups=[{"name": "db", "description": "x"}])
    assert not result["changed"]
    assert "keeps its description" in str(result["warnings"])


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"cidrs": ["10.0.0.0/8"]}, "from_port"),
        ({"from_port": 80}, "cidrs, prefix_lists, groups"),
    ],
)
def test_incomplete_rules_are_refused(aws: Any, run_module: Run, rule: dict[str, Any], message: str) -> None:
    result = run_module(ec2_security_groups.main, vpc_id="vpc-1", groups=[{"name": "db", "rules": [rule]}])
    assert result["failed"]
    assert message in result["msg"]


def test_an_error_says_what_failed(aws: Any, run_module: Run) -> None:
    aws["ec2"].add_client_error("describe_security_groups", "UnauthorizedOperation", "not allowed")
    result = run_module(ec2_security_groups.main, vpc_id="vpc-1", groups=[{"name": "db"}])
    assert result["failed"]
    assert "Failed to describe security groups" in result["msg"]
    assert "not allowed" in result["msg"]

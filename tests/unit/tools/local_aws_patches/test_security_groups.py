"""Rules are authorized and revoked one by one."""

from __future__ import annotations

from typing import Any

from tools.local_aws.patches.security_groups import same_rule, single_rules

TCP = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}


def group(identifier: str, **details: str) -> dict[str, Any]:
    return {**TCP, "UserIdGroupPairs": [{"GroupId": identifier, **details}]}


def test_what_comes_together_becomes_one_rule_each() -> None:
    together = {**TCP, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "UserIdGroupPairs": [{"GroupId": "sg-1"}]}

    rules = list(single_rules([together, group("sg-2", Description="a client")]))

    assert all(same_rule(rule, wanted) for rule, wanted in zip(rules[1:], [group("sg-1"), group("sg-2")], strict=True))
    assert rules[0]["IpRanges"] == [{"CidrIp": "10.0.0.0/8"}]
    assert rules[0]["UserIdGroupPairs"] == []
    assert rules[2]["UserIdGroupPairs"] == [{"GroupId": "sg-2", "Description": "a client"}]


def test_account_and_description_do_not_make_another_rule() -> None:
    assert same_rule(group("sg-1"), group("sg-1", UserId="123456789012", Description="a client"))


def test_ports_and_other_side_make_another_rule() -> None:
    assert not same_rule(group("sg-1"), group("sg-2"))
    assert not same_rule(group("sg-1"), {**group("sg-1"), "ToPort": 5433})

"""Rules in the one form in which they can be compared."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ec2 import rules
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.common import EC2Error
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.rules import Rule

IDS = {"app": "sg-1", "db": "sg-2"}
FROM_APP = Rule("tcp", 5432, 5432, "group", "sg-1")
FROM_DB = Rule("tcp", 5432, 5432, "group", "sg-2")


def option(**given: Any) -> dict[str, Any]:
    defaults = {"protocol": "tcp", "from_port": None, "to_port": None, "description": None}
    return {**defaults, "cidrs": None, "prefix_lists": None, "groups": None, **given}


def test_every_other_side_is_a_rule_of_its_own() -> None:
    wanted = option(
        from_port=80, cidrs=["10.0.0.0/8", "fd00::/8"], prefix_lists=["pl-1"], groups=["app", "sg-9"], description="Web"
    )

    assert [(rule.kind, rule.other_side, rule.description) for rule in rules.wanted_rules([wanted], IDS)] == [
        ("cidr_ipv4", "10.0.0.0/8", "Web"),
        ("cidr_ipv6", "fd00::/8", "Web"),
        ("prefix_list", "pl-1", "Web"),
        ("group", "sg-1", "Web"),
        ("group", "sg-9", "Web"),
    ]


def test_a_rule_given_twice_is_one() -> None:
    once = option(from_port=5432, groups=["app"])

    assert rules.wanted_rules([once, once], IDS) == [FROM_APP]


def test_a_group_must_be_in_the_list_or_given_by_id() -> None:
    with pytest.raises(EC2Error, match="names the security group other, which is not in the list"):
        rules.wanted_rules([option(from_port=80, groups=["other"])], IDS)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("10.1.2.3/16", "10.1.0.0/16"),
        ("10.1.2.3", "10.1.2.3/32"),
        ("2001:DB8:0::1/32", "2001:db8::/32"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_addresses_are_written_as_ec2_stores_them(given: str, stored: str) -> None:
    assert rules.canonical_cidr(given) == stored


def test_an_impossible_range_is_named() -> None:
    with pytest.raises(EC2Error, match=r"'10\.0\.0\.0/33' is no range"):
        rules.canonical_cidr("10.0.0.0/33")


@pytest.mark.parametrize(
    ("wanted", "described"),
    [
        ({"from_port": 80}, {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}),
        ({"protocol": "6", "from_port": 80, "to_port": 90}, {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 90}),
        ({"protocol": "UDP", "from_port": 0, "to_port": 65535}, {"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535}),
        ({"protocol": "all"}, {"IpProtocol": "-1"}),
        ({"protocol": "-1", "from_port": 80}, {"IpProtocol": "-1"}),
        ({"protocol": "50"}, {"IpProtocol": "50", "FromPort": -1, "ToPort": -1}),
        ({"protocol": "icmp"}, {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}),
        ({"protocol": "icmp", "from_port": 8}, {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}),
        ({"protocol": "58", "from_port": 128, "to_port": 0}, {"IpProtocol": "icmpv6", "FromPort": 128, "ToPort": 0}),
    ],
)
def test_what_is_wanted_equals_what_ec2_makes_of_it(wanted: dict[str, Any], described: dict[str, Any]) -> None:
    permission = {**described, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}

    assert rules.wanted_rules([option(cidrs=["10.0.0.0/8"], **wanted)], {}) == rules.observed_rules([permission])


def test_permissions_lump_rules_together() -> None:
    pairs = [{"GroupId": "sg-1", "UserId": "1"}, {"GroupId": "sg-2", "UserId": "1", "Description": "jobs"}]
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": pairs, "IpRanges": []}

    observed = rules.observed_rules([permission])

    assert observed == [FROM_APP, FROM_DB]
    assert [(rule.owner, rule.description) for rule in observed] == [("1", None), ("1", "jobs")]


@pytest.mark.parametrize("purge", [True, False])
def test_nothing_wanted_changes_nothing(purge: bool) -> None:
    assert rules.rule_changes([FROM_APP], None, purge) == rules.RuleChanges([], [], [])


def test_only_differences_change() -> None:
    other = Rule("tcp", 5432, 5432, "cidr_ipv4", "0.0.0.0/0")

    changes = rules.rule_changes([FROM_APP, other], [FROM_APP, FROM_DB], purge=True)

    assert changes == rules.RuleChanges(authorize=[FROM_DB], describe=[], revoke=[other])
    assert changes.applied_to([FROM_APP, other]) == [FROM_APP, FROM_DB]
    assert rules.rule_changes([FROM_APP, other], [FROM_APP, FROM_DB], purge=False).revoke == []


def worded(description: str | None) -> Rule:
    return Rule("tcp", 5432, 5432, "group", "sg-1", description, "1")


@pytest.mark.parametrize(
    ("observed", "wanted", "reworded"),
    [(None, "jobs", True), ("jobs", "more", True), ("jobs", "", True), ("jobs", "jobs", False), ("jobs", None, False)],
)
def test_another_description_is_not_another_rule(observed: str | None, wanted: str | None, reworded: bool) -> None:
    changes = rules.rule_changes([worded(observed)], [worded(wanted)], purge=True)

    assert (changes.authorize, changes.revoke) == ([], [])
    assert [rule.description for rule in changes.describe] == ([wanted] if reworded else [])
    after = changes.applied_to([worded(observed)])
    assert [rule.description for rule in after] == [wanted if reworded else observed]


def test_permission() -> None:
    side = {"GroupId": "sg-1", "UserId": "1"}
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}

    described = rules.to_permission(worded("jobs"), describe=True)

    assert described == {**permission, "UserIdGroupPairs": [{**side, "Description": "jobs"}]}
    assert rules.to_permission(worded("jobs"), describe=False) == {**permission, "UserIdGroupPairs": [side]}
    assert rules.to_permission(worded(""), describe=True) == {**permission, "UserIdGroupPairs": [side]}
    everything = Rule("-1", None, None, "cidr_ipv6", "::/0")
    assert rules.to_permission(everything, describe=True) == {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}


def test_texts() -> None:
    shown = [
        worded("jobs"),
        Rule("udp", 1, 9, "cidr_ipv4", "10.0.0.0/8"),
        Rule("-1", None, None, "prefix_list", "pl-1"),
    ]

    assert rules.texts(shown, {"sg-1": "app"}) == ["all pl-1", "tcp 5432 app (jobs)", "udp 1-9 10.0.0.0/8"]

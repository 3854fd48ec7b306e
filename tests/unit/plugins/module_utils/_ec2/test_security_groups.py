"""Groups that belong together: few calls, in an order in which they can succeed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ec2 import security_groups
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.common import EC2Error
from botocore.stub import Stubber

VPC = "vpc-1"
EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
TAGS = [{"Key": "env", "Value": "test"}]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    # A script can only be followed one call after the other.
    monkeypatch.setattr(security_groups, "side_by_side", lambda function, items: list(map(function, items)))
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    client = boto3.client("ec2", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def rule(**given: Any) -> dict[str, Any]:
    defaults = {"protocol": "tcp", "from_port": 5432, "to_port": None, "description": None}
    return {**defaults, "cidrs": None, "prefix_lists": None, "groups": None, **given}


def group(name: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "description": None, "rules": None, "rules_egress": None, "tags": None, **given}


def params(*groups: dict[str, Any], **given: Any) -> dict[str, Any]:
    defaults = {"vpc_id": VPC, "purge_rules": True, "tags": {"env": "test"}, "purge_tags": True}
    return {**defaults, "groups": list(groups), **given}


APP_AND_DB = params(
    group("app", description="The app", rules=[]), group("db", rules=[rule(groups=["app"])], tags={"part": 2})
)


def from_group(group_id: str, **side: str) -> dict[str, Any]:
    return {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "UserIdGroupPairs": [{"GroupId": group_id, **side}],
    }


def described(name: str, group_id: str, **given: Any) -> dict[str, Any]:
    defaults = {"Description": name, "VpcId": VPC, "Tags": TAGS, "IpPermissions": []}
    return {"GroupName": name, "GroupId": group_id, **defaults, "IpPermissionsEgress": [EVERYTHING], **given}


def add_description(stub: Stubber, names: list[str], *groups: dict[str, Any]) -> None:
    filters = [{"Name": "vpc-id", "Values": [VPC]}, {"Name": "group-name", "Values": names}]
    stub.add_response("describe_security_groups", {"SecurityGroups": list(groups)}, {"Filters": filters})


def add_creation(stub: Stubber, name: str, group_id: str, description: str, tags: list[dict[str, str]]) -> None:
    stub.add_response(
        "create_security_group",
        {"GroupId": group_id},
        {
            "GroupName": name,
            "Description": description,
            "VpcId": VPC,
            "TagSpecifications": [{"ResourceType": "security-group", "Tags": tags}],
        },
    )


def add_rule_call(stub: Stubber, call: str, group_id: str, *permissions: dict[str, Any]) -> None:
    stub.add_response(call, {}, {"GroupId": group_id, "IpPermissions": list(permissions)})


def test_all_groups_are_created_before_the_first_rule(stub: Stubber) -> None:
    add_description(stub, ["app", "db"])
    add_creation(stub, "app", "sg-1", "The app", TAGS)
    add_creation(stub, "db", "sg-2", "db", [*TAGS, {"Key": "part", "Value": "2"}])
    add_rule_call(stub, "authorize_security_group_ingress", "sg-2", from_group("sg-1"))

    result = security_groups.ensure_present(stub.client, APP_AND_DB, check_mode=False)

    assert result["changed"]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["db"] == {
        "description": "db",
        "rules": ["tcp 5432 app"],
        "rules_egress": ["all 0.0.0.0/0"],
        "tags": {"env": "test", "part": "2"},
    }
    assert [(one["group_id"], one["description"]) for one in result["security_groups"]] == [
        ("sg-1", "The app"),
        ("sg-2", "db"),
    ]


def test_a_rule_waits_until_ec2_knows_the_new_group(stub: Stubber) -> None:
    add_description(stub, ["app", "db"], described("db", "sg-2", Tags=[*TAGS, {"Key": "part", "Value": "2"}]))
    add_creation(stub, "app", "sg-1", "The app", TAGS)
    for code in ("InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"):
        stub.add_client_error("authorize_security_group_ingress", code)
    add_rule_call(stub, "authorize_security_group_ingress", "sg-2", from_group("sg-1"))

    assert security_groups.ensure_present(stub.client, APP_AND_DB, check_mode=False)["changed"]


def test_a_group_that_does_not_exist_is_an_error_at_once_when_none_is_new(stub: Stubber) -> None:
    add_description(stub, ["db"], described("db", "sg-2"))
    stub.add_client_error("authorize_security_group_ingress", "InvalidGroup.NotFound")

    with pytest.raises(EC2Error, match=r"Failed to authorize ingress rules of security group db: .*NotFound"):
        security_groups.ensure_present(stub.client, params(group("db", rules=[rule(groups=["sg-9"])])), False)


def test_check_mode_on_an_empty_vpc(stub: Stubber) -> None:
    add_description(stub, ["app", "db"])

    result = security_groups.ensure_present(stub.client, APP_AND_DB, check_mode=True)

    assert result["changed"]
    assert result["diff"]["after"]["db"]["rules"] == ["tcp 5432 app"]
    assert [one["group_id"] for one in result["security_groups"]] == [None, None]


def test_the_wanted_state_costs_one_call(stub: Stubber) -> None:
    add_description(
        stub,
        ["app", "db"],
        described("app", "sg-1", Description="The app"),
        described(
            "db",
            "sg-2",
            Tags=[*TAGS, {"Key": "part", "Value": "2"}],
            IpPermissions=[from_group("sg-1", UserId="1", Description="of somebody")],
        ),
    )

    result = security_groups.ensure_present(stub.client, APP_AND_DB, check_mode=False)

    assert not result["changed"]
    assert result["warnings"] == []


def test_only_the_difference_is_applied(stub: Stubber) -> None:
    world = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    observed = described(
        "db",
        "sg-2",
        Tags=[{"Key": "env", "Value": "old"}, {"Key": "extra", "Value": "1"}],
        IpPermissions=[{**world, **from_group("sg-1", UserId="1", Description="old")}],
    )
    add_description(stub, ["app", "db"], described("app", "sg-1"), observed)
    stub.add_response("delete_tags", {}, {"Resources": ["sg-2"], "Tags": [{"Key": "extra"}]})
    stub.add_response("create_tags", {}, {"Resources": ["sg-2"], "Tags": TAGS})
    add_rule_call(stub, "authorize_security_group_egress", "sg-2", from_group("sg-1"))
    new = from_group("sg-1", UserId="1", Description="new")
    add_rule_call(stub, "update_security_group_rule_descriptions_ingress", "sg-2", new)
    add_rule_call(stub, "revoke_security_group_ingress", "sg-2", world)
    add_rule_call(stub, "revoke_security_group_egress", "sg-2", EVERYTHING)
    db = group("db", rules=[rule(groups=["app"], description="new")], rules_egress=[rule(groups=["app"])])

    result = security_groups.ensure_present(stub.client, params(group("app"), db), check_mode=False)

    assert result["diff"]["before"]["db"]["rules"] == ["tcp 5432 0.0.0.0/0", "tcp 5432 app (old)"]
    assert result["diff"]["after"]["db"]["rules"] == ["tcp 5432 app (new)"]
    assert result["diff"]["after"]["db"]["rules_egress"] == ["tcp 5432 app"]
    assert result["diff"]["before"]["app"] == result["diff"]["after"]["app"]


def test_check_mode_changes_nothing(stub: Stubber) -> None:
    add_description(stub, ["db"], described("db", "sg-2", Tags=[], IpPermissions=[from_group("sg-1")]))

    assert security_groups.ensure_present(stub.client, params(group("db", rules=[])), check_mode=True)["changed"]


def test_what_is_not_given_is_left_alone(stub: Stubber) -> None:
    observed = described("db", "sg-2", Description="Made by hand", IpPermissions=[from_group("sg-1")])
    add_description(stub, ["db"], observed)

    result = security_groups.ensure_present(stub.client, params(group("db"), tags=None), check_mode=False)

    assert not result["changed"]
    assert result["security_groups"][0]["description"] == "Made by hand"


def test_rules_and_tags_of_others_can_stay(stub: Stubber) -> None:
    observed = described("db", "sg-2", Tags=[*TAGS, {"Key": "a", "Value": "b"}], IpPermissions=[from_group("sg-1")])
    add_description(stub, ["db"], observed)
    wanted = params(group("db", rules=[]), purge_rules=False, purge_tags=False)

    assert not security_groups.ensure_present(stub.client, wanted, check_mode=False)["changed"]


def test_another_description_is_only_a_warning(stub: Stubber) -> None:
    add_description(stub, ["db"], described("db", "sg-2"))

    result = security_groups.ensure_present(stub.client, params(group("db", description="New")), check_mode=False)

    assert not result["changed"]
    assert "db keeps its description" in result["warnings"][0]


def test_what_a_new_group_lets_out_is_looked_at_before_it_is_changed(stub: Stubber) -> None:
    ipv6 = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    add_description(stub, ["db"])
    add_creation(stub, "db", "sg-2", "db", TAGS)
    add_description(stub, ["db"])
    add_description(stub, ["db"], described("db", "sg-2", IpPermissionsEgress=[]))
    add_description(stub, ["db"], described("db", "sg-2", IpPermissionsEgress=[EVERYTHING, ipv6]))
    add_rule_call(stub, "revoke_security_group_egress", "sg-2", EVERYTHING, ipv6)

    result = security_groups.ensure_present(stub.client, params(group("db", rules_egress=[])), check_mode=False)

    assert result["diff"]["after"]["db"]["rules_egress"] == []


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([group("db"), group("app"), group("db")], "more than one security group db"),
        ([group("db", rules=[rule(groups=["nobody"])])], "security group nobody, which is not in the list"),
        ([group("db", rules_egress=[rule(cidrs=["everywhere"])])], "'everywhere' is no range of addresses"),
    ],
)
def test_what_cannot_work_is_refused_before_any_call(stub: Stubber, groups: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(EC2Error, match=message):
        security_groups.ensure_present(stub.client, params(*groups), check_mode=False)


def test_no_groups_need_no_call(stub: Stubber) -> None:
    assert not security_groups.ensure_present(stub.client, params(), check_mode=False)["changed"]


def test_rules_that_name_groups_go_before_the_first_group(stub: Stubber) -> None:
    add_description(
        stub,
        ["app", "db", "gone"],
        described("app", "sg-1", IpPermissionsEgress=[EVERYTHING, from_group("sg-2", UserId="1")]),
        described("db", "sg-2", IpPermissions=[from_group("sg-1", UserId="1", Description="of the app")]),
    )
    add_rule_call(stub, "revoke_security_group_egress", "sg-1", from_group("sg-2", UserId="1"))
    add_rule_call(stub, "revoke_security_group_ingress", "sg-2", from_group("sg-1", UserId="1"))
    stub.add_client_error("delete_security_group", "DependencyViolation")
    for group_id in ("sg-1", "sg-2"):
        stub.add_response("delete_security_group", {}, {"GroupId": group_id})

    names = params(group("app"), group("db"), group("gone"))
    result = security_groups.ensure_absent(stub.client, names, check_mode=False)

    assert result["changed"]
    assert sorted(result["diff"]["before"]) == ["app", "db"]
    assert result["diff"]["after"] == {}


def test_a_group_in_use_is_an_error_at_once_when_no_rule_was_revoked(stub: Stubber) -> None:
    add_description(stub, ["db"], described("db", "sg-2"))
    stub.add_client_error("delete_security_group", "DependencyViolation")

    with pytest.raises(EC2Error, match="Failed to delete security group db"):
        security_groups.ensure_absent(stub.client, params(group("db")), check_mode=False)


def test_check_mode_deletes_nothing(stub: Stubber) -> None:
    add_description(stub, ["db"], described("db", "sg-2", IpPermissions=[from_group("sg-2")]))

    assert security_groups.ensure_absent(stub.client, params(group("db")), check_mode=True)["changed"]


def test_deleting_twice_is_no_change(stub: Stubber) -> None:
    add_description(stub, ["db"])

    assert not security_groups.ensure_absent(stub.client, params(group("db")), check_mode=False)["changed"]

"""Roles that belong together."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._iam import roles
from ansible_collections.airflow.fargate.plugins.module_utils._iam.common import IAMError
from botocore.stub import Stubber

ARN = "arn:aws:iam::123456789012:role/app-reader"
BOUNDARY = "arn:aws:iam::123456789012:policy/limits"
WHO = {"RoleName": "app-reader"}
TAGS = [{"Key": "env", "Value": "test"}]


def document(*actions: str, **statement: Any) -> dict[str, Any]:
    one = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **statement}
    return {"Version": "2012-10-17", "Statement": [one]}


TRUST = document("sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})
READ = document("s3:GetObject", "s3:ListBucket")
WRITE = document("s3:PutObject")


def text(policy: dict[str, Any]) -> str:
    return json.dumps(policy, sort_keys=True)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    client = boto3.client("iam", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def role(**given: Any) -> dict[str, Any]:
    defaults = {"name": "app-reader", "description": "What reads", "assume_role_policy_document": TRUST}
    return {**defaults, "permissions_boundary": None, "policies": {"read": READ}, "tags": None, **given}


def params(*listed: dict[str, Any], **given: Any) -> dict[str, Any]:
    defaults = {"state": "present", "purge_policies": False, "tags": {"env": "test"}, "purge_tags": True}
    return {**defaults, "roles": list(listed or [role()]), **given}


def described(**given: Any) -> dict[str, Any]:
    return {
        "Role": {
            "RoleName": "app-reader",
            "Arn": ARN,
            "Path": "/",
            "RoleId": "AROA0123456789ABCDEF",
            "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
            "Description": "What reads",
            "AssumeRolePolicyDocument": text(TRUST),
            "Tags": TAGS,
            **given,
        }
    }


def add_role(stub: Stubber, **given: Any) -> None:
    stub.add_response("get_role", described(**given), WHO)


def add_policy(stub: Stubber, name: str, policy: dict[str, Any] | None) -> None:
    if policy is None:
        stub.add_client_error("get_role_policy", "NoSuchEntity", expected_params={**WHO, "PolicyName": name})
    else:
        answer = {"RoleName": "app-reader", "PolicyName": name, "PolicyDocument": text(policy)}
        stub.add_response("get_role_policy", answer, {**WHO, "PolicyName": name})


def add_put(stub: Stubber, name: str, policy: dict[str, Any]) -> None:
    stub.add_response("put_role_policy", {}, {**WHO, "PolicyName": name, "PolicyDocument": text(policy)})


def add_creation(stub: Stubber, **given: Any) -> None:
    arguments = {**WHO, "AssumeRolePolicyDocument": text(TRUST), "Description": "What reads", "Tags": TAGS, **given}
    stub.add_response("create_role", described(), arguments)


def test_create(stub: Stubber) -> None:
    stub.add_client_error("get_role", "NoSuchEntity")
    add_creation(stub, Tags=[*TAGS, {"Key": "part", "Value": "1"}], PermissionsBoundary=BOUNDARY)
    add_put(stub, "read", READ)
    add_put(stub, "write", WRITE)
    wanted = role(policies={"read": READ, "write": WRITE}, tags={"part": 1}, permissions_boundary=BOUNDARY)

    result = roles.ensure(stub.client, params(wanted), check_mode=False)

    assert result["changed"]
    assert result["roles"] == [
        {
            "role_name": "app-reader",
            "arn": ARN,
            "description": "What reads",
            "tags": {"env": "test", "part": "1"},
        }
    ]


def test_a_policy_waits_until_iam_knows_the_new_role(stub: Stubber) -> None:
    stub.add_client_error("get_role", "NoSuchEntity")
    add_creation(stub)
    stub.add_client_error("put_role_policy", "NoSuchEntity")
    add_put(stub, "read", READ)

    assert roles.ensure(stub.client, params(), check_mode=False)["changed"]


def test_a_new_role_needs_a_trust_policy(stub: Stubber) -> None:
    stub.add_client_error("get_role", "NoSuchEntity")

    with pytest.raises(IAMError, match="app-reader is new and needs assume_role_policy_document"):
        roles.ensure(stub.client, params(role(assume_role_policy_document=None)), check_mode=False)


def test_check_mode_creates_nothing(stub: Stubber) -> None:
    stub.add_client_error("get_role", "NoSuchEntity")

    result = roles.ensure(stub.client, params(), check_mode=True)

    assert result["changed"]
    assert result["diff"] == {
        "before": {},
        "after": {
            "app-reader": {
                "description": "What reads",
                "assume_role_policy_document": TRUST,
                "policies": {"read": READ},
                "tags": {"env": "test"},
            }
        },
    }
    assert result["roles"][0]["arn"] is None


def test_the_wanted_state_costs_two_calls(stub: Stubber) -> None:
    add_role(stub)
    add_policy(stub, "read", document("s3:ListBucket", "s3:GetObject"))

    assert not roles.ensure(stub.client, params(), check_mode=False)["changed"]


def test_what_is_not_given_is_not_even_read(stub: Stubber) -> None:
    add_role(stub, Description="Made by hand", Tags=[{"Key": "a", "Value": "b"}])
    wanted = role(description=None, assume_role_policy_document=None, policies=None)

    assert not roles.ensure(stub.client, params(wanted, tags=None), check_mode=False)["changed"]


def test_only_the_difference_is_applied(stub: Stubber) -> None:
    old = {"Key": "env", "Value": "old"}
    add_role(
        stub,
        Description="Old",
        AssumeRolePolicyDocument=text(document("sts:AssumeRole", Principal="*")),
        Tags=[old, {"Key": "extra", "Value": "1"}],
    )
    add_policy(stub, "read", document("s3:*"))
    add_policy(stub, "write", None)
    stub.add_response("update_role", {}, {**WHO, "Description": "What reads"})
    stub.add_response("update_assume_role_policy", {}, {**WHO, "PolicyDocument": text(TRUST)})
    stub.add_response("put_role_permissions_boundary", {}, {**WHO, "PermissionsBoundary": BOUNDARY})
    add_put(stub, "read", READ)
    add_put(stub, "write", WRITE)
    stub.add_response("untag_role", {}, {**WHO, "TagKeys": ["extra"]})
    stub.add_response("tag_role", {}, {**WHO, "Tags": TAGS})
    wanted = role(policies={"read": READ, "write": WRITE}, permissions_boundary=BOUNDARY)

    result = roles.ensure(stub.client, params(wanted), check_mode=False)

    before, after = result["diff"]["before"]["app-reader"], result["diff"]["after"]["app-reader"]
    assert before["policies"] == {"read": document("s3:*")}
    assert after["policies"] == {"read": READ, "write": WRITE}
    assert (before["permissions_boundary"], after["permissions_boundary"]) == ("", BOUNDARY)
    assert after["tags"] == {"env": "test"}


def test_check_mode_changes_nothing(stub: Stubber) -> None:
    add_role(stub, Tags=[])
    add_policy(stub, "read", WRITE)

    assert roles.ensure(stub.client, params(), check_mode=True)["changed"]


def test_a_boundary_is_removed_by_an_empty_one(stub: Stubber) -> None:
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}
    add_role(stub, PermissionsBoundary=boundary)
    stub.add_response("delete_role_permissions_boundary", {}, WHO)
    wanted = role(permissions_boundary="", policies=None)

    result = roles.ensure(stub.client, params(wanted), check_mode=False)

    assert result["diff"]["before"]["app-reader"]["permissions_boundary"] == BOUNDARY


def test_policies_of_others_go_when_asked_for(stub: Stubber) -> None:
    add_role(stub)
    stub.add_response("list_role_policies", {"PolicyNames": ["read", "write"]}, WHO)
    add_policy(stub, "read", READ)
    add_policy(stub, "write", WRITE)
    stub.add_response("delete_role_policy", {}, {**WHO, "PolicyName": "write"})

    result = roles.ensure(stub.client, params(purge_policies=True), check_mode=False)

    assert result["diff"]["before"]["app-reader"]["policies"] == {"read": READ, "write": WRITE}
    assert result["diff"]["after"]["app-reader"]["policies"] == {"read": READ}


def test_an_error_names_policy_and_role(stub: Stubber) -> None:
    add_role(stub)
    add_policy(stub, "read", None)
    stub.add_client_error("put_role_policy", "MalformedPolicyDocument", "Syntax errors in policy.")

    with pytest.raises(IAMError, match=r"put policy read of IAM role app-reader: .*MalformedPolicyDocument.*Syntax"):
        roles.ensure(stub.client, params(), check_mode=False)


def test_a_role_given_twice_is_refused(stub: Stubber) -> None:
    with pytest.raises(IAMError, match="more than one IAM role app-reader"):
        roles.ensure(stub.client, params(role(), role()), check_mode=False)


def test_delete(stub: Stubber) -> None:
    add_role(stub)
    add_policy(stub, "read", READ)
    stub.add_response("list_role_policies", {"PolicyNames": ["read", "by-hand"]}, WHO)
    for name in ("read", "by-hand"):
        stub.add_response("delete_role_policy", {}, {**WHO, "PolicyName": name})
    attached = {"PolicyName": "limits", "PolicyArn": BOUNDARY}
    stub.add_response("list_attached_role_policies", {"AttachedPolicies": [attached]}, WHO)
    stub.add_response("detach_role_policy", {}, {**WHO, "PolicyArn": BOUNDARY})
    stub.add_response("delete_role", {}, WHO)

    result = roles.ensure(stub.client, params(state="absent"), check_mode=False)

    assert result["changed"]
    assert (result["roles"], result["diff"]["after"]) == ([], {})


def test_check_mode_deletes_nothing(stub: Stubber) -> None:
    add_role(stub)
    add_policy(stub, "read", READ)

    assert roles.ensure(stub.client, params(state="absent"), check_mode=True)["changed"]


def test_deleting_twice_is_no_change(stub: Stubber) -> None:
    stub.add_client_error("get_role", "NoSuchEntity")

    assert not roles.ensure(stub.client, params(state="absent"), check_mode=False)["changed"]


class Together:
    """A client whose get_role returns, decoded as by botocore, when two callers are in it."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=60)

    def get_role(self, **arguments: Any) -> dict[str, Any]:
        self.barrier.wait()
        return described(RoleName=arguments["RoleName"], AssumeRolePolicyDocument=TRUST)


def test_roles_are_worked_on_side_by_side_and_told_in_their_order(at_the_same_time: None) -> None:
    listed = [role(name=name, policies=None) for name in ("app-writer", "app-reader")]

    result = roles.ensure(Together(), params(*listed), check_mode=False)

    assert [one["role_name"] for one in result["roles"]] == ["app-writer", "app-reader"]


@pytest.mark.parametrize("purge", [True, False])
def test_no_policies_wanted_change_nothing(purge: bool) -> None:
    assert roles.policy_changes({"read": READ}, None, purge) == roles.PolicyChanges({}, [])


def test_policy_changes() -> None:
    observed = {"read": document("s3:ListBucket", "s3:GetObject"), "other": WRITE}

    changes = roles.policy_changes(observed, {"read": READ, "write": WRITE}, purge=True)

    assert changes == roles.PolicyChanges({"write": WRITE}, ["other"])
    assert changes.applied_to(observed) == {"read": observed["read"], "write": WRITE}
    assert roles.policy_changes(observed, {"read": READ}, purge=False) == roles.PolicyChanges({}, [])

"""Repositories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecr import repositories
from botocore.stub import Stubber

ARN = "arn:aws:ecr:eu-west-1:123456789012:repository/airflow-test"
SELECTION = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20}
POLICY = {"rules": [{"rulePriority": 1, "selection": SELECTION, "action": {"type": "expire"}}]}
NAME = {"repositoryName": "airflow-test"}
PARAMS: dict[str, Any] = {
    "name": "airflow-test",
    "image_tag_mutability": "immutable",
    "scan_on_push": True,
    "lifecycle_policy": POLICY,
    "tags": {"a": "1"},
    "purge_tags": True,
    "force": True,
}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("ecr", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def add_description(stub: Stubber, mutability: str = "IMMUTABLE", scan: bool = True) -> None:
    repository = {
        "repositoryArn": ARN,
        "repositoryName": "airflow-test",
        "repositoryUri": "uri",
        "imageTagMutability": mutability,
        "imageScanningConfiguration": {"scanOnPush": scan},
    }
    stub.add_response("describe_repositories", {"repositories": [repository]}, {"repositoryNames": ["airflow-test"]})


def add_state(stub: Stubber, policy: dict[str, Any] | None, tags: dict[str, str], **settings: Any) -> None:
    add_description(stub, **settings)
    if policy is None:
        stub.add_client_error("get_lifecycle_policy", "LifecyclePolicyNotFoundException")
    else:
        stub.add_response("get_lifecycle_policy", {"lifecyclePolicyText": json.dumps(policy)}, NAME)
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    stub.add_response("list_tags_for_resource", {"tags": listed}, {"resourceArn": ARN})


def add_missing(stub: Stubber) -> None:
    stub.add_client_error("describe_repositories", "RepositoryNotFoundException")


def test_create(stub: Stubber) -> None:
    add_missing(stub)
    stub.add_response(
        "create_repository",
        {},
        {
            **NAME,
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "tags": [{"Key": "a", "Value": "1"}],
        },
    )
    stub.add_response("put_lifecycle_policy", {}, {**NAME, "lifecyclePolicyText": json.dumps(POLICY)})
    add_description(stub)

    result = repositories.ensure_present(stub.client, PARAMS, check_mode=False)

    assert result["changed"]
    assert result["repository"]["repository_uri"] == "uri"


def test_check_mode_creates_nothing(stub: Stubber) -> None:
    add_missing(stub)
    add_missing(stub)

    result = repositories.ensure_present(stub.client, PARAMS, check_mode=True)

    assert result["changed"]
    assert result["repository"] == {}
    assert result["diff"]["after"]["tags"] == {"a": "1"}


def test_the_wanted_state_changes_nothing(stub: Stubber) -> None:
    add_state(stub, POLICY, {"a": "1"})

    assert not repositories.ensure_present(stub.client, PARAMS, check_mode=False)["changed"]


def test_what_is_not_asked_for_is_left_alone(stub: Stubber) -> None:
    add_state(stub, POLICY, {"b": "2"})

    params = {**PARAMS, "lifecycle_policy": None, "tags": None}
    assert not repositories.ensure_present(stub.client, params, check_mode=False)["changed"]


def test_only_the_difference_is_applied(stub: Stubber) -> None:
    add_state(stub, None, {"a": "0", "b": "2"}, mutability="MUTABLE", scan=False)
    stub.add_response("put_image_tag_mutability", {}, {**NAME, "imageTagMutability": "IMMUTABLE"})
    scanning = {"imageScanningConfiguration": {"scanOnPush": True}}
    stub.add_response("put_image_scanning_configuration", {}, {**NAME, **scanning})
    stub.add_response("put_lifecycle_policy", {}, {**NAME, "lifecyclePolicyText": json.dumps(POLICY)})
    stub.add_response("untag_resource", {}, {"resourceArn": ARN, "tagKeys": ["b"]})
    stub.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": [{"Key": "a", "Value": "1"}]})
    add_description(stub)

    result = repositories.ensure_present(stub.client, PARAMS, check_mode=False)

    assert result["diff"]["before"] == {
        "image_tag_mutability": "mutable",
        "scan_on_push": False,
        "lifecycle_policy": None,
        "tags": {"a": "0", "b": "2"},
    }


def test_check_mode_changes_nothing(stub: Stubber) -> None:
    add_state(stub, None, {}, mutability="MUTABLE")

    assert repositories.ensure_present(stub.client, PARAMS, check_mode=True)["changed"]


def test_delete_with_its_images(stub: Stubber) -> None:
    add_state(stub, None, {})
    stub.add_response("delete_repository", {}, {**NAME, "force": True})

    assert repositories.ensure_absent(stub.client, PARAMS, check_mode=False)["changed"]


def test_deleting_twice_is_no_change(stub: Stubber) -> None:
    add_missing(stub)

    assert not repositories.ensure_absent(stub.client, PARAMS, check_mode=False)["changed"]

"""The module, with a stubbed SNS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils import _arn
from ansible_collections.airflow.fargate.plugins.modules import sns_topic

Run = Callable[..., dict[str, Any]]
ARN = "arn:aws:sns:eu-west-1:123456789012:app"
MAIL = {"protocol": "email", "endpoint": "duty@example.com"}


def add_attributes(aws: Any) -> None:
    aws["sns"].add_response("get_topic_attributes", {"Attributes": {"TopicArn": ARN}}, {"TopicArn": ARN})


def add_missing(aws: Any) -> None:
    aws["sns"].add_client_error("get_topic_attributes", "NotFound", expected_params={"TopicArn": ARN})


def run_for_account(run_module: Run, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    return run_module(sns_topic.main, check_mode, name="app", account_id="123456789012", **options)


def add_topic(aws: Any, *subscriptions: tuple[str, str], **tags: str) -> None:
    """Of each subscription the endpoint and the ARN."""
    add_attributes(aws)
    listed = [{"Protocol": "email", "Endpoint": end, "SubscriptionArn": arn} for end, arn in subscriptions]
    aws["sns"].add_response("list_subscriptions_by_topic", {"Subscriptions": listed}, {"TopicArn": ARN})
    answer = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    aws["sns"].add_response("list_tags_for_resource", answer, {"ResourceArn": ARN})


def subscribes(aws: Any) -> None:
    asked = {"TopicArn": ARN, "Protocol": "email", "Endpoint": "duty@example.com"}
    aws["sns"].add_response("subscribe", {"SubscriptionArn": "pending confirmation"}, asked)


def test_a_new_topic(aws: Any, run_module: Run) -> None:
    add_missing(aws)
    aws["sns"].add_response("create_topic", {"TopicArn": ARN}, {"Name": "app", "Tags": [{"Key": "app", "Value": "x"}]})
    subscribes(aws)
    result = run_for_account(run_module, subscriptions=[MAIL], tags={"app": "x"})
    assert result["changed"]
    assert (result["topic_arn"], result["subscriptions"], result["tags"]) == (ARN, [MAIL], {"app": "x"})


def test_check_mode_for_a_new_topic(aws: Any, run_module: Run) -> None:
    add_missing(aws)
    result = run_for_account(run_module, True, subscriptions=[MAIL])
    assert result["changed"]
    assert result["topic_arn"] == ARN
    assert result["diff"] == {"before": {}, "after": {"subscriptions": [MAIL], "tags": {}}}


def test_unchanged_while_the_address_has_not_confirmed(aws: Any, run_module: Run) -> None:
    add_topic(aws, ("duty@example.com", "PendingConfirmation"), app="x")
    result = run_for_account(run_module, subscriptions=[MAIL], tags={"app": "x"})
    assert not result["changed"]


def test_others_may_be_subscribed(aws: Any, run_module: Run) -> None:
    add_topic(aws, ("other@example.com", f"{ARN}:1"))
    subscribes(aws)
    result = run_for_account(run_module, subscriptions=[MAIL])
    assert [one["endpoint"] for one in result["subscriptions"]] == ["duty@example.com", "other@example.com"]


def test_others_are_removed_when_told(aws: Any, run_module: Run) -> None:
    add_topic(aws, ("other@example.com", f"{ARN}:1"), ("late@example.com", "PendingConfirmation"))
    aws["sns"].add_response("unsubscribe", {}, {"SubscriptionArn": f"{ARN}:1"})
    result = run_for_account(run_module, purge_subscriptions=True)
    assert [one["endpoint"] for one in result["subscriptions"]] == ["late@example.com"]


def test_other_tags(aws: Any, run_module: Run) -> None:
    add_topic(aws, old="y")
    aws["sns"].add_response("untag_resource", {}, {"ResourceArn": ARN, "TagKeys": ["old"]})
    aws["sns"].add_response("tag_resource", {}, {"ResourceArn": ARN, "Tags": [{"Key": "app", "Value": "x"}]})
    assert run_for_account(run_module, tags={"app": "x"})["tags"] == {"app": "x"}


def test_it_is_deleted(aws: Any, run_module: Run) -> None:
    add_attributes(aws)
    aws["sns"].add_response("delete_topic", {}, {"TopicArn": ARN})
    assert run_for_account(run_module, state="absent")["changed"]


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    add_missing(aws)
    assert not run_for_account(run_module, state="absent")["changed"]


def test_an_error_says_what_failed(aws: Any, run_module: Run) -> None:
    aws["sns"].add_client_error("get_topic_attributes", "AuthorizationError", "not allowed", 403)
    assert "Failed to get the attributes of topic app" in run_for_account(run_module)["msg"]


def test_aws_is_asked_for_an_account_that_is_not_given(
    aws: Any, run_module: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_arn, "get_aws_account_info", lambda _module: ("123456789012", "aws"))
    add_topic(aws, app="x")
    result = run_module(sns_topic.main, name="app", tags={"app": "x"})
    assert (result["changed"], result["topic_arn"]) == (False, ARN)

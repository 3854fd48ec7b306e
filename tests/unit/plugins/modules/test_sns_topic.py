"""The module, with a stubbed SNS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import sns_topic

Run = Callable[..., dict[str, Any]]
ARN = "arn:aws:sns:eu-west-1:123456789012:app"
MAIL = {"protocol": "email", "endpoint": "duty@example.com"}


def add_topics(aws: Any, *arns: str) -> None:
    aws["sns"].add_response("list_topics", {"Topics": [{"TopicArn": arn} for arn in arns]}, {})


def add_topic(aws: Any, *subscriptions: tuple[str, str], **tags: str) -> None:
    """Of each subscription the endpoint and the ARN."""
    add_topics(aws, f"{ARN}-2", ARN)
    listed = [{"Protocol": "email", "Endpoint": end, "SubscriptionArn": arn} for end, arn in subscriptions]
    aws["sns"].add_response("list_subscriptions_by_topic", {"Subscriptions": listed}, {"TopicArn": ARN})
    answer = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    aws["sns"].add_response("list_tags_for_resource", answer, {"ResourceArn": ARN})


def subscribes(aws: Any) -> None:
    asked = {"TopicArn": ARN, "Protocol": "email", "Endpoint": "duty@example.com"}
    aws["sns"].add_response("subscribe", {"SubscriptionArn": "pending confirmation"}, asked)


def test_a_new_topic(aws: Any, run_module: Run) -> None:
    add_topics(aws, f"{ARN}-2")
    aws["sns"].add_response("create_topic", {"TopicArn": ARN}, {"Name": "app", "Tags": [{"Key": "app", "Value": "x"}]})
    subscribes(aws)
    result = run_module(sns_topic.main, name="app", subscriptions=[MAIL], tags={"app": "x"})
    assert result["changed"]
    assert (result["topic_arn"], result["subscriptions"], result["tags"]) == (ARN, [MAIL], {"app": "x"})


def test_check_mode_for_a_new_topic(aws: Any, run_module: Run) -> None:
    add_topics(aws)
    result = run_module(sns_topic.main, True, name="app", subscriptions=[MAIL])
    assert result["changed"]
    assert result["topic_arn"] is None
    assert result["diff"] == {"before": {}, "after": {"subscriptions": [MAIL], "tags": {}}}


def test_unchanged_while_the_address_has_not_confirmed(aws: Any, run_module: Run) -> None:
    add_topic(aws, ("duty@example.com", "PendingConfirmation"), app="x")
    result = run_module(sns_topic.main, name="app", subscriptions=[MAIL], tags={"app": "x"})
    assert not result["changed"]


def test_others_may_be_subscribed(aws: Any, run_module: Run) -> None:
    add_topic(aws, ("other@example.com", f"{ARN}:1"))
    subscribes(aws)
    result = run_module(sns_topic.main, name="app", subscriptions=[MAIL])
    assert [one["endpoint"] for one in result["subscriptions"]] == ["duty@example.com", "other@example.com"]


def test_others_are_removed_when_told(aws: Any, run_module: Run) -> None:
    add_topic(aws, ("other@example.com", f"{ARN}:1"), ("late@example.com", "PendingConfirmation"))
    aws["sns"].add_response("unsubscribe", {}, {"SubscriptionArn": f"{ARN}:1"})
    result = run_module(sns_topic.main, name="app", purge_subscriptions=True)
    assert [one["endpoint"] for one in result["subscriptions"]] == ["late@example.com"]


def test_other_tags(aws: Any, run_module: Run) -> None:
    add_topic(aws, old="y")
    aws["sns"].add_response("untag_resource", {}, {"ResourceArn": ARN, "TagKeys": ["old"]})
    aws["sns"].add_response("tag_resource", {}, {"ResourceArn": ARN, "Tags": [{"Key": "app", "Value": "x"}]})
    assert run_module(sns_topic.main, name="app", tags={"app": "x"})["tags"] == {"app": "x"}


def test_it_is_deleted(aws: Any, run_module: Run) -> None:
    add_topics(aws, ARN)
    aws["sns"].add_response("delete_topic", {}, {"TopicArn": ARN})
    assert run_module(sns_topic.main, name="app", state="absent")["changed"]


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    add_topics(aws)
    assert not run_module(sns_topic.main, name="app", state="absent")["changed"]


def test_an_error_says_what_failed(aws: Any, run_module: Run) -> None:
    aws["sns"].add_client_error("list_topics", "AuthorizationError", "not allowed", 403)
    assert "Failed to list topics" in run_module(sns_topic.main, name="app")["msg"]

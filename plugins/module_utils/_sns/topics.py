# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Bring a topic and its subscriptions to the wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import with_details
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import tag_changes
from ansible_collections.airflow.fargate.plugins.module_utils._sns.common import SNSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Params = t.Mapping[str, t.Any]
Tags = dict[str, str]


class Subscription(t.NamedTuple):
    protocol: str
    endpoint: str

    def __str__(self) -> str:
        return f"{self.protocol} {self.endpoint}"


class Observed(t.NamedTuple):
    exists: bool
    subscriptions: dict[Subscription, str]
    """With their ARNs, which are no ARNs while the endpoint has not confirmed."""
    tags: Tags


def observe(client: t.Any, name: str, arn: str) -> Observed:
    attributes, details = with_details(
        lambda: _attributes(client, name, arn), lambda: _subscriptions(client, arn), lambda: _tags(client, name, arn)
    )
    return Observed(False, {}, {}) if attributes is None else Observed(True, *details)


def _attributes(client: t.Any, name: str, arn: str) -> t.Any:
    return find(SNSErrorHandler, f"get the attributes of topic {name}", client.get_topic_attributes, TopicArn=arn)


def _subscriptions(client: t.Any, arn: str) -> dict[Subscription, str]:
    found = list_all(SNSErrorHandler, client, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    return {Subscription(one["Protocol"], one["Endpoint"]): one["SubscriptionArn"] for one in found}


def _tags(client: t.Any, name: str, arn: str) -> Tags:
    answer = aws_call(SNSErrorHandler, f"list the tags of topic {name}", client.list_tags_for_resource, ResourceArn=arn)
    return boto3_tag_list_to_ansible_dict(answer.get("Tags", []))


def ensure_present(client: t.Any, arn: str, params: Params, check_mode: bool) -> dict[str, t.Any]:
    name = params["name"]
    there = observe(client, name, arn)
    wanted = {Subscription(one["protocol"], one["endpoint"]) for one in params["subscriptions"]}
    subscribe = sorted(wanted - set(there.subscriptions))
    unsubscribe = [
        one
        for one, subscription in sorted(there.subscriptions.items())
        # AWS forgets by itself what is not confirmed in two days; until then nobody can take it back.
        if params["purge_subscriptions"] and one not in wanted and subscription.startswith("arn:")
    ]
    retag = tag_changes(there.tags, params["tags"], params["purge_tags"])
    if not check_mode:
        if not there.exists:
            tags = ansible_dict_to_boto3_tag_list(params["tags"] or {})
            aws_call(SNSErrorHandler, f"create topic {name}", client.create_topic, Name=name, Tags=tags)
        elif retag.remove or retag.add:
            _tag(client, name, arn, retag.remove, retag.add)
        for one in subscribe:
            description, ends = f"subscribe {one} to topic {name}", {"Protocol": one.protocol, "Endpoint": one.endpoint}
            aws_call(SNSErrorHandler, description, client.subscribe, TopicArn=arn, **ends)
        for one in unsubscribe:
            description, subscription = f"unsubscribe {one} from topic {name}", there.subscriptions[one]
            find(SNSErrorHandler, description, client.unsubscribe, SubscriptionArn=subscription)
    reached = sorted({*there.subscriptions, *wanted} - set(unsubscribe))
    before = _shown(sorted(there.subscriptions), there.tags) if there.exists else {}
    after = _shown(reached, retag.applied_to(there.tags))
    return {"changed": before != after, "topic_arn": arn, **after, "diff": {"before": before, "after": after}}


def _tag(client: t.Any, name: str, arn: str, remove: list[str], add: Tags) -> None:
    description = f"tag topic {name}"
    if remove:
        aws_call(SNSErrorHandler, description, client.untag_resource, ResourceArn=arn, TagKeys=remove)
    if add:
        added = ansible_dict_to_boto3_tag_list(add)
        aws_call(SNSErrorHandler, description, client.tag_resource, ResourceArn=arn, Tags=added)


def _shown(subscriptions: t.Iterable[Subscription], tags: Tags) -> dict[str, t.Any]:
    return {"subscriptions": [one._asdict() for one in subscriptions], "tags": tags}


def ensure_absent(client: t.Any, arn: str, params: Params, check_mode: bool) -> dict[str, t.Any]:
    """The subscriptions go with the topic."""
    exists = _attributes(client, params["name"], arn) is not None
    if exists and not check_mode:
        find(SNSErrorHandler, f"delete topic {params['name']}", client.delete_topic, TopicArn=arn)
    before = {"topic_arn": arn} if exists else {}
    return {
        "changed": exists,
        "topic_arn": None,
        "subscriptions": [],
        "tags": {},
        "diff": {"before": before, "after": {}},
    }

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The ElastiCache calls for one replication group."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._elasticache.common import ElastiCacheErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Group = dict[str, t.Any]


def describe_group(client: t.Any, name: str) -> Group | None:
    answer = find(
        ElastiCacheErrorHandler,
        f"describe replication group {name}",
        client.describe_replication_groups,
        ReplicationGroupId=name,
    )
    return answer["ReplicationGroups"][0] if answer and answer["ReplicationGroups"] else None


def describe_member(client: t.Any, group: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """One node of the group: the version, the security, subnet and parameter groups are reported there only."""
    name = group["MemberClusters"][0]
    answer = aws_call(
        ElastiCacheErrorHandler, f"describe cache cluster {name}", client.describe_cache_clusters, CacheClusterId=name
    )
    return answer["CacheClusters"][0]


def create_group(client: t.Any, name: str, **request: t.Any) -> None:
    aws_call(
        ElastiCacheErrorHandler,
        f"create replication group {name}",
        client.create_replication_group,
        ReplicationGroupId=name,
        **request,
    )


def modify_group(client: t.Any, name: str, **request: t.Any) -> None:
    aws_call(
        ElastiCacheErrorHandler,
        f"modify replication group {name}",
        client.modify_replication_group,
        ReplicationGroupId=name,
        **request,
    )


def increase_replicas(client: t.Any, name: str, count: int) -> None:
    aws_call(
        ElastiCacheErrorHandler,
        f"increase the replicas of replication group {name}",
        client.increase_replica_count,
        ReplicationGroupId=name,
        NewReplicaCount=count,
        ApplyImmediately=True,  # the API knows no other way
    )


def decrease_replicas(client: t.Any, name: str, count: int) -> None:
    aws_call(
        ElastiCacheErrorHandler,
        f"decrease the replicas of replication group {name}",
        client.decrease_replica_count,
        ReplicationGroupId=name,
        NewReplicaCount=count,
        ApplyImmediately=True,  # the API knows no other way
    )


def delete_group(client: t.Any, name: str, **request: t.Any) -> None:
    aws_call(
        ElastiCacheErrorHandler,
        f"delete replication group {name}",
        client.delete_replication_group,
        ReplicationGroupId=name,
        **request,
    )


def list_tags(client: t.Any, arn: str) -> dict[str, str]:
    answer = aws_call(
        ElastiCacheErrorHandler, f"list the tags of {arn}", client.list_tags_for_resource, ResourceName=arn
    )
    return boto3_tag_list_to_ansible_dict(answer.get("TagList") or [])


def tag(client: t.Any, arn: str, tags: t.Mapping[str, str]) -> None:
    aws_call(
        ElastiCacheErrorHandler,
        f"tag {arn}",
        client.add_tags_to_resource,
        ResourceName=arn,
        Tags=ansible_dict_to_boto3_tag_list(tags),
    )


def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    aws_call(ElastiCacheErrorHandler, f"untag {arn}", client.remove_tags_from_resource, ResourceName=arn, TagKeys=keys)


def recent_events(client: t.Any, name: str) -> str:
    """What ElastiCache reported about the group in the last two hours, in one line."""
    answer = aws_call(
        ElastiCacheErrorHandler,
        f"describe the events of replication group {name}",
        client.describe_events,
        SourceIdentifier=name,
        SourceType="replication-group",
        Duration=120,
    )
    messages = [event["Message"] for event in answer.get("Events", [])[-5:]]
    return f"Last events: {'; '.join(messages)}" if messages else "ElastiCache reported no events."

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The RDS calls for one DB instance."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._rds.common import RDSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Instance = dict[str, t.Any]


def describe_instance(client: t.Any, name: str) -> Instance | None:
    answer = find(
        RDSErrorHandler,
        f"describe DB instance {name}",
        client.describe_db_instances,
        DBInstanceIdentifier=name,
    )
    return answer["DBInstances"][0] if answer and answer["DBInstances"] else None


def create_instance(client: t.Any, name: str, **request: t.Any) -> None:
    aws_call(
        RDSErrorHandler,
        f"create DB instance {name}",
        client.create_db_instance,
        DBInstanceIdentifier=name,
        **request,
    )


def modify_instance(client: t.Any, name: str, **request: t.Any) -> None:
    aws_call(
        RDSErrorHandler,
        f"modify DB instance {name}",
        client.modify_db_instance,
        DBInstanceIdentifier=name,
        **request,
    )


def delete_instance(client: t.Any, name: str, **request: t.Any) -> None:
    aws_call(
        RDSErrorHandler,
        f"delete DB instance {name}",
        client.delete_db_instance,
        DBInstanceIdentifier=name,
        **request,
    )


def start_instance(client: t.Any, name: str) -> None:
    aws_call(RDSErrorHandler, f"start DB instance {name}", client.start_db_instance, DBInstanceIdentifier=name)


def stop_instance(client: t.Any, name: str) -> None:
    aws_call(RDSErrorHandler, f"stop DB instance {name}", client.stop_db_instance, DBInstanceIdentifier=name)


def list_tags(client: t.Any, arn: str) -> dict[str, str]:
    answer = aws_call(RDSErrorHandler, f"list the tags of {arn}", client.list_tags_for_resource, ResourceName=arn)
    return boto3_tag_list_to_ansible_dict(answer.get("TagList") or [])


def tag(client: t.Any, arn: str, tags: t.Mapping[str, str]) -> None:
    aws_call(
        RDSErrorHandler,
        f"tag {arn}",
        client.add_tags_to_resource,
        ResourceName=arn,
        Tags=ansible_dict_to_boto3_tag_list(tags),
    )


def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    aws_call(RDSErrorHandler, f"untag {arn}", client.remove_tags_from_resource, ResourceName=arn, TagKeys=keys)


def recent_events(client: t.Any, name: str) -> str:
    """What RDS reported about the instance in the last two hours, in one line."""
    answer = aws_call(
        RDSErrorHandler,
        f"describe the events of DB instance {name}",
        client.describe_events,
        SourceIdentifier=name,
        SourceType="db-instance",
        Duration=120,
    )
    messages = [event["Message"] for event in answer.get("Events", [])[-5:]]
    return f"Last events: {'; '.join(messages)}" if messages else "RDS reported no events."

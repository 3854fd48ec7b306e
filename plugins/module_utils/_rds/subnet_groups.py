# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The DB subnet group of an instance: read it, compare it, bring it to the wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._rds import api
from ansible_collections.airflow.fargate.plugins.module_utils._rds.common import RDSErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    changed_options,
    tag_changes,
    target_state,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

State = dict[str, t.Any]


class Group(t.NamedTuple):
    """A group that is there."""

    arn: str
    state: State


def read(client: t.Any, name: str) -> Group | None:
    description = f"describe DB subnet group {name}"
    answer = find(RDSErrorHandler, description, client.describe_db_subnet_groups, DBSubnetGroupName=name)
    if answer is None:
        return None
    (group,) = answer["DBSubnetGroups"]
    arn = group["DBSubnetGroupArn"]
    state = {
        "description": group["DBSubnetGroupDescription"],
        "subnet_ids": sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
        "tags": api.list_tags(client, arn),
    }
    return Group(arn, state)


def ensure(client: t.Any, name: str, found: Group | None, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    """Changed or not, with the difference."""
    description, subnet_ids = params["subnet_group_description"], sorted(params["subnet_ids"])
    if found is None:
        after: State = {
            "description": description or name,
            "subnet_ids": subnet_ids,
            "tags": params["tags"] or {},
        }
        if not check_mode:
            _create(client, name, after)
        return _result(name, {}, after)
    before = found.state
    target = target_state({"description": description, "subnet_ids": subnet_ids}, before, {})
    tags = tag_changes(before["tags"], params["tags"], params["purge_tags"])
    if not check_mode:
        if changed_options(before, target):
            _modify(client, name, target)
        if tags.remove:
            api.untag(client, found.arn, tags.remove)
        if tags.add:
            api.tag(client, found.arn, tags.add)
    return _result(name, before, {**target, "tags": tags.applied_to(before["tags"])})


def _create(client: t.Any, name: str, state: State) -> None:
    aws_call(
        RDSErrorHandler,
        f"create DB subnet group {name}",
        client.create_db_subnet_group,
        DBSubnetGroupName=name,
        DBSubnetGroupDescription=state["description"],
        SubnetIds=state["subnet_ids"],
        Tags=ansible_dict_to_boto3_tag_list(state["tags"]),
    )


def _modify(client: t.Any, name: str, state: State) -> None:
    aws_call(
        RDSErrorHandler,
        f"modify DB subnet group {name}",
        client.modify_db_subnet_group,
        DBSubnetGroupName=name,
        DBSubnetGroupDescription=state["description"],
        SubnetIds=state["subnet_ids"],
    )


def _result(name: str, before: State, after: State) -> State:
    header = f"DB subnet group {name}"
    diff = {"before_header": header, "after_header": header, "before": before, "after": after}
    return {"changed": before != after, "diff": diff}

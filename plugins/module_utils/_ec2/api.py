# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The EC2 calls about security groups."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, call_on_new, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.common import EC2ErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.rules import Permission
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

Group = dict[str, t.Any]

# "It might be that the ID of a recently created security group has not propagated through the system."
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
NOT_PROPAGATED = ["InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"]
# A rule that was revoked may count for some seconds more.
STILL_REFERENCED = ["DependencyViolation"]


def describe(client: t.Any, vpc_id: str, names: t.Sequence[str]) -> list[Group]:
    """The groups of a VPC that have these names."""
    if not names:
        return []
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": list(names)}]
    return list_all(EC2ErrorHandler, client, "describe_security_groups", "SecurityGroups", Filters=filters)


def create(client: t.Any, vpc_id: str, name: str, description: str, tags: t.Mapping[str, str]) -> str:
    """Create a group; its id."""
    tagging = [{"ResourceType": "security-group", "Tags": ansible_dict_to_boto3_tag_list(tags)}] if tags else []
    answer = aws_call(
        EC2ErrorHandler,
        f"create security group {name}",
        client.create_security_group,
        GroupName=name,
        Description=description,
        VpcId=vpc_id,
        TagSpecifications=tagging,
    )
    return answer["GroupId"]


def change_rules(
    method: t.Callable[..., t.Any], description: str, group_id: str, permissions: list[Permission], new: bool
) -> None:
    """Call a method that takes a group's permissions, if there are any; new: they may concern a group just created."""
    codes = NOT_PROPAGATED if new else []
    if permissions:
        call_on_new(EC2ErrorHandler, codes, description, method, GroupId=group_id, IpPermissions=permissions)


def tag(client: t.Any, name: str, group_id: str, tags: TagChanges) -> None:
    description = f"tag security group {name}"
    if tags.remove:
        keys = [{"Key": key} for key in tags.remove]
        aws_call(EC2ErrorHandler, description, client.delete_tags, Resources=[group_id], Tags=keys)
    if tags.add:
        added = ansible_dict_to_boto3_tag_list(tags.add)
        aws_call(EC2ErrorHandler, description, client.create_tags, Resources=[group_id], Tags=added)


def delete(client: t.Any, name: str, group_id: str, revoked: bool) -> None:
    """Delete a group; revoked tells that rules which named it have just been revoked."""
    codes = STILL_REFERENCED if revoked else []
    description = f"delete security group {name}"
    call_on_new(EC2ErrorHandler, codes, description, client.delete_security_group, GroupId=group_id)

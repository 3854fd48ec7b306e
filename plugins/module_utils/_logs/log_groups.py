# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Log groups whose names begin alike: one list of them all, then only what each lacks."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, call_on_new, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._logs.common import LogsError, LogsErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges, merged_tags, tag_changes

Group = dict[str, t.Any]
State = dict[str, t.Any]

# Another call about a group that was created a moment ago is not through yet.
NOT_YET = ["ResourceNotFoundException", "OperationAbortedException"]


class Plan(t.NamedTuple):
    """What one group is, and what has to change; before is None for a new one."""

    name: str
    arn: str
    before: State | None
    after: State
    tags: TagChanges


def common_beginning(names: t.Sequence[str]) -> str:
    first, last = min(names), max(names)
    end = next(
        (index for index, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(last)),
    )
    return first[:end]


def describe(client: t.Any, names: t.Sequence[str]) -> dict[str, Group]:
    """The groups of these names that there are."""
    arguments = {"logGroupNamePrefix": prefix} if (prefix := common_beginning(names)) else {}
    found = list_all(LogsErrorHandler, client, "describe_log_groups", "logGroups", **arguments)
    return {group["logGroupName"]: group for group in found if group["logGroupName"] in names}


def arn_of(group: Group) -> str:
    """As the calls about tags take it: without the asterisk that policies want."""
    return group["arn"].removesuffix(":*")


def read_tags(client: t.Any, group: Group) -> dict[str, str]:
    description = f"list the tags of log group {group['logGroupName']}"
    return aws_call(LogsErrorHandler, description, client.list_tags_for_resource, resourceArn=arn_of(group))["tags"]


def plan(option: State, group: Group | None, tags: t.Mapping[str, str], params: State) -> Plan:
    wanted = merged_tags(params["tags"], option["tags"])
    retention = params["retention_days"]
    if group is None:
        after = {"retention_days": retention, "tags": wanted or {}}
        return Plan(option["name"], "", None, after, TagChanges({}, []))
    before = {"retention_days": group.get("retentionInDays"), "tags": dict(tags)}
    changes = tag_changes(tags, wanted, params["purge_tags"])
    after = {"retention_days": retention or before["retention_days"], "tags": changes.applied_to(tags)}
    return Plan(option["name"], arn_of(group), before, after, changes)


def apply(client: t.Any, one: Plan) -> None:
    def write(description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> None:
        call_on_new(LogsErrorHandler, NOT_YET, f"{description} log group {one.name}", method, **arguments)

    before = one.before or {}
    if one.before is None:
        tags = {"tags": one.after["tags"]} if one.after["tags"] else {}
        write("create", client.create_log_group, logGroupName=one.name, **tags)
    if one.after["retention_days"] != before.get("retention_days"):
        days = one.after["retention_days"]
        write("set the retention of", client.put_retention_policy, logGroupName=one.name, retentionInDays=days)
    if one.tags.remove:
        write("untag", client.untag_resource, resourceArn=one.arn, tagKeys=one.tags.remove)
    if one.tags.add:
        write("tag", client.tag_resource, resourceArn=one.arn, tags=one.tags.add)


def ensure(client: t.Any, params: State, check_mode: bool) -> State:
    options = params["log_groups"]
    names = [option["name"] for option in options]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise LogsError(message=f"The list has more than one log group {', '.join(twice)}")
    groups = describe(client, names)
    tags = dict(zip(groups, side_by_side(lambda group: read_tags(client, group), list(groups.values())), strict=True))
    plans = [plan(option, groups.get(option["name"]), tags.get(option["name"], {}), params) for option in options]
    changed = [one for one in plans if one.before != one.after]
    if not check_mode:
        side_by_side(lambda one: apply(client, one), changed)
    return {
        "changed": bool(changed),
        "log_groups": names,
        "diff": {
            "before": {one.name: one.before for one in plans if one.before is not None},
            "after": {one.name: one.after for one in plans},
        },
    }

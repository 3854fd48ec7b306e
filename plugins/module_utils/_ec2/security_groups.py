# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Security groups of one VPC that belong together: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.airflow.fargate.plugins.module_utils._ec2 import api
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.common import EC2Error
from ansible_collections.airflow.fargate.plugins.module_utils._ec2.rules import (
    Rule,
    RuleChanges,
    observed_rules,
    rule_changes,
    texts,
    to_permission,
    wanted_rules,
)
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, not_yet, poll
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges, merged_tags, tag_changes
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Group = api.Group
State = dict[str, t.Any]
Names = t.Mapping[str, str]

# EC2 shows all of a new group within seconds.
PROPAGATION_TIMEOUT = 60


class Plan(t.NamedTuple):
    """What one group is, and what has to change."""

    name: str
    group_id: str
    ingress: RuleChanges
    egress: RuleChanges
    tags: TagChanges
    before: State
    after: State
    warning: str | None


def check_options(options: t.Sequence[State]) -> None:
    """Refuse what cannot work before anything is created."""
    names = [option["name"] for option in options]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise EC2Error(message=f"The list has more than one security group {', '.join(twice)}")
    for option in options:
        for rules in (option["rules"], option["rules_egress"]):
            wanted_rules(rules or [], dict(zip(names, names, strict=True)))


def new_group(option: State, vpc_id: str, group_id: str, tags: t.Mapping[str, str] | None) -> Group:
    """A group as it is right after its creation; EC2 adds a rule that lets everything out."""
    return {
        "GroupId": group_id,
        "GroupName": option["name"],
        "Description": _description(option),
        "VpcId": vpc_id,
        "Tags": ansible_dict_to_boto3_tag_list(tags or {}),
        "IpPermissions": [],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }


def _description(option: State) -> str:
    return option["description"] or option["name"]


def state_of(group: Group, names: Names) -> State:
    """What a diff shows of a group; names are those of the groups that its rules may name by id."""
    return {
        "description": group["Description"],
        "rules": texts(observed_rules(group["IpPermissions"]), names),
        "rules_egress": texts(observed_rules(group["IpPermissionsEgress"]), names),
        "tags": boto3_tag_list_to_ansible_dict(group.get("Tags", [])),
    }


def plan(option: State, group: Group, ids: Names, params: State) -> Plan:
    """Compare a group with what is wanted of it."""
    names = {group_id: name for name, group_id in ids.items()}
    before = state_of(group, names)
    tags = tag_changes(before["tags"], merged_tags(params["tags"], option["tags"]), params["purge_tags"])
    ingress, ingress_after = _compare(group["IpPermissions"], option["rules"], ids, params["purge_rules"])
    egress, egress_after = _compare(group["IpPermissionsEgress"], option["rules_egress"], ids, params["purge_rules"])
    after = {
        "description": before["description"],
        "rules": texts(ingress_after, names),
        "rules_egress": texts(egress_after, names),
        "tags": tags.applied_to(before["tags"]),
    }
    warning = None
    if option["description"] not in (None, before["description"]):
        warning = f"Security group {option['name']} keeps its description: EC2 can only set it when it creates a group"
    return Plan(option["name"], group["GroupId"], ingress, egress, tags, before, after, warning)


def _compare(
    permissions: list[State], options: list[State] | None, ids: Names, purge: bool
) -> tuple[RuleChanges, list[Rule]]:
    observed = observed_rules(permissions)
    changes = rule_changes(observed, None if options is None else wanted_rules(options, ids), purge)
    return changes, changes.applied_to(observed)


def ensure_present(client: t.Any, params: State, check_mode: bool) -> State:
    options = params["groups"]
    check_options(options)
    described = _describe(client, params)
    missing = [option for option in options if option["name"] not in described]
    # In check mode the name stands for the id that a new group would get.
    created = {
        option["name"]: new_group(option, params["vpc_id"], option["name"], merged_tags(params["tags"], option["tags"]))
        for option in missing
    }
    if missing and not check_mode:
        created = _create(client, params, missing)
    groups = {**described, **created}
    ids = {name: group["GroupId"] for name, group in groups.items()}
    plans = [plan(option, groups[option["name"]], ids, params) for option in options]
    if not check_mode:
        side_by_side(lambda one: _apply(client, one, bool(created)), plans)
    before = {one.name: one.before for one in plans if one.name not in created}
    after = {one.name: one.after for one in plans}
    return {
        "changed": before != after,
        "security_groups": [_result(one, params["vpc_id"], check_mode and one.name in created) for one in plans],
        "diff": {"before": before, "after": after},
        "warnings": [one.warning for one in plans if one.warning],
    }


def _describe(client: t.Any, params: State) -> dict[str, Group]:
    names = [option["name"] for option in params["groups"]]
    return {group["GroupName"]: group for group in api.describe(client, params["vpc_id"], names)}


def _create(client: t.Any, params: State, missing: list[State]) -> dict[str, Group]:
    """All of them before any rule, since a rule may name any of them."""

    def create(option: State) -> Group:
        tags = merged_tags(params["tags"], option["tags"])
        group_id = api.create(client, params["vpc_id"], option["name"], _description(option), tags or {})
        return new_group(option, params["vpc_id"], group_id, tags)

    created = {group["GroupName"]: group for group in side_by_side(create, missing)}
    # What a new group lets out depends on the VPC's address families; it matters only where that is ours to set.
    wanted = {option["name"] for option in missing if option["rules_egress"] is not None}
    if not wanted:
        return created
    seen = poll(
        lambda: _describe(client, params),
        lambda groups: _propagated(groups, wanted),
        PROPAGATION_TIMEOUT,
        "the new security groups",
    )
    return {**created, **{name: seen[name] for name in wanted}}


def _propagated(groups: t.Mapping[str, Group], wanted: set[str]) -> Verdict:
    hidden = sorted(name for name in wanted if not groups.get(name, {}).get("IpPermissionsEgress"))
    return not_yet(f"{', '.join(hidden)} cannot be described yet") if hidden else DONE


def _apply(client: t.Any, one: Plan, new: bool) -> None:
    """Allow before revoking, so that no connection that is wanted is ever refused."""
    api.tag(client, one.name, one.group_id, one.tags)
    calls = [
        ("authorize ingress rules", client.authorize_security_group_ingress, one.ingress.authorize),
        ("authorize egress rules", client.authorize_security_group_egress, one.egress.authorize),
        (
            "set descriptions of ingress rules",
            client.update_security_group_rule_descriptions_ingress,
            one.ingress.describe,
        ),
        (
            "set descriptions of egress rules",
            client.update_security_group_rule_descriptions_egress,
            one.egress.describe,
        ),
    ]
    for what, method, rules in calls:
        permissions = [to_permission(rule, describe=True) for rule in rules]
        api.change_rules(method, f"{what} of security group {one.name}", one.group_id, permissions, new)
    _revoke(client, one.name, one.group_id, one.ingress.revoke, one.egress.revoke, new)


def _revoke(
    client: t.Any, name: str, group_id: str, ingress: list[Rule], egress: list[Rule], new: bool = False
) -> None:
    calls = [
        ("revoke ingress rules", client.revoke_security_group_ingress, ingress),
        ("revoke egress rules", client.revoke_security_group_egress, egress),
    ]
    for what, method, rules in calls:
        permissions = [to_permission(rule, describe=False) for rule in rules]
        api.change_rules(method, f"{what} of security group {name}", group_id, permissions, new)


def ensure_absent(client: t.Any, params: State, check_mode: bool) -> State:
    groups = _describe(client, params)
    if not check_mode:
        _delete(client, list(groups.values()))
    names = {group["GroupId"]: name for name, group in groups.items()}
    before = {name: state_of(group, names) for name, group in groups.items()}
    return {"changed": bool(groups), "security_groups": [], "diff": {"before": before, "after": {}}, "warnings": []}


def _delete(client: t.Any, groups: list[Group]) -> None:
    """A group that a rule names cannot be deleted: all these rules go before the first group."""
    references = {
        group["GroupId"]: (_naming_groups(group["IpPermissions"]), _naming_groups(group["IpPermissionsEgress"]))
        for group in groups
    }
    revoked = any(any(sides) for sides in references.values())
    side_by_side(
        lambda group: _revoke(client, group["GroupName"], group["GroupId"], *references[group["GroupId"]]), groups
    )
    side_by_side(lambda group: api.delete(client, group["GroupName"], group["GroupId"], revoked), groups)


def _naming_groups(permissions: list[State]) -> list[Rule]:
    return [rule for rule in observed_rules(permissions) if rule.kind == "group"]


def _result(one: Plan, vpc_id: str, pending: bool) -> State:
    return {
        "group_id": None if pending else one.group_id,
        "group_name": one.name,
        "description": one.after["description"],
        "vpc_id": vpc_id,
        "tags": one.after["tags"],
    }

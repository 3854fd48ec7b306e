# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An Application Load Balancer before one target group: read, compare, bring to the wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, call_on_new, find
from ansible_collections.airflow.fargate.plugins.module_utils._elbv2 import settings
from ansible_collections.airflow.fargate.plugins.module_utils._elbv2.common import (
    MISSING,
    ELBv2Error,
    ELBv2ErrorHandler,
)
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import merged_tags, tag_changes
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Resource = settings.Resource
State = settings.State


class LoadBalancer:
    """One load balancer with its target group and listener. Under check mode nothing but the notes is made."""

    def __init__(self, client: t.Any, params: State, check_mode: bool) -> None:
        self.client = client
        self.params = params
        self.check_mode = check_mode
        self.before: State = {}
        self.after: State = {}

    def ensure(self) -> State:
        balancer, group = side_by_side(lambda read: read(), [self._find_balancer, self._find_group])
        fixed = settings.fixed_differences(self.params, balancer, group)
        if fixed:
            raise ELBv2Error(
                message=f"Load balancer {self.params['name']} cannot be changed this way: {'; '.join(fixed)}"
            )
        self.seen = self._look(balancer, group)
        group_arn = self._target_group(group)
        balancer = self._balancer(balancer)
        self._listeners(balancer, group_arn)
        return {
            "changed": self.before != self.after,
            "load_balancer_arn": balancer["LoadBalancerArn"] if balancer else None,
            "dns_name": balancer["DNSName"] if balancer else None,
            "target_group_arn": group_arn,
            "diff": {"before": self.before, "after": self.after},
        }

    def _find_balancer(self) -> Resource | None:
        name = self.params["name"]
        description = f"describe load balancer {name}"
        answer = find(ELBv2ErrorHandler, description, self.client.describe_load_balancers, Names=[name])
        return answer["LoadBalancers"][0] if answer else None

    def _find_group(self) -> Resource | None:
        name = self.params["target_group"]["name"]
        description = f"describe target group {name}"
        answer = find(ELBv2ErrorHandler, description, self.client.describe_target_groups, Names=[name])
        return answer["TargetGroups"][0] if answer else None

    def _look(self, balancer: Resource | None, group: Resource | None) -> dict[str, t.Any]:
        """What the descriptions do not tell of those that are there."""
        reads: dict[str, t.Callable[[], t.Any]] = {}
        if balancer:
            arn = balancer["LoadBalancerArn"]
            method = self.client.describe_load_balancer_attributes
            reads["balancer"] = lambda: self._read("attributes", method, LoadBalancerArn=arn)["Attributes"]
            listeners = self.client.describe_listeners
            reads["listeners"] = lambda: self._read("listeners", listeners, LoadBalancerArn=arn)["Listeners"]
        if group:
            attributes = self.client.describe_target_group_attributes
            group_arn = group["TargetGroupArn"]
            reads["group"] = lambda: self._read("attributes", attributes, TargetGroupArn=group_arn)["Attributes"]
        arns = [one[key] for one, key in ((balancer, "LoadBalancerArn"), (group, "TargetGroupArn")) if one]
        if arns:
            reads["tags"] = lambda: self._tags(arns)
        values = side_by_side(lambda read: read(), list(reads.values()))
        return {"balancer": [], "listeners": [], "group": [], "tags": {}, **dict(zip(reads, values, strict=True))}

    def _tags(self, arns: list[str]) -> dict[str, dict[str, str]]:
        answer = self._read("tags", self.client.describe_tags, ResourceArns=arns)
        return {one["ResourceArn"]: boto3_tag_list_to_ansible_dict(one["Tags"]) for one in answer["TagDescriptions"]}

    def _read(self, what: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        return aws_call(ELBv2ErrorHandler, f"read {what} of load balancer {self.params['name']}", method, **arguments)

    def _write(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        return call_on_new(ELBv2ErrorHandler, MISSING, description, method, **arguments)

    def _note(self, part: str, before: State | None, after: State) -> None:
        if before is not None:
            self.before[part] = before
        self.after[part] = after

    def _wanted_tags(self, option: State) -> dict[str, str]:
        return merged_tags(self.params["tags"], option.get("tags")) or {}

    def _tag(self, arn: str, wanted: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Tags before and after."""
        there = self.seen["tags"].get(arn, {})
        changes = tag_changes(there, wanted, self.params["purge_tags"])
        if changes.remove and not self.check_mode:
            self._write(f"untag {arn}", self.client.remove_tags, ResourceArns=[arn], TagKeys=changes.remove)
        if changes.add and not self.check_mode:
            tags = ansible_dict_to_boto3_tag_list(changes.add)
            self._write(f"tag {arn}", self.client.add_tags, ResourceArns=[arn], Tags=tags)
        return there, changes.applied_to(there)

    def _target_group(self, group: Resource | None) -> str | None:
        option = self.params["target_group"]
        tags = self._wanted_tags(option)
        check = settings.health_check(option)
        attributes = settings.target_group_attributes(option)
        if group is None:
            self._note("target group", None, {**check, **attributes, "tags": tags})
            if self.check_mode:
                return None
            arn = self._create_target_group(check, tags)
            self._set_group_attributes(arn, attributes)
            return arn
        arn = group["TargetGroupArn"]
        observed = settings.observed_health_check(group)
        there = settings.attributes(self.seen["group"], attributes)
        tags_before, tags_after = self._tag(arn, tags)
        before = {**observed, **there, "tags": tags_before}
        self._note("target group", before, {**check, **attributes, "tags": tags_after})
        if observed != check and not self.check_mode:
            self._write(f"change {arn}", self.client.modify_target_group, TargetGroupArn=arn, **check)
        if there != attributes and not self.check_mode:
            self._set_group_attributes(arn, attributes)
        return arn

    def _create_target_group(self, check: Resource, tags: dict[str, str]) -> str:
        option = self.params["target_group"]
        answer = self._write(
            f"create target group {option['name']}",
            self.client.create_target_group,
            Name=option["name"],
            Protocol="HTTP",
            TargetType="ip",
            Port=option["port"],
            VpcId=option["vpc_id"],
            Tags=ansible_dict_to_boto3_tag_list(tags),
            **check,
        )
        return answer["TargetGroups"][0]["TargetGroupArn"]

    def _set_group_attributes(self, arn: str, attributes: dict[str, str]) -> None:
        method = self.client.modify_target_group_attributes
        self._write(f"change {arn}", method, TargetGroupArn=arn, Attributes=_pairs(attributes))

    def _balancer(self, balancer: Resource | None) -> Resource | None:
        tags = self._wanted_tags(self.params)
        attributes = settings.load_balancer_attributes(self.params)
        subnets = sorted(self.params["subnet_ids"])
        groups = sorted(self.params["security_group_ids"])
        after = {"subnets": subnets, "security_groups": groups, **attributes}
        if balancer is None:
            self._note("load balancer", None, {**after, "tags": tags})
            if self.check_mode:
                return None
            balancer = self._create_balancer(subnets, groups, tags)
            self._set_balancer_attributes(balancer["LoadBalancerArn"], attributes)
            return balancer
        arn = balancer["LoadBalancerArn"]
        before = {
            "subnets": settings.zones_subnets(balancer),
            "security_groups": sorted(balancer.get("SecurityGroups", [])),
            **settings.attributes(self.seen["balancer"], attributes),
        }
        tags_before, tags_after = self._tag(arn, tags)
        self._note("load balancer", {**before, "tags": tags_before}, {**after, "tags": tags_after})
        if self.check_mode:
            return balancer
        if before["subnets"] != subnets:
            self._write("set subnets", self.client.set_subnets, LoadBalancerArn=arn, Subnets=subnets)
        if before["security_groups"] != groups:
            method = self.client.set_security_groups
            self._write("set security groups", method, LoadBalancerArn=arn, SecurityGroups=groups)
        if any(before[key] != value for key, value in attributes.items()):
            self._set_balancer_attributes(arn, attributes)
        return balancer

    def _create_balancer(self, subnets: list[str], groups: list[str], tags: dict[str, str]) -> Resource:
        answer = self._write(
            f"create load balancer {self.params['name']}",
            self.client.create_load_balancer,
            Name=self.params["name"],
            Type="application",
            Scheme=self.params["scheme"],
            Subnets=subnets,
            SecurityGroups=groups,
            Tags=ansible_dict_to_boto3_tag_list(tags),
        )
        return answer["LoadBalancers"][0]

    def _set_balancer_attributes(self, arn: str, attributes: dict[str, str]) -> None:
        method = self.client.modify_load_balancer_attributes
        self._write(f"change {arn}", method, LoadBalancerArn=arn, Attributes=_pairs(attributes))

    def _listeners(self, balancer: Resource | None, group_arn: str | None) -> None:
        """The wanted one first; others would be left from another port."""
        wanted = settings.listener(self.params["listener"], group_arn)
        there = {one["Port"]: one for one in self.seen["listeners"]}
        before = {port: settings.observed_listener(one) for port, one in there.items()}
        self._note("listeners", before if balancer else None, {wanted["Port"]: wanted})
        if self.check_mode or balancer is None:
            return
        found = there.pop(wanted["Port"], None)
        request = settings.listener_request(wanted)
        if found is None:
            arn = balancer["LoadBalancerArn"]
            self._write("create the listener", self.client.create_listener, LoadBalancerArn=arn, **request)
        elif before[wanted["Port"]] != wanted:
            method = self.client.modify_listener
            self._write("change the listener", method, ListenerArn=found["ListenerArn"], **request)
        for other in there.values():
            self._write("delete a listener", self.client.delete_listener, ListenerArn=other["ListenerArn"])


def _pairs(attributes: dict[str, str]) -> list[Resource]:
    return [{"Key": key, "Value": value} for key, value in attributes.items()]


def ensure(client: t.Any, params: State, check_mode: bool) -> State:
    return LoadBalancer(client, params, check_mode).ensure()

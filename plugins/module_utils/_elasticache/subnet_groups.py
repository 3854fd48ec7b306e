# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The cache subnet group of a replication group: read it, compare it, bring it to the wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._elasticache.common import ElastiCacheErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import changed_options, target_state

State = dict[str, t.Any]


def read(client: t.Any, name: str) -> State | None:
    description = f"describe cache subnet group {name}"
    method = client.describe_cache_subnet_groups
    answer = find(ElastiCacheErrorHandler, description, method, CacheSubnetGroupName=name)
    if answer is None:
        return None
    (group,) = answer["CacheSubnetGroups"]
    return {
        "description": group["CacheSubnetGroupDescription"],
        "subnet_ids": sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
    }


def ensure(client: t.Any, name: str, found: State | None, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    """Changed or not, with the difference."""
    description, subnet_ids = params["subnet_group_description"], sorted(params["subnet_ids"])
    if found is None:
        after: State = {"description": description or name, "subnet_ids": subnet_ids}
        if not check_mode:
            _write("create", client.create_cache_subnet_group, name, after)
        return _result(name, {}, after)
    target = target_state({"description": description, "subnet_ids": subnet_ids}, found, {})
    if changed_options(found, target) and not check_mode:
        _write("modify", client.modify_cache_subnet_group, name, target)
    return _result(name, found, target)


def _write(verb: str, method: t.Callable[..., t.Any], name: str, state: State) -> None:
    aws_call(
        ElastiCacheErrorHandler,
        f"{verb} cache subnet group {name}",
        method,
        CacheSubnetGroupName=name,
        CacheSubnetGroupDescription=state["description"],
        SubnetIds=state["subnet_ids"],
    )


def _result(name: str, before: State, after: State) -> State:
    header = f"Cache subnet group {name}"
    diff = {"before_header": header, "after_header": header, "before": before, "after": after}
    return {"changed": before != after, "diff": diff}

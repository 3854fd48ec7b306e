# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A replication group in the module's options: what is wanted, what exists, and the requests between the two."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    changed_options,
    same_kms_key,
    same_members,
    target_state,
    version_satisfies,
)
from ansible_collections.amazon.aws.plugins.module_utils.transformation import boto3_resource_to_ansible_dict

Resource = t.Mapping[str, t.Any]
State = t.Mapping[str, t.Any]

# Option -> parameter of CreateReplicationGroup. ModifyReplicationGroup has the same names.
API_NAMES = {
    "description": "ReplicationGroupDescription",
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "node_type": "CacheNodeType",
    "num_cache_clusters": "NumCacheClusters",
    "automatic_failover": "AutomaticFailoverEnabled",
    "multi_az": "MultiAZEnabled",
    "subnet_group": "CacheSubnetGroupName",
    "security_group_ids": "SecurityGroupIds",
    "parameter_group": "CacheParameterGroupName",
    "transit_encryption": "TransitEncryptionEnabled",
    "at_rest_encryption": "AtRestEncryptionEnabled",
    "kms_key_id": "KmsKeyId",
    "snapshot_retention_limit": "SnapshotRetentionLimit",
    "port": "Port",
}

# What a new group gets when the option is not given, and AWS would choose something less safe or nothing at all.
CREATION_DEFAULTS = {
    "engine": "valkey",
    "num_cache_clusters": 1,
    "transit_encryption": True,
    "at_rest_encryption": True,
}

# Another value needs another replication group.
FIXED = ("subnet_group", "transit_encryption", "at_rest_encryption", "kms_key_id", "port")

EQUIVALENCES: dict[str, t.Callable[[t.Any, t.Any], bool]] = {
    "engine_version": version_satisfies,
    "kms_key_id": same_kms_key,
    "security_group_ids": same_members,
}


def wanted_state(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {option: params[option] for option in API_NAMES}


def with_creation_defaults(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    defaults = {**CREATION_DEFAULTS, "description": params["id"]}
    return {option: defaults.get(option) if value is None else value for option, value in params.items()}


def observed_state(group: Resource, member: Resource) -> dict[str, t.Any]:
    """The options as they are, or will be: what is pending has been asked for already."""
    pending = {**member.get("PendingModifiedValues", {}), **group.get("PendingModifiedValues", {})}
    return {
        "description": group.get("Description"),
        "engine": group.get("Engine", member.get("Engine")),
        "engine_version": pending.get("EngineVersion", member.get("EngineVersion")),
        "node_type": pending.get("CacheNodeType", group.get("CacheNodeType")),
        "num_cache_clusters": sum(len(shard.get("NodeGroupMembers", [])) for shard in group.get("NodeGroups", [])),
        "automatic_failover": _is_on(pending.get("AutomaticFailoverStatus", group.get("AutomaticFailover"))),
        "multi_az": _is_on(group.get("MultiAZ")),
        "subnet_group": member.get("CacheSubnetGroupName"),
        "security_group_ids": sorted(entry["SecurityGroupId"] for entry in member.get("SecurityGroups", [])),
        "parameter_group": member.get("CacheParameterGroup", {}).get("CacheParameterGroupName"),
        "transit_encryption": group.get("TransitEncryptionEnabled", False),
        "at_rest_encryption": group.get("AtRestEncryptionEnabled", False),
        "kms_key_id": group.get("KmsKeyId"),
        "snapshot_retention_limit": group.get("SnapshotRetentionLimit"),
        "port": primary_endpoint(group)["port"],
    }


def _is_on(status: str | None) -> bool:
    return status in ("enabled", "enabling")


def target(params: t.Mapping[str, t.Any], observed: State) -> dict[str, t.Any]:
    return target_state(wanted_state(params), observed, EQUIVALENCES)


def fixed_differences(observed: State, wanted: State) -> list[str]:
    """The differences that no request can remove, in words."""
    return [
        f"{option} is {observed[option]}, not {wanted[option]}"
        for option in changed_options(observed, wanted)
        if option in FIXED
    ]


def create_request(params: t.Mapping[str, t.Any], token: str | None) -> dict[str, t.Any]:
    request = {API_NAMES[option]: value for option, value in wanted_state(params).items() if value is not None}
    return request if token is None else {**request, "AuthToken": token}


def modify_request(observed: State, wanted: State) -> dict[str, t.Any]:
    """The number of nodes is none of ModifyReplicationGroup's business."""
    options = [option for option in changed_options(observed, wanted) if option != "num_cache_clusters"]
    if "engine" in options and "engine_version" not in options:
        options.append("engine_version")
    return {API_NAMES[option]: wanted[option] for option in options}


def primary_endpoint(group: Resource) -> dict[str, t.Any]:
    shards = group.get("NodeGroups") or [{}]
    endpoint = shards[0].get("PrimaryEndpoint") or {}
    return {"address": endpoint.get("Address"), "port": endpoint.get("Port")}


def result(group: Resource | None) -> dict[str, t.Any]:
    """The module's return values. A group that is not there yet has the same keys, with null values."""
    if group is None:
        return {"replication_group": {}, "status": None, "primary_endpoint": {"address": None, "port": None}}
    return {
        "replication_group": boto3_resource_to_ansible_dict(dict(group), force_tags=False),
        "status": group["Status"],
        "primary_endpoint": primary_endpoint(group),
    }

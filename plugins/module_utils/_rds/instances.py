# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A DB instance in the module's options: what is wanted, what exists, and the requests between the two."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    changed_options,
    same_kms_key,
    same_members,
    target_state,
    version_satisfies,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.amazon.aws.plugins.module_utils.transformation import boto3_resource_to_ansible_dict

Instance = t.Mapping[str, t.Any]
State = t.Mapping[str, t.Any]

# Option -> parameter of CreateDBInstance. ModifyDBInstance has the same names.
API_NAMES = {
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "instance_class": "DBInstanceClass",
    "allocated_storage": "AllocatedStorage",
    "max_allocated_storage": "MaxAllocatedStorage",
    "storage_type": "StorageType",
    "storage_encrypted": "StorageEncrypted",
    "kms_key_id": "KmsKeyId",
    "db_name": "DBName",
    "master_username": "MasterUsername",
    "subnet_group": "DBSubnetGroupName",
    "security_group_ids": "VpcSecurityGroupIds",
    "multi_az": "MultiAZ",
    "backup_retention_period": "BackupRetentionPeriod",
    "deletion_protection": "DeletionProtection",
    "publicly_accessible": "PubliclyAccessible",
    "parameter_group": "DBParameterGroupName",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
}

# What a new instance gets when the option is not given, and AWS would choose something less safe or nothing at all.
CREATION_DEFAULTS = {"engine": "postgres", "storage_encrypted": True, "publicly_accessible": False}

# Another value needs another instance.
FIXED = ("engine", "storage_encrypted", "kms_key_id", "db_name", "master_username", "subnet_group")

EQUIVALENCES: dict[str, t.Callable[[t.Any, t.Any], bool]] = {
    "engine_version": version_satisfies,
    # Storage never shrinks, and storage autoscaling may have let it grow.
    "allocated_storage": lambda observed, wanted: observed >= wanted,
    "kms_key_id": same_kms_key,
    "security_group_ids": same_members,
}


def wanted_state(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {option: params[option] for option in API_NAMES}


def with_creation_defaults(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {option: CREATION_DEFAULTS.get(option) if value is None else value for option, value in params.items()}


def observed_state(instance: Instance) -> dict[str, t.Any]:
    """The options as they are, or will be: what is pending has been asked for already."""
    current = {**instance, **instance.get("PendingModifiedValues", {})}
    groups = current.get("DBParameterGroups") or [{}]
    special = {
        "subnet_group": current.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "security_group_ids": sorted(group["VpcSecurityGroupId"] for group in current.get("VpcSecurityGroups", [])),
        "parameter_group": groups[0].get("DBParameterGroupName"),
        # Without storage autoscaling RDS leaves the limit out, which is what a limit of the present size asks for.
        "max_allocated_storage": current.get("MaxAllocatedStorage", current.get("AllocatedStorage")),
    }
    return {option: special.get(option, current.get(name)) for option, name in API_NAMES.items()}


def target(params: t.Mapping[str, t.Any], instance: Instance) -> dict[str, t.Any]:
    return target_state(wanted_state(params), observed_state(instance), EQUIVALENCES)


def fixed_differences(observed: State, wanted: State) -> list[str]:
    """The differences that no request can remove, in words."""
    return [
        f"{option} is {observed[option]}, not {wanted[option]}"
        for option in changed_options(observed, wanted)
        if option in FIXED
    ]


def create_request(params: t.Mapping[str, t.Any], password: str) -> dict[str, t.Any]:
    request = {API_NAMES[option]: value for option, value in wanted_state(params).items() if value is not None}
    return {**request, "MasterUserPassword": password}


def modify_request(observed: State, wanted: State) -> dict[str, t.Any]:
    return {API_NAMES[option]: wanted[option] for option in changed_options(observed, wanted)}


def tags_of(instance: Instance) -> dict[str, str]:
    return boto3_tag_list_to_ansible_dict(instance.get("TagList") or [])


def delete_request(name: str, snapshot: str | None, skip_snapshot: bool, now: datetime) -> dict[str, t.Any]:
    """A final snapshot is kept unless it is declined; its name is used once only, for snapshots outlive instances."""
    if skip_snapshot:
        return {"SkipFinalSnapshot": True}
    return {
        "SkipFinalSnapshot": False,
        "FinalDBSnapshotIdentifier": snapshot or f"{name}-final-{now.strftime('%Y%m%d%H%M%S')}",
    }


def result(instance: Instance | None) -> dict[str, t.Any]:
    """The module's return values. An instance that is not there yet has the same keys, with null values."""
    if instance is None:
        return {"instance": {}, "status": None, "tags": {}, "endpoint": {"address": None, "port": None}}
    pending = {k: v for k, v in instance.get("PendingModifiedValues", {}).items() if k != "MasterUserPassword"}
    shown = boto3_resource_to_ansible_dict({**instance, "PendingModifiedValues": pending}, force_tags=False)
    shown.pop("tag_list", None)
    endpoint = instance.get("Endpoint") or {}
    return {
        "instance": shown,
        "status": instance["DBInstanceStatus"],
        "tags": tags_of(instance),
        "endpoint": {"address": endpoint.get("Address"), "port": endpoint.get("Port")},
    }

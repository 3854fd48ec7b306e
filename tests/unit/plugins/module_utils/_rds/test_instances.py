"""From options to requests, and back from a DB instance to options."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._rds.instances import (
    API_NAMES,
    create_request,
    delete_request,
    fixed_differences,
    modify_request,
    observed_state,
    result,
    target,
    with_creation_defaults,
)

PARAMS: dict[str, Any] = {
    **dict.fromkeys(API_NAMES),
    "engine": "postgres",
    "engine_version": "17",
    "instance_class": "db.t4g.small",
    "allocated_storage": 20,
    "storage_encrypted": True,
    "publicly_accessible": False,
    "security_group_ids": ["sg-2", "sg-1"],
}
INSTANCE: dict[str, Any] = {
    "DBInstanceIdentifier": "airflow-x",
    "DBInstanceArn": "arn:aws:rds:eu-west-1:1:db:airflow-x",
    "DBInstanceStatus": "available",
    "DBInstanceClass": "db.t4g.small",
    "Engine": "postgres",
    "EngineVersion": "17.6",
    "AllocatedStorage": 20,
    "StorageType": "gp3",
    "StorageEncrypted": True,
    "KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k",
    "DBName": "airflow",
    "MasterUsername": "airflow",
    "DBSubnetGroup": {"DBSubnetGroupName": "airflow-x"},
    "VpcSecurityGroups": [
        {"VpcSecurityGroupId": "sg-1", "Status": "active"},
        {"VpcSecurityGroupId": "sg-2", "Status": "active"},
    ],
    "MultiAZ": False,
    "BackupRetentionPeriod": 7,
    "DeletionProtection": True,
    "PubliclyAccessible": False,
    "DBParameterGroups": [{"DBParameterGroupName": "default.postgres17", "ParameterApplyStatus": "in-sync"}],
    "CopyTagsToSnapshot": True,
    "Endpoint": {"Address": "airflow-x.abc.eu-west-1.rds.amazonaws.com", "Port": 5432},
    "PendingModifiedValues": {},
    "TagList": [{"Key": "a", "Value": "1"}],
}
EVERYTHING: dict[str, Any] = {
    **PARAMS,
    "max_allocated_storage": 20,
    "storage_type": "gp3",
    "kms_key_id": "k",
    "db_name": "airflow",
    "master_username": "airflow",
    "subnet_group": "airflow-x",
    "multi_az": False,
    "backup_retention_period": 7,
    "deletion_protection": True,
    "parameter_group": "default.postgres17",
    "copy_tags_to_snapshot": True,
}


def changes(params: dict[str, Any], instance: dict[str, Any]) -> dict[str, Any]:
    return modify_request(observed_state(instance), target(params, instance))


def test_what_exists_as_wanted_needs_no_request() -> None:
    assert changes(PARAMS, INSTANCE) == {}
    assert changes(EVERYTHING, INSTANCE) == {}


@pytest.mark.parametrize(
    ("option", "value", "request_"),
    [
        ("instance_class", "db.t4g.medium", {"DBInstanceClass": "db.t4g.medium"}),
        ("engine_version", "18", {"EngineVersion": "18"}),
        ("allocated_storage", 30, {"AllocatedStorage": 30}),
        ("max_allocated_storage", 100, {"MaxAllocatedStorage": 100}),
        ("storage_type", "io2", {"StorageType": "io2"}),
        ("security_group_ids", ["sg-1"], {"VpcSecurityGroupIds": ["sg-1"]}),
        ("multi_az", True, {"MultiAZ": True}),
        ("backup_retention_period", 0, {"BackupRetentionPeriod": 0}),
        ("deletion_protection", False, {"DeletionProtection": False}),
        ("publicly_accessible", True, {"PubliclyAccessible": True}),
        ("parameter_group", "mine", {"DBParameterGroupName": "mine"}),
        ("copy_tags_to_snapshot", False, {"CopyTagsToSnapshot": False}),
    ],
)
def test_only_what_differs_is_modified(option: str, value: Any, request_: dict[str, Any]) -> None:
    assert changes({**EVERYTHING, option: value}, INSTANCE) == request_


def test_a_pending_change_counts_as_made() -> None:
    pending = {**INSTANCE, "PendingModifiedValues": {"DBInstanceClass": "db.t4g.medium", "EngineVersion": "18.1"}}

    assert changes({**PARAMS, "instance_class": "db.t4g.medium", "engine_version": "18"}, pending) == {}
    assert changes({**PARAMS, "engine_version": "18"}, pending) == {"DBInstanceClass": "db.t4g.small"}


def test_storage_that_has_grown_is_accepted() -> None:
    assert changes(PARAMS, {**INSTANCE, "AllocatedStorage": 25}) == {}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("engine", "mysql"),
        ("storage_encrypted", False),
        ("kms_key_id", "other"),
        ("db_name", "other"),
        ("master_username", "other"),
        ("subnet_group", "other"),
    ],
)
def test_what_cannot_be_changed_is_named(option: str, value: Any) -> None:
    params = {**EVERYTHING, option: value}

    differences = fixed_differences(observed_state(INSTANCE), target(params, INSTANCE))

    assert len(differences) == 1
    assert differences[0].startswith(f"{option} is ")
    assert differences[0].endswith(f"not {value}")


def test_create_request_leaves_out_what_is_not_given() -> None:
    assert create_request(PARAMS, "password") == {
        "Engine": "postgres",
        "EngineVersion": "17",
        "DBInstanceClass": "db.t4g.small",
        "AllocatedStorage": 20,
        "StorageEncrypted": True,
        "PubliclyAccessible": False,
        "VpcSecurityGroupIds": ["sg-2", "sg-1"],
        "MasterUserPassword": "password",
    }


def test_a_new_instance_is_private_and_encrypted_unless_told_otherwise() -> None:
    nothing = dict.fromkeys(API_NAMES)

    assert create_request(with_creation_defaults(nothing), "password") == {
        "Engine": "postgres",
        "StorageEncrypted": True,
        "PubliclyAccessible": False,
        "MasterUserPassword": "password",
    }
    assert with_creation_defaults({**nothing, "storage_encrypted": False})["storage_encrypted"] is False
    assert changes(nothing, {**INSTANCE, "PubliclyAccessible": True}) == {}


def test_each_final_snapshot_has_a_name_of_its_own() -> None:
    first, second = datetime(2026, 1, 31, 12, 0, 0), datetime(2026, 1, 31, 12, 0, 1)

    request = delete_request("airflow-x", None, False, first)

    assert request == {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": "airflow-x-final-20260131120000"}
    assert delete_request("airflow-x", None, False, second) != request
    assert delete_request("airflow-x", "mine", False, first)["FinalDBSnapshotIdentifier"] == "mine"
    assert delete_request("airflow-x", None, True, first) == {"SkipFinalSnapshot": True}


def test_the_result_has_the_endpoint_and_no_password() -> None:
    instance = {**INSTANCE, "PendingModifiedValues": {"MasterUserPassword": "****", "MultiAZ": True}}

    shown = result(instance)

    assert shown["endpoint"] == {"address": "airflow-x.abc.eu-west-1.rds.amazonaws.com", "port": 5432}
    assert shown["status"] == "available"
    assert shown["instance"]["pending_modified_values"] == {"multi_az": True}
    assert shown["tags"] == {"a": "1"}


def test_without_an_instance_the_result_has_the_same_keys() -> None:
    assert result(None).keys() == result(INSTANCE).keys()
    assert result(None)["endpoint"] == {"address": None, "port": None}
    assert result({**INSTANCE, "Endpoint": None})["endpoint"] == {"address": None, "port": None}

"""The calls that the module makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules.rds_db_instance import main
from botocore.stub import ANY

NAME = "airflow-x"
PASSWORD = "correct-horse-battery-staple"
OPTIONS: dict[str, Any] = {
    "id": NAME,
    "engine_version": "17",
    "instance_class": "db.t4g.small",
    "allocated_storage": 20,
    "master_username": "airflow",
    "master_password_secret": "airflow-x/database-password",
    "tags": {"a": "1"},
}
INSTANCE: dict[str, Any] = {
    "DBInstanceIdentifier": NAME,
    "DBInstanceArn": f"arn:aws:rds:eu-west-1:123456789012:db:{NAME}",
    "DBInstanceStatus": "available",
    "DBInstanceClass": "db.t4g.small",
    "Engine": "postgres",
    "EngineVersion": "17.6",
    "AllocatedStorage": 20,
    "StorageEncrypted": True,
    "MasterUsername": "airflow",
    "PubliclyAccessible": False,
    "DeletionProtection": False,
    "Endpoint": {"Address": "db.example.com", "Port": 5432},
    "TagList": [{"Key": "a", "Value": "1"}],
}
CREATION: dict[str, Any] = {
    "DBInstanceIdentifier": NAME,
    "Engine": "postgres",
    "EngineVersion": "17",
    "DBInstanceClass": "db.t4g.small",
    "AllocatedStorage": 20,
    "StorageEncrypted": True,
    "PubliclyAccessible": False,
    "MasterUsername": "airflow",
    "MasterUserPassword": PASSWORD,
    "Tags": [{"Key": "a", "Value": "1"}],
}
GROUP_ARN = f"arn:aws:rds:eu-west-1:123456789012:subgrp:{NAME}"
SUBNETS: dict[str, Any] = {"subnet_group": NAME, "subnet_ids": ["subnet-b", "subnet-a"]}
GROUP_REQUEST = {"DBSubnetGroupName": NAME, "SubnetIds": ["subnet-a", "subnet-b"]}

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def rds(aws: Any) -> Any:
    return aws["rds"]


def seen(rds: Any, *statuses: str | None, **more: Any) -> None:
    """What DescribeDBInstances answers, one after the other; None is not found."""
    for status in statuses:
        if status is None:
            rds.add_client_error("describe_db_instances", "DBInstanceNotFound", http_status_code=404)
        else:
            answer = {"DBInstances": [{**INSTANCE, **more, "DBInstanceStatus": status}]}
            rds.add_response("describe_db_instances", answer, {"DBInstanceIdentifier": NAME})


def events(rds: Any, message: str) -> None:
    rds.add_response(
        "describe_events",
        {"Events": [{"Message": message}]},
        {"SourceIdentifier": NAME, "SourceType": "db-instance", "Duration": 120},
    )


def creation(rds: Any, aws: Any) -> None:
    aws["secretsmanager"].add_response(
        "get_secret_value", {"SecretString": PASSWORD}, {"SecretId": "airflow-x/database-password"}
    )
    rds.add_response(
        "create_db_instance",
        {"DBInstance": {**INSTANCE, "DBInstanceStatus": "creating"}},
        CREATION,
    )


def test_it_creates_and_waits(rds: Any, aws: Any, run_module: Run) -> None:
    seen(rds, None)
    creation(rds, aws)
    seen(rds, None, "creating", "backing-up", "available")

    result = run_module(main, **OPTIONS)

    assert result["changed"]
    assert result["endpoint"] == {"address": "db.example.com", "port": 5432}
    assert PASSWORD not in str(result)


def test_it_starts_and_comes_back_at_once(rds: Any, aws: Any, run_module: Run) -> None:
    seen(rds, None)
    creation(rds, aws)
    seen(rds, "creating", Endpoint={})

    result = run_module(main, **OPTIONS, wait=False)

    assert result["changed"]
    assert result["status"] == "creating"
    assert result["endpoint"] == {"address": None, "port": None}


@pytest.mark.parametrize("status", ["creating", "modifying", "stopped"])
def test_a_busy_instance_is_left_alone_without_wait(status: str, rds: Any, run_module: Run) -> None:
    seen(rds, status)

    result = run_module(main, **{**OPTIONS, "instance_class": "db.t4g.medium"}, wait=False)

    assert not result["changed"]
    assert result["status"] == status


def test_a_later_call_only_waits(rds: Any, run_module: Run) -> None:
    seen(rds, "creating", "creating", "available")

    assert not run_module(main, **OPTIONS)["changed"]


def test_check_mode_reads_and_writes_nothing_else(rds: Any, run_module: Run) -> None:
    seen(rds, None)

    result = run_module(main, check_mode=True, **OPTIONS)

    assert result["changed"]
    assert result["diff"]["after"]["instance_class"] == "db.t4g.small"
    assert result["endpoint"] == {"address": None, "port": None}


def test_it_modifies_what_differs_and_waits_until_nothing_is_pending(rds: Any, run_module: Run) -> None:
    seen(rds, "available")
    arn = INSTANCE["DBInstanceArn"]
    rds.add_response("remove_tags_from_resource", {}, {"ResourceName": arn, "TagKeys": ["a"]})
    rds.add_response("add_tags_to_resource", {}, {"ResourceName": arn, "Tags": [{"Key": "b", "Value": "2"}]})
    rds.add_response(
        "modify_db_instance",
        {},
        {
            "DBInstanceIdentifier": NAME,
            "DBInstanceClass": "db.t4g.medium",
            "EngineVersion": "18",
            "AllowMajorVersionUpgrade": True,
            "ApplyImmediately": True,
        },
    )
    seen(rds, "available", PendingModifiedValues={"DBInstanceClass": "db.t4g.medium"})
    seen(rds, "modifying", "available")

    result = run_module(
        main,
        **{**OPTIONS, "instance_class": "db.t4g.medium", "engine_version": "18", "tags": {"b": "2"}},
        allow_major_version_upgrade=True,
        apply_immediately=True,
    )

    assert result["changed"]
    assert result["diff"]["before"]["instance_class"] == "db.t4g.small"
    assert result["diff"]["after"]["tags"] == {"b": "2"}


def test_the_id_alone_changes_nothing(rds: Any, run_module: Run) -> None:
    seen(rds, "available", PubliclyAccessible=True, StorageEncrypted=False, Engine="mysql")

    result = run_module(main, id=NAME)

    assert not result["changed"]
    assert result["tags"] == {"a": "1"}


def test_check_mode_does_not_modify(rds: Any, run_module: Run) -> None:
    seen(rds, "available")

    assert run_module(main, check_mode=True, **{**OPTIONS, "instance_class": "db.t4g.medium"})["changed"]


def test_a_failed_creation_ends_at_once_with_the_events(rds: Any, aws: Any, run_module: Run) -> None:
    seen(rds, None)
    creation(rds, aws)
    seen(rds, "creating", "incompatible-network")
    events(rds, "The subnet group has no free address")

    result = run_module(main, **OPTIONS)

    assert result["failed"]
    assert "the status is incompatible-network" in result["msg"]
    assert "The subnet group has no free address" in result["msg"]


def test_a_broken_instance_fails_without_wait_too(rds: Any, run_module: Run) -> None:
    seen(rds, "storage-full", "storage-full")
    events(rds, "The storage is full")

    assert "storage-full" in run_module(main, **OPTIONS, wait=False)["msg"]


def test_an_error_of_the_creation_does_not_show_the_password(rds: Any, aws: Any, run_module: Run) -> None:
    seen(rds, None)
    aws["secretsmanager"].add_response("get_secret_value", {"SecretString": PASSWORD})
    rds.add_client_error("create_db_instance", "InvalidParameterValue", f"The password {PASSWORD} is not valid")

    result = run_module(main, **OPTIONS)

    assert "Failed to create DB instance airflow-x" in result["msg"]
    assert PASSWORD not in str(result)


def test_a_missing_password_is_named(rds: Any, aws: Any, run_module: Run) -> None:
    seen(rds, None)
    aws["secretsmanager"].add_client_error("get_secret_value", "ResourceNotFoundException")

    result = run_module(main, **OPTIONS)

    assert result["msg"] == "Secret airflow-x/database-password does not exist or has no value yet"


def test_an_instance_that_is_only_waited_for_must_exist(rds: Any, run_module: Run) -> None:
    seen(rds, None)

    assert "to create it give instance_class" in run_module(main, id=NAME)["msg"]


def test_what_cannot_be_changed_is_refused(rds: Any, run_module: Run) -> None:
    seen(rds, "available")

    result = run_module(main, **{**OPTIONS, "master_username": "root"})

    assert result["msg"] == "DB instance airflow-x cannot be changed this way: master_username is airflow, not root"


def test_absent_keeps_a_snapshot_and_waits(rds: Any, run_module: Run) -> None:
    seen(rds, "available", "available")
    rds.add_response(
        "delete_db_instance",
        {},
        {"DBInstanceIdentifier": NAME, "SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": ANY},
    )
    seen(rds, "deleting", None)

    result = run_module(main, id="Airflow-X", state="absent")

    assert result["changed"]
    assert result["final_snapshot_id"].startswith("airflow-x-final-20")


def test_absent_lifts_the_protection_only_when_told(rds: Any, run_module: Run) -> None:
    seen(rds, "available", "available", DeletionProtection=True)
    rds.add_response("modify_db_instance", {}, {"DBInstanceIdentifier": NAME, "DeletionProtection": False})
    rds.add_response("delete_db_instance", {}, {"DBInstanceIdentifier": NAME, "SkipFinalSnapshot": True})
    seen(rds, None)

    result = run_module(main, id=NAME, state="absent", deletion_protection=False, skip_final_snapshot=True)

    assert result["changed"]
    assert result["final_snapshot_id"] is None


def test_absent_keeps_the_protection_otherwise(rds: Any, run_module: Run) -> None:
    seen(rds, "available", "available", DeletionProtection=True)
    rds.add_client_error("delete_db_instance", "InvalidParameterCombination", "Cannot delete protected DB Instance")

    assert "Cannot delete protected DB Instance" in run_module(main, id=NAME, state="absent")["msg"]


def test_absent_is_idempotent(rds: Any, run_module: Run) -> None:
    seen(rds, None)

    assert not run_module(main, id=NAME, state="absent")["changed"]


def test_absent_waits_for_a_deletion_that_is_under_way(rds: Any, run_module: Run) -> None:
    seen(rds, "deleting", "deleting", None)

    assert not run_module(main, id=NAME, state="absent")["changed"]


def test_absent_in_check_mode(rds: Any, run_module: Run) -> None:
    seen(rds, "available")

    result = run_module(main, check_mode=True, id=NAME, state="absent")

    assert result["changed"]
    assert result["diff"]["after"] == {}


def subnet_group(rds: Any, *subnets: str, tags: dict[str, str]) -> None:
    found = {
        "DBSubnetGroupArn": GROUP_ARN,
        "DBSubnetGroupDescription": "airflow-x database",
        "Subnets": [{"SubnetIdentifier": subnet} for subnet in subnets],
    }
    rds.add_response("describe_db_subnet_groups", {"DBSubnetGroups": [found]}, {"DBSubnetGroupName": NAME})
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    rds.add_response("list_tags_for_resource", {"TagList": listed}, {"ResourceName": GROUP_ARN})


def no_subnet_group(rds: Any) -> None:
    rds.add_client_error("describe_db_subnet_groups", "DBSubnetGroupNotFoundFault", http_status_code=404)


def test_the_subnet_group_comes_first(rds: Any, aws: Any, run_module: Run) -> None:
    seen(rds, None)
    no_subnet_group(rds)
    request = {**GROUP_REQUEST, "DBSubnetGroupDescription": "all", "Tags": [{"Key": "a", "Value": "1"}]}
    rds.add_response("create_db_subnet_group", {}, request)
    secret = {"SecretId": "airflow-x/database-password"}
    aws["secretsmanager"].add_response("get_secret_value", {"SecretString": PASSWORD}, secret)
    creation = {"DBInstance": {**INSTANCE, "DBInstanceStatus": "creating"}}
    rds.add_response("create_db_instance", creation, CREATION | {"DBSubnetGroupName": NAME})
    seen(rds, "creating")

    result = run_module(main, **OPTIONS, **SUBNETS, subnet_group_description="all", wait=False)

    assert result["changed"]
    group, instance = result["diff"]
    assert group["after"] == {"description": "all", "subnet_ids": ["subnet-a", "subnet-b"], "tags": {"a": "1"}}
    assert instance["after"]["subnet_group"] == NAME


def test_check_mode_creates_no_subnet_group(rds: Any, run_module: Run) -> None:
    seen(rds, None)
    no_subnet_group(rds)

    result = run_module(main, check_mode=True, **OPTIONS, subnet_group=NAME, subnet_ids=[])

    assert result["changed"]
    assert result["diff"][0]["after"] == {"description": NAME, "subnet_ids": [], "tags": {"a": "1"}}


def test_a_subnet_group_as_wanted(rds: Any, run_module: Run) -> None:
    seen(rds, "available", DBSubnetGroup={"DBSubnetGroupName": NAME})
    subnet_group(rds, "subnet-b", "subnet-a", tags={"a": "1"})

    result = run_module(main, **OPTIONS, **SUBNETS)

    assert not result["changed"]
    assert result["diff"][0]["before"] == result["diff"][0]["after"]


def test_a_subnet_group_gets_subnets_and_tags(rds: Any, run_module: Run) -> None:
    seen(rds, "available", DBSubnetGroup={"DBSubnetGroupName": NAME})
    subnet_group(rds, "subnet-b", tags={"b": "2"})
    # Its description stays, as none is given.
    rds.add_response("modify_db_subnet_group", {}, {**GROUP_REQUEST, "DBSubnetGroupDescription": "airflow-x database"})
    rds.add_response("remove_tags_from_resource", {}, {"ResourceName": GROUP_ARN, "TagKeys": ["b"]})
    tags = [{"Key": "a", "Value": "1"}]
    rds.add_response("add_tags_to_resource", {}, {"ResourceName": GROUP_ARN, "Tags": tags})

    result = run_module(main, **OPTIONS, **SUBNETS)

    assert result["changed"]
    assert result["diff"][0]["after"]["subnet_ids"] == ["subnet-a", "subnet-b"]


def test_check_mode_leaves_the_subnet_group(rds: Any, run_module: Run) -> None:
    seen(rds, "available", DBSubnetGroup={"DBSubnetGroupName": NAME})
    subnet_group(rds, "subnet-b", tags={"b": "2"})

    assert run_module(main, check_mode=True, **OPTIONS, **SUBNETS)["changed"]


def test_subnets_need_a_group(run_module: Run) -> None:
    assert "subnet_group" in run_module(main, **OPTIONS, subnet_ids=["subnet-a"])["msg"]

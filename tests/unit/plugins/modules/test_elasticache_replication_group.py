"""The calls that the module makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules.elasticache_replication_group import main

NAME = "airflow-x"
ARN = f"arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:{NAME}"
TOKEN = "correct-horse-battery-staple"
OPTIONS: dict[str, Any] = {
    "id": NAME,
    "engine_version": "8.1",
    "node_type": "cache.t4g.small",
    "auth_token_secret": "airflow-x/broker-auth-token",
    "tags": {"a": "1"},
}
SUBNETS: dict[str, Any] = {"subnet_group": NAME, "subnet_ids": ["subnet-b", "subnet-a"]}
GROUP_REQUEST = {"CacheSubnetGroupName": NAME, "SubnetIds": ["subnet-a", "subnet-b"]}

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def elasticache(aws: Any) -> Any:
    return aws["elasticache"]


def group(status: str, nodes: int = 1, **more: Any) -> dict[str, Any]:
    members = [f"{NAME}-00{number}" for number in range(1, nodes + 1)]
    return {
        "ReplicationGroupId": NAME,
        "Description": NAME,
        "Status": status,
        "Engine": "valkey",
        "CacheNodeType": "cache.t4g.small",
        "AutomaticFailover": "disabled",
        "MultiAZ": "disabled",
        "AuthTokenEnabled": True,
        "TransitEncryptionEnabled": True,
        "AtRestEncryptionEnabled": True,
        "ARN": ARN,
        "MemberClusters": members,
        "NodeGroups": [
            {
                "PrimaryEndpoint": {"Address": "broker.example.com", "Port": 6379},
                "NodeGroupMembers": [{"CacheClusterId": member} for member in members],
            }
        ],
        **more,
    }


def seen(stub: Any, *statuses: str | None, **more: Any) -> None:
    """What DescribeReplicationGroups answers, one after the other; None is not found."""
    for status in statuses:
        if status is None:
            stub.add_client_error("describe_replication_groups", "ReplicationGroupNotFoundFault")
        else:
            answer = {"ReplicationGroups": [group(status, **more)]}
            stub.add_response("describe_replication_groups", answer, {"ReplicationGroupId": NAME})


def details(stub: Any) -> None:
    """What only the node and the tag list tell."""
    stub.add_response(
        "describe_cache_clusters",
        {"CacheClusters": [{"EngineVersion": "8.1.0", "SecurityGroups": []}]},
        {"CacheClusterId": f"{NAME}-001"},
    )
    stub.add_response("list_tags_for_resource", {"TagList": [{"Key": "a", "Value": "1"}]}, {"ResourceName": ARN})


def creation(stub: Any, aws: Any) -> None:
    aws["secretsmanager"].add_response(
        "get_secret_value", {"SecretString": TOKEN}, {"SecretId": "airflow-x/broker-auth-token"}
    )
    stub.add_response(
        "create_replication_group",
        {"ReplicationGroup": group("creating")},
        {
            "ReplicationGroupId": NAME,
            "ReplicationGroupDescription": NAME,
            "Engine": "valkey",
            "EngineVersion": "8.1",
            "CacheNodeType": "cache.t4g.small",
            "NumCacheClusters": 1,
            "TransitEncryptionEnabled": True,
            "AtRestEncryptionEnabled": True,
            "AuthToken": TOKEN,
            "Tags": [{"Key": "a", "Value": "1"}],
        },
    )


def test_it_creates_and_waits(elasticache: Any, aws: Any, run_module: Run) -> None:
    seen(elasticache, None)
    creation(elasticache, aws)
    seen(elasticache, None, "creating", "available")

    result = run_module(main, **OPTIONS)

    assert result["changed"]
    assert result["primary_endpoint"] == {"address": "broker.example.com", "port": 6379}
    assert TOKEN not in str(result)


def test_it_starts_and_comes_back_at_once(elasticache: Any, aws: Any, run_module: Run) -> None:
    seen(elasticache, None)
    creation(elasticache, aws)
    seen(elasticache, "creating", NodeGroups=[])

    result = run_module(main, **OPTIONS, wait=False)

    assert result["changed"]
    assert result["primary_endpoint"] == {"address": None, "port": None}


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_busy_group_is_left_alone_without_wait(check_mode: bool, elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "creating")

    assert not run_module(main, check_mode=check_mode, **OPTIONS, wait=False)["changed"]


def test_a_later_call_only_waits(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "creating", "creating", "available")
    details(elasticache)

    assert not run_module(main, **OPTIONS)["changed"]


def test_check_mode_reads_and_writes_nothing_else(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, None)

    result = run_module(main, check_mode=True, **OPTIONS)

    assert result["changed"]
    assert result["diff"]["after"]["node_type"] == "cache.t4g.small"
    assert result["primary_endpoint"] == {"address": None, "port": None}


def test_replicas_come_before_the_failover_that_needs_them(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "available")
    details(elasticache)
    elasticache.add_response(
        "increase_replica_count",
        {},
        {"ReplicationGroupId": NAME, "NewReplicaCount": 1, "ApplyImmediately": True},
    )
    seen(elasticache, "modifying", "available", nodes=2)
    elasticache.add_response(
        "modify_replication_group",
        {},
        {"ReplicationGroupId": NAME, "AutomaticFailoverEnabled": True, "ApplyImmediately": False},
    )
    seen(elasticache, "available", nodes=2, AutomaticFailover="enabled")

    result = run_module(main, **OPTIONS, num_cache_clusters=2, automatic_failover=True, wait=False)

    assert result["changed"]
    assert result["diff"]["before"]["num_cache_clusters"] == 1
    assert result["diff"]["after"]["num_cache_clusters"] == 2


def test_replicas_go_after_the_failover_that_needed_them(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "available", nodes=2, AutomaticFailover="enabled")
    details(elasticache)
    elasticache.add_response(
        "modify_replication_group",
        {},
        {"ReplicationGroupId": NAME, "AutomaticFailoverEnabled": False, "ApplyImmediately": True},
    )
    seen(elasticache, "available", nodes=2, PendingModifiedValues={"AutomaticFailoverStatus": "disabled"})
    seen(elasticache, "available", nodes=2)
    elasticache.add_response(
        "decrease_replica_count",
        {},
        {"ReplicationGroupId": NAME, "NewReplicaCount": 0, "ApplyImmediately": True},
    )
    seen(elasticache, "modifying", "available", "available")

    assert run_module(main, **OPTIONS, num_cache_clusters=1, automatic_failover=False, apply_immediately=True)[
        "changed"
    ]


def test_the_id_alone_changes_nothing(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "available", nodes=2, AutomaticFailover="enabled", MultiAZ="enabled")
    details(elasticache)

    result = run_module(main, id=NAME)

    assert not result["changed"]
    assert result["primary_endpoint"]["address"] == "broker.example.com"


def test_tags_are_changed_without_touching_the_group(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "available")
    details(elasticache)
    elasticache.add_response("remove_tags_from_resource", {}, {"ResourceName": ARN, "TagKeys": ["a"]})
    elasticache.add_response("add_tags_to_resource", {}, {"ResourceName": ARN, "Tags": [{"Key": "b", "Value": "2"}]})
    seen(elasticache, "available")

    assert run_module(main, **{**OPTIONS, "tags": {"b": "2"}})["changed"]


def test_check_mode_does_not_modify(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "available")
    details(elasticache)

    assert run_module(main, check_mode=True, **{**OPTIONS, "node_type": "cache.m7g.large"})["changed"]


def test_a_failed_creation_ends_at_once_with_the_events(elasticache: Any, aws: Any, run_module: Run) -> None:
    seen(elasticache, None)
    creation(elasticache, aws)
    seen(elasticache, "creating", "create-failed")
    elasticache.add_response(
        "describe_events",
        {"Events": [{"Message": "No capacity in eu-west-1a"}]},
        {"SourceIdentifier": NAME, "SourceType": "replication-group", "Duration": 120},
    )

    result = run_module(main, **OPTIONS)

    assert result["failed"]
    assert "the status is create-failed" in result["msg"]
    assert "No capacity in eu-west-1a" in result["msg"]


def test_an_error_of_the_creation_does_not_show_the_token(elasticache: Any, aws: Any, run_module: Run) -> None:
    seen(elasticache, None)
    aws["secretsmanager"].add_response("get_secret_value", {"SecretString": TOKEN})
    elasticache.add_client_error("create_replication_group", "InvalidParameterValue", f"Bad token {TOKEN}")

    result = run_module(main, **OPTIONS)

    assert "Failed to create replication group airflow-x" in result["msg"]
    assert TOKEN not in str(result)


def test_what_cannot_be_changed_is_refused(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "available", AuthTokenEnabled=False)
    elasticache.add_response("describe_cache_clusters", {"CacheClusters": [{"EngineVersion": "8.1.0"}]})
    elasticache.add_response("list_tags_for_resource", {"TagList": []})

    result = run_module(main, **OPTIONS, at_rest_encryption=False)

    assert "at_rest_encryption is True, not False" in result["msg"]
    assert "it has no authentication token" in result["msg"]


def test_absent_deletes_and_waits(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "snapshotting", "snapshotting", "available")
    elasticache.add_response(
        "delete_replication_group", {}, {"ReplicationGroupId": NAME, "FinalSnapshotIdentifier": "last"}
    )
    seen(elasticache, "deleting", None)

    assert run_module(main, id="Airflow-X", state="absent", final_snapshot_id="last")["changed"]


def test_absent_is_idempotent(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, None)

    assert not run_module(main, id=NAME, state="absent")["changed"]


def test_absent_waits_for_a_deletion_that_is_under_way(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "deleting", "deleting", None)

    assert not run_module(main, id=NAME, state="absent")["changed"]


def test_absent_in_check_mode(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "available")

    assert run_module(main, check_mode=True, id=NAME, state="absent")["changed"]


def subnet_group(stub: Any, *subnets: str) -> None:
    found = {
        "CacheSubnetGroupDescription": "airflow-x broker",
        "Subnets": [{"SubnetIdentifier": subnet} for subnet in subnets],
    }
    answer = {"CacheSubnetGroups": [found]}
    stub.add_response("describe_cache_subnet_groups", answer, {"CacheSubnetGroupName": NAME})


def test_check_mode_creates_no_subnet_group(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, None)
    elasticache.add_client_error("describe_cache_subnet_groups", "CacheSubnetGroupNotFoundFault")

    result = run_module(main, check_mode=True, **OPTIONS, **SUBNETS)

    assert result["changed"]
    assert result["diff"][0]["after"] == {"description": NAME, "subnet_ids": ["subnet-a", "subnet-b"]}


def test_a_subnet_group_is_created_whatever_the_replication_group_does(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "creating")
    elasticache.add_client_error("describe_cache_subnet_groups", "CacheSubnetGroupNotFoundFault")
    request = {**GROUP_REQUEST, "CacheSubnetGroupDescription": "all"}
    elasticache.add_response("create_cache_subnet_group", {}, request)

    assert run_module(main, **OPTIONS, **SUBNETS, subnet_group_description="all", wait=False)["changed"]


def test_a_subnet_group_as_wanted(elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "creating")
    subnet_group(elasticache, "subnet-b", "subnet-a")

    assert not run_module(main, **OPTIONS, **SUBNETS, wait=False)["changed"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_subnet_group_gets_subnets(check_mode: bool, elasticache: Any, run_module: Run) -> None:
    seen(elasticache, "creating")
    subnet_group(elasticache, "subnet-b")
    if not check_mode:
        # Its description stays, as none is given.
        request = {**GROUP_REQUEST, "CacheSubnetGroupDescription": "airflow-x broker"}
        elasticache.add_response("modify_cache_subnet_group", {}, request)

    result = run_module(main, check_mode=check_mode, **OPTIONS, **SUBNETS, wait=False)

    assert result["changed"]
    assert result["diff"][0]["before"]["subnet_ids"] == ["subnet-b"]

"""From options to requests, and back from a replication group to options."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._elasticache.replication_groups import (
    API_NAMES,
    create_request,
    fixed_differences,
    modify_request,
    observed_state,
    result,
    target,
    with_creation_defaults,
)

PARAMS: dict[str, Any] = {
    **dict.fromkeys(API_NAMES),
    "engine": "valkey",
    "engine_version": "8.1",
    "node_type": "cache.t4g.small",
    "num_cache_clusters": 2,
    "automatic_failover": True,
    "multi_az": True,
    "transit_encryption": True,
    "at_rest_encryption": True,
    "security_group_ids": ["sg-2", "sg-1"],
}
GROUP: dict[str, Any] = {
    "ReplicationGroupId": "airflow-x",
    "Description": "broker",
    "Status": "available",
    "Engine": "valkey",
    "CacheNodeType": "cache.t4g.small",
    "AutomaticFailover": "enabled",
    "MultiAZ": "enabled",
    "SnapshotRetentionLimit": 0,
    "TransitEncryptionEnabled": True,
    "AtRestEncryptionEnabled": True,
    "KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k",
    "NodeGroups": [
        {
            "NodeGroupId": "0001",
            "PrimaryEndpoint": {"Address": "master.airflow-x.cache.amazonaws.com", "Port": 6379},
            "NodeGroupMembers": [{"CacheClusterId": "airflow-x-001"}, {"CacheClusterId": "airflow-x-002"}],
        }
    ],
    "PendingModifiedValues": {},
}
MEMBER: dict[str, Any] = {
    "CacheClusterId": "airflow-x-001",
    "EngineVersion": "8.1.0",
    "CacheSubnetGroupName": "airflow-x",
    "CacheParameterGroup": {"CacheParameterGroupName": "default.valkey8"},
    "SecurityGroups": [{"SecurityGroupId": "sg-1"}, {"SecurityGroupId": "sg-2"}],
}
EVERYTHING: dict[str, Any] = {
    **PARAMS,
    "description": "broker",
    "subnet_group": "airflow-x",
    "parameter_group": "default.valkey8",
    "kms_key_id": "k",
    "snapshot_retention_limit": 0,
    "port": 6379,
}


def changes(
    params: dict[str, Any], group: dict[str, Any] | None = None, member: dict[str, Any] | None = None
) -> dict[str, Any]:
    observed = observed_state(group or GROUP, member or MEMBER)
    return modify_request(observed, target(params, observed))


def test_what_exists_as_wanted_needs_no_request() -> None:
    assert changes(PARAMS) == {}
    assert changes(EVERYTHING) == {}


@pytest.mark.parametrize(
    ("option", "value", "request_"),
    [
        ("description", "other", {"ReplicationGroupDescription": "other"}),
        ("engine_version", "9.0", {"EngineVersion": "9.0"}),
        ("node_type", "cache.m7g.large", {"CacheNodeType": "cache.m7g.large"}),
        ("automatic_failover", False, {"AutomaticFailoverEnabled": False}),
        ("multi_az", False, {"MultiAZEnabled": False}),
        ("security_group_ids", ["sg-1"], {"SecurityGroupIds": ["sg-1"]}),
        ("parameter_group", "mine", {"CacheParameterGroupName": "mine"}),
        ("snapshot_retention_limit", 3, {"SnapshotRetentionLimit": 3}),
        ("num_cache_clusters", 3, {}),  # IncreaseReplicaCount does that
    ],
)
def test_only_what_differs_is_modified(option: str, value: Any, request_: dict[str, Any]) -> None:
    assert changes({**EVERYTHING, option: value}) == request_


def test_a_change_of_the_engine_names_its_version() -> None:
    redis = {**GROUP, "Engine": "redis"}

    assert changes(PARAMS, redis, {**MEMBER, "EngineVersion": "7.1.0"}) == {"Engine": "valkey", "EngineVersion": "8.1"}
    assert changes({**PARAMS, "engine_version": "8.1"}, redis)["EngineVersion"] == "8.1.0"


def test_a_pending_change_counts_as_made() -> None:
    group = {
        **GROUP,
        "AutomaticFailover": "disabled",
        "PendingModifiedValues": {"AutomaticFailoverStatus": "enabled"},
    }
    member = {**MEMBER, "PendingModifiedValues": {"EngineVersion": "9.0.1", "CacheNodeType": "cache.m7g.large"}}

    assert changes({**PARAMS, "engine_version": "9.0", "node_type": "cache.m7g.large"}, group, member) == {}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("subnet_group", "other"),
        ("transit_encryption", False),
        ("at_rest_encryption", False),
        ("kms_key_id", "other"),
        ("port", 6380),
    ],
)
def test_what_cannot_be_changed_is_named(option: str, value: Any) -> None:
    observed = observed_state(GROUP, MEMBER)

    differences = fixed_differences(observed, target({**EVERYTHING, option: value}, observed))

    assert len(differences) == 1
    assert differences[0].startswith(f"{option} is ")
    assert differences[0].endswith(f"not {value}")


def test_create_request_leaves_out_what_is_not_given() -> None:
    request = create_request(PARAMS, "token")

    assert request["AuthToken"] == "token"
    assert request["NumCacheClusters"] == 2
    assert "Port" not in request
    assert None not in request.values()
    assert "AuthToken" not in create_request(PARAMS, None)


def test_a_new_group_is_encrypted_unless_told_otherwise() -> None:
    nothing = {**dict.fromkeys(API_NAMES), "id": "airflow-x"}

    assert create_request(with_creation_defaults(nothing), None) == {
        "ReplicationGroupDescription": "airflow-x",
        "Engine": "valkey",
        "NumCacheClusters": 1,
        "TransitEncryptionEnabled": True,
        "AtRestEncryptionEnabled": True,
    }
    assert with_creation_defaults({**nothing, "transit_encryption": False})["transit_encryption"] is False
    assert changes(nothing) == {}


def test_the_result_has_the_endpoint() -> None:
    shown = result(GROUP)

    assert shown["primary_endpoint"] == {"address": "master.airflow-x.cache.amazonaws.com", "port": 6379}
    assert shown["replication_group"]["cache_node_type"] == "cache.t4g.small"


def test_without_a_group_the_result_has_the_same_keys() -> None:
    assert result(None).keys() == result(GROUP).keys()
    assert result({**GROUP, "NodeGroups": []})["primary_endpoint"] == {"address": None, "port": None}

"""From what AWS lists to the ids that roles want."""

from __future__ import annotations

from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._deployment import lookup


def subnet(identifier: str, zone: str, kind: str) -> dict[str, Any]:
    return {"SubnetId": identifier, "AvailabilityZone": zone, "Tags": [{"Key": "airflow:subnet", "Value": kind}]}


def test_subnets_of_a_kind_in_the_order_of_their_zones() -> None:
    subnets = [subnet("s-2", "b", "public"), subnet("s-3", "a", "private"), subnet("s-1", "a", "public")]
    assert lookup.subnet_ids(subnets, "public") == ["s-1", "s-2"]
    assert lookup.subnet_ids(subnets, "private") == ["s-3"]


def test_a_subnet_without_the_tag_is_nobodys() -> None:
    assert lookup.subnet_ids([{"SubnetId": "s-1", "AvailabilityZone": "a"}], "public") == []


def test_security_groups_by_component() -> None:
    groups = [
        {"GroupName": "airflow-test-api-server", "GroupId": "sg-1"},
        {"GroupName": "airflow-test-broker", "GroupId": "sg-2"},
        {"GroupName": "default", "GroupId": "sg-3"},
    ]
    assert lookup.security_group_ids(groups, "airflow-test") == {"api-server": "sg-1", "broker": "sg-2"}

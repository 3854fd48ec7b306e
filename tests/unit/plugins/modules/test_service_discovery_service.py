"""The calls that the module makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules.service_discovery_service import main

NAMESPACE: dict[str, Any] = {
    "Id": "ns-1",
    "Name": "airflow-x.internal",
    "Type": "DNS_PRIVATE",
    "Properties": {"DnsProperties": {"HostedZoneId": "Z1"}},
}
ARN = "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-1"
SERVICE: dict[str, Any] = {
    "Id": "srv-1",
    "Arn": ARN,
    "Name": "api-server",
    "DnsConfig": {"RoutingPolicy": "MULTIVALUE", "DnsRecords": [{"Type": "A", "TTL": 10}]},
    "HealthCheckCustomConfig": {"FailureThreshold": 1},
}
OPTIONS: dict[str, Any] = {
    "namespace": "airflow-x.internal",
    "vpc_id": "vpc-1",
    "name": "api-server",
    "tags": {"a": "1"},
}

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def cloud_map(aws: Any) -> Any:
    return aws["servicediscovery"]


def namespaces(cloud_map: Any, aws: Any, *found: dict[str, Any], vpcs: tuple[str, ...] = ("vpc-1",)) -> None:
    """What exists; Route 53 is asked for the VPC of each."""
    cloud_map.add_response(
        "list_namespaces",
        {"Namespaces": list(found)},
        {"Filters": [{"Name": "NAME", "Values": ["airflow-x.internal"], "Condition": "EQ"}]},
    )
    for namespace, vpc in zip(found, vpcs, strict=False):
        zone = namespace["Properties"]["DnsProperties"]["HostedZoneId"]
        aws["route53"].add_response(
            "get_hosted_zone",
            {
                "HostedZone": {"Id": f"/hostedzone/{zone}", "Name": "airflow-x.internal.", "CallerReference": "x"},
                "VPCs": [{"VPCRegion": "eu-west-1", "VPCId": vpc}],
            },
            {"Id": zone},
        )


def services(cloud_map: Any, *found: dict[str, Any]) -> None:
    cloud_map.add_response(
        "list_services",
        {"Services": list(found)},
        {"Filters": [{"Name": "NAMESPACE_ID", "Values": ["ns-1"], "Condition": "EQ"}]},
    )


def operation(cloud_map: Any, *statuses: str, **more: Any) -> None:
    for status in statuses:
        answer = {"Operation": {"Status": status, "Targets": {"NAMESPACE": "ns-1"}, **more}}
        cloud_map.add_response("get_operation", answer, {"OperationId": "op-1"})


def creation_of_service(cloud_map: Any) -> None:
    cloud_map.add_response(
        "create_service",
        {"Service": SERVICE},
        {
            "Name": "api-server",
            "NamespaceId": "ns-1",
            "DnsConfig": SERVICE["DnsConfig"],
            "HealthCheckCustomConfig": {"FailureThreshold": 1},
            "Tags": [{"Key": "a", "Value": "1"}],
        },
    )


def test_it_creates_the_namespace_and_the_service(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws)
    cloud_map.add_response(
        "create_private_dns_namespace",
        {"OperationId": "op-1"},
        {"Name": "airflow-x.internal", "Vpc": "vpc-1", "Tags": [{"Key": "a", "Value": "1"}]},
    )
    operation(cloud_map, "SUBMITTED", "PENDING", "SUCCESS")
    cloud_map.add_response("get_namespace", {"Namespace": NAMESPACE}, {"Id": "ns-1"})
    creation_of_service(cloud_map)

    result = run_module(main, **OPTIONS)

    assert result["changed"]
    assert (result["namespace_id"], result["id"], result["arn"]) == ("ns-1", "srv-1", ARN)


def test_it_takes_over_a_creation_that_was_interrupted(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws)
    cloud_map.add_client_error(
        "create_private_dns_namespace", "DuplicateRequest", modeled_fields={"DuplicateOperationId": "op-1"}
    )
    operation(cloud_map, "SUCCESS")
    cloud_map.add_response("get_namespace", {"Namespace": NAMESPACE}, {"Id": "ns-1"})
    creation_of_service(cloud_map)

    assert run_module(main, **OPTIONS)["changed"]


def test_a_namespace_of_another_vpc_is_another_one(cloud_map: Any, aws: Any, run_module: Run) -> None:
    other = {**NAMESPACE, "Id": "ns-9", "Properties": {"DnsProperties": {"HostedZoneId": "Z9"}}}
    namespaces(cloud_map, aws, other, NAMESPACE, vpcs=("vpc-9", "vpc-1"))
    services(cloud_map, SERVICE)
    cloud_map.add_response("list_tags_for_resource", {"Tags": [{"Key": "a", "Value": "1"}]}, {"ResourceARN": ARN})

    result = run_module(main, **OPTIONS)

    assert not result["changed"]
    assert result["namespace_id"] == "ns-1"


def test_a_public_namespace_of_the_same_name_is_none(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, {**NAMESPACE, "Type": "DNS_PUBLIC"}, vpcs=())

    assert run_module(main, check_mode=True, **OPTIONS)["namespace_id"] is None


def test_a_failed_operation_says_why(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws)
    cloud_map.add_response("create_private_dns_namespace", {"OperationId": "op-1"})
    operation(cloud_map, "FAIL", ErrorCode="ACCESS_DENIED", ErrorMessage="no hosted zone for you")

    assert "ACCESS_DENIED: no hosted zone for you" in run_module(main, **OPTIONS)["msg"]


def test_check_mode_on_an_empty_account(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws)

    result = run_module(main, check_mode=True, **OPTIONS)

    assert result["changed"]
    assert (result["namespace_id"], result["id"], result["arn"]) == (None, None, None)


def test_it_changes_the_ttl_and_the_tags(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE)
    services(cloud_map, SERVICE)
    cloud_map.add_response("list_tags_for_resource", {"Tags": [{"Key": "b", "Value": "2"}]})
    cloud_map.add_response("untag_resource", {}, {"ResourceARN": ARN, "TagKeys": ["b"]})
    cloud_map.add_response("tag_resource", {}, {"ResourceARN": ARN, "Tags": [{"Key": "a", "Value": "1"}]})
    cloud_map.add_response(
        "update_service",
        {"OperationId": "op-1"},
        {"Id": "srv-1", "Service": {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 20}]}}},
    )
    operation(cloud_map, "SUCCESS")

    result = run_module(main, **OPTIONS, ttl=20)

    assert result["changed"]
    assert result["diff"]["before"] == {"ttl": 10, "tags": {"b": "2"}}
    assert result["diff"]["after"] == {"ttl": 20, "tags": {"a": "1"}}


def test_check_mode_does_not_modify(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE)
    services(cloud_map, SERVICE)
    cloud_map.add_response("list_tags_for_resource", {"Tags": []})

    assert run_module(main, check_mode=True, **OPTIONS, ttl=20)["changed"]


def test_a_service_that_is_unfit_for_ecs_is_refused(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE)
    services(cloud_map, {key: value for key, value in SERVICE.items() if key != "HealthCheckCustomConfig"})

    assert "it has no custom health check" in run_module(main, **OPTIONS)["msg"]


def test_absent_waits_for_the_tasks_and_removes_the_empty_namespace(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE, vpcs=())
    services(cloud_map, SERVICE)
    cloud_map.add_response("list_instances", {"Instances": [{"Id": "task-1"}]}, {"ServiceId": "srv-1"})
    cloud_map.add_response("list_instances", {"Instances": []}, {"ServiceId": "srv-1"})
    cloud_map.add_response("delete_service", {}, {"Id": "srv-1"})
    cloud_map.add_response("delete_namespace", {"OperationId": "op-1"}, {"Id": "ns-1"})
    operation(cloud_map, "PENDING", "SUCCESS")

    result = run_module(main, namespace="airflow-x.internal", name="api-server", state="absent")

    assert result["changed"]
    assert result["diff"]["after"] == {"services": [], "namespace": None}


def test_absent_names_the_tasks_that_stay(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE, vpcs=())
    services(cloud_map, SERVICE)
    cloud_map.add_response("list_instances", {"Instances": [{"Id": "task-1"}]})

    result = run_module(main, namespace="airflow-x.internal", name="api-server", state="absent", wait_timeout=0)

    assert "still registered are task-1" in result["msg"]


def test_absent_keeps_a_namespace_with_other_services(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE, vpcs=())
    services(cloud_map, SERVICE, {**SERVICE, "Id": "srv-2", "Name": "other"})
    cloud_map.add_response("list_instances", {"Instances": []})
    cloud_map.add_response("delete_service", {}, {"Id": "srv-1"})

    result = run_module(main, namespace="airflow-x.internal", name="api-server", state="absent")

    assert result["changed"]
    assert result["namespace_id"] == "ns-1"


def test_absent_is_idempotent(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws)

    assert not run_module(main, namespace="airflow-x.internal", name="api-server", state="absent")["changed"]


def test_absent_in_check_mode(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE, vpcs=())
    services(cloud_map, SERVICE)

    result = run_module(main, check_mode=True, namespace="airflow-x.internal", name="api-server", state="absent")

    assert result["changed"]


def test_two_namespaces_of_one_name_are_not_guessed_between(cloud_map: Any, aws: Any, run_module: Run) -> None:
    namespaces(cloud_map, aws, NAMESPACE, {**NAMESPACE, "Id": "ns-2"}, vpcs=())

    result = run_module(main, namespace="airflow-x.internal", name="api-server", state="absent")

    assert result["msg"] == "There are 2 private namespaces airflow-x.internal; give vpc_id"


def test_a_known_service_is_not_searched_for(cloud_map: Any, run_module: Run) -> None:
    cloud_map.add_response("get_service", {"Service": {**SERVICE, "NamespaceId": "ns-1"}}, {"Id": "srv-1"})
    cloud_map.add_response("list_tags_for_resource", {"Tags": [{"Key": "a", "Value": "1"}]}, {"ResourceARN": ARN})

    result = run_module(main, **OPTIONS, arn=ARN)

    assert not result["changed"]
    assert (result["namespace_id"], result["id"], result["arn"]) == ("ns-1", "srv-1", ARN)


def test_a_known_service_that_is_gone_is_made_again(cloud_map: Any, aws: Any, run_module: Run) -> None:
    cloud_map.add_client_error("get_service", "ServiceNotFound")
    cloud_map.add_client_error("list_tags_for_resource", "ResourceNotFoundException")
    namespaces(cloud_map, aws, NAMESPACE)
    services(cloud_map)
    creation_of_service(cloud_map)

    assert run_module(main, **OPTIONS, arn=ARN)["changed"]

"""What ECS needs of a Cloud Map service."""

from __future__ import annotations

from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._servicediscovery.services import (
    create_request,
    deregistered,
    fixed_differences,
    operation_finished,
    ttl_change,
    ttl_of,
)


def test_what_is_created_is_fit_for_ecs() -> None:
    request = create_request("api-server", "ns-1", 10)

    assert fixed_differences(request) == []
    assert ttl_of(request) == 10
    assert request["HealthCheckCustomConfig"] == {"FailureThreshold": 1}


def test_what_is_unfit_for_ecs_is_named() -> None:
    weighted: dict[str, Any] = {"DnsConfig": {"RoutingPolicy": "WEIGHTED", "DnsRecords": [{"Type": "SRV", "TTL": 5}]}}

    assert fixed_differences(weighted) == [
        "its records are SRV, not A",
        "its routing policy is WEIGHTED, not MULTIVALUE",
        "it has no custom health check",
    ]
    assert fixed_differences({})[0] == "its records are none, not A"


def test_a_change_of_the_ttl_keeps_the_record() -> None:
    assert ttl_change(20) == {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 20}]}}


def test_ttl_of_a_service_without_records() -> None:
    assert ttl_of({}) is None


def test_operations() -> None:
    assert operation_finished({"Status": "SUCCESS"}).done
    assert not operation_finished({"Status": "PENDING"}).done
    assert operation_finished({"Status": "PENDING"}).failure is None
    failure = operation_finished({"Status": "FAIL", "ErrorCode": "ACCESS_DENIED", "ErrorMessage": "no zone for you"})
    assert failure.failure == "ACCESS_DENIED: no zone for you"


def test_tasks_have_to_go_first() -> None:
    assert deregistered([]).done
    assert deregistered([{"Id": "task-1"}, {"Id": "task-2"}]).progress == "still registered are task-1, task-2"

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A Cloud Map service as Amazon ECS registers tasks with: A records, and the health reported by ECS itself.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
"""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, failed, not_yet

Resource = t.Mapping[str, t.Any]


def create_request(name: str, namespace_id: str, ttl: int) -> dict[str, t.Any]:
    return {
        "Name": name,
        "NamespaceId": namespace_id,
        "DnsConfig": {"RoutingPolicy": "MULTIVALUE", "DnsRecords": [{"Type": "A", "TTL": ttl}]},
        "HealthCheckCustomConfig": {"FailureThreshold": 1},
    }


def ttl_change(ttl: int) -> dict[str, t.Any]:
    """UpdateService's ServiceChange."""
    return {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": ttl}]}}


def ttl_of(service: Resource) -> int | None:
    records = (service.get("DnsConfig") or {}).get("DnsRecords") or [{}]
    return records[0].get("TTL")


def fixed_differences(service: Resource) -> list[str]:
    """What makes an existing service unfit for ECS and cannot be changed, in words."""
    dns = service.get("DnsConfig") or {}
    types = [record["Type"] for record in dns.get("DnsRecords", [])]
    differences = []
    if types != ["A"]:
        differences.append(f"its records are {', '.join(types) or 'none'}, not A")
    if dns.get("RoutingPolicy", "MULTIVALUE") != "MULTIVALUE":
        differences.append(f"its routing policy is {dns['RoutingPolicy']}, not MULTIVALUE")
    if not service.get("HealthCheckCustomConfig"):
        differences.append("it has no custom health check")
    return differences


def operation_finished(operation: Resource) -> Verdict:
    if operation["Status"] == "FAIL":
        return failed(f"{operation.get('ErrorCode', 'FAIL')}: {operation.get('ErrorMessage', 'no reason given')}")
    return DONE if operation["Status"] == "SUCCESS" else not_yet(f"the status is {operation['Status']}")


def deregistered(instances: t.Sequence[Resource]) -> Verdict:
    """ECS takes a task out of the service only after it has stopped."""
    if not instances:
        return DONE
    return not_yet(f"still registered are {', '.join(instance['Id'] for instance in instances)}")

"""When a service's task counts, and when it is replaced."""

from __future__ import annotations

import time

from tools.local_aws.patches.ecs import service_health

PLAIN = {"containerDefinitions": [{"name": "airflow"}]}
CHECKED = {"containerDefinitions": [{"name": "airflow", "healthCheck": {"command": ["CMD", "true"]}}]}
BALANCED = {"loadBalancers": [{"targetGroupArn": "tg", "containerPort": 8080}]}


def task(**fields: object) -> dict:
    return {
        "desiredStatus": "RUNNING",
        "lastStatus": "RUNNING",
        "healthStatus": "UNKNOWN",
        "_container_ip": "10.0.0.2",
        "_running_since": time.time() - 60,
        **fields,
    }


def always(state: str) -> service_health.TargetState:
    return lambda group, address, port: state


def test_a_task_without_checks_counts_after_a_while() -> None:
    young = task(_running_since=time.time())
    assert not service_health.healthy(young, {}, PLAIN, always("unused"))
    assert service_health.healthy(task(), {}, PLAIN, always("unused"))


def test_a_container_health_check_decides() -> None:
    assert not service_health.healthy(task(), {}, CHECKED, always("unused"))
    assert service_health.healthy(task(healthStatus="HEALTHY"), {}, CHECKED, always("unused"))


def test_the_target_group_decides() -> None:
    assert not service_health.healthy(task(), BALANCED, PLAIN, always("initial"))
    assert service_health.healthy(task(), BALANCED, PLAIN, always("healthy"))


def test_a_stopping_task_does_not_count() -> None:
    assert not service_health.healthy(task(desiredStatus="STOPPED"), {}, PLAIN, always("unused"))


def test_reasons_for_replacement() -> None:
    assert service_health.failure(task(healthStatus="UNHEALTHY"), {}, always("unused")) == (
        "Task failed container health checks"
    )
    assert service_health.failure(task(), BALANCED, always("unhealthy")) == (
        "Task failed ELB health checks in (target-group tg)"
    )
    assert service_health.failure(task(), BALANCED, always("initial")) is None


def test_the_grace_period_protects() -> None:
    service = {**BALANCED, "healthCheckGracePeriodSeconds": 120}
    assert service_health.failure(task(), service, always("unhealthy")) is None

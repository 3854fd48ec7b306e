"""The decisions of a rolling deployment."""

from __future__ import annotations

import pytest

from tools.local_aws.patches.ecs import deployments

USUAL = {"maximumPercent": 200, "minimumHealthyPercent": 100}
STOP_FIRST = {"maximumPercent": 100, "minimumHealthyPercent": 0}


@pytest.mark.parametrize(
    ("desired", "breaker", "expected"),
    [
        (1, {}, 3),
        (10, {}, 5),
        (1000, {}, 200),
        (4, {"thresholdConfiguration": {"type": "COUNT", "value": 7}}, 7),
        (1000, {"thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 50}}, 500),
    ],
)
def test_threshold_of_the_circuit_breaker(desired: int, breaker: dict, expected: int) -> None:
    assert deployments.threshold(desired, {"deploymentCircuitBreaker": breaker}) == expected


@pytest.mark.parametrize(
    ("desired", "current", "older", "configuration", "expected"),
    [
        (2, 0, 2, USUAL, 2),
        (2, 1, 2, USUAL, 1),
        (2, 2, 0, USUAL, 0),
        (2, 0, 2, STOP_FIRST, 0),
        (2, 0, 1, STOP_FIRST, 1),
        (0, 0, 0, USUAL, 0),
    ],
)
def test_tasks_to_start(desired: int, current: int, older: int, configuration: dict, expected: int) -> None:
    assert deployments.to_start(desired, current, older, configuration) == expected


@pytest.mark.parametrize(
    ("desired", "healthy", "healthy_older", "older", "configuration", "expected"),
    [
        (2, 0, 2, 2, USUAL, 0),
        (2, 1, 2, 2, USUAL, 1),
        (2, 2, 2, 2, USUAL, 2),
        (2, 0, 1, 2, USUAL, 1),
        (2, 0, 2, 2, STOP_FIRST, 2),
    ],
)
def test_older_tasks_stay_until_the_new_ones_are_healthy(
    desired: int, healthy: int, healthy_older: int, older: int, configuration: dict, expected: int
) -> None:
    assert deployments.older_to_stop(desired, healthy, healthy_older, older, configuration) == expected


def test_failing_tasks_are_restarted_ever_more_slowly() -> None:
    delays = [deployments.restart_delay(failures) for failures in range(12)]
    assert delays[:5] == [0.0, 0.0, 1.0, 2.0, 4.0]
    assert delays == sorted(delays)
    assert delays[-1] == deployments.LONGEST_DELAY


def test_capacity_providers_take_turns_by_weight_after_the_base() -> None:
    strategy = [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    running: list[str | None] = []
    for dummy in range(9):
        running.append(deployments.next_provider(strategy, running))
    assert running[0] == "FARGATE"
    assert running.count("FARGATE") == 3
    assert running.count("FARGATE_SPOT") == 6


def test_no_strategy_names_no_provider() -> None:
    assert deployments.next_provider([], []) is None


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"desiredCount": 3}, False),
        ({"taskDefinition": "same"}, False),
        ({"taskDefinition": "other"}, True),
        ({"forceNewDeployment": True}, True),
        ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["b"]}}}, True),
        ({"enableExecuteCommand": True}, False),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, False),
        ({"platformVersion": None}, False),
    ],
)
def test_what_starts_a_deployment(request_: dict, expected: bool) -> None:
    service = {"taskDefinition": "same", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["a"]}}}
    assert deployments.starts_deployment(service, request_) is expected


def test_the_primary_deployment_comes_first() -> None:
    given = [
        {"id": "failed", "status": "ACTIVE", "createdAt": "2026-01-03"},
        {"id": "old", "status": "ACTIVE", "createdAt": "2026-01-01"},
        {"id": "now", "status": "PRIMARY", "createdAt": "2026-01-02"},
    ]
    assert [entry["id"] for entry in deployments.ordered(given)] == ["now", "failed", "old"]

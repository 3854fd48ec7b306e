"""Between the shapes of the API and those of options and results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs import transformations

Make = Callable[..., dict[str, Any]]


def test_container_definitions_keep_the_spelling_of_the_api(make_definition: Make) -> None:
    container = {"dockerLabels": {"someKey": "x"}, "logConfiguration": {"logDriver": "awslogs"}}
    result = transformations.task_definition_result(make_definition(container=container))
    assert result["task_definition_arn"].endswith("airflow-x-scheduler:1")
    assert result["container_definitions"][0]["logConfiguration"] == {"logDriver": "awslogs"}
    assert result["tags"] == {}


def test_tags_keep_their_keys(make_service: Make) -> None:
    result = transformations.service_result(make_service(tags=[{"key": "CostCentre", "value": "A"}]))
    assert result["tags"] == {"CostCentre": "A"}
    assert result["deployments"][0]["rollout_state"] == "COMPLETED"


def test_only_the_newest_events_are_returned(make_service: Make) -> None:
    events = [{"id": str(number), "message": str(number)} for number in range(100)]
    shown = transformations.service_result(make_service(events=events))["events"]
    assert [event["id"] for event in shown] == [str(number) for number in range(10)]


def test_overrides_are_not_returned(make_task: Make) -> None:
    task = make_task(overrides={"containerOverrides": [{"environment": [{"name": "A", "value": "hidden"}]}]})
    assert "hidden" not in str(transformations.task_result(task))


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:ecs:r:1:task-definition/family:7", "family:7"),
        ("arn:aws:ecs:r:1:cluster/airflow-x", "airflow-x"),
        ("family", "family"),
    ],
)
def test_last_part(arn: str, name: str) -> None:
    assert transformations.last_part(arn) == name


def test_strategy_there_and_back() -> None:
    strategy = [
        {"capacity_provider": "FARGATE", "weight": 1, "base": 2},
        {"capacity_provider": "FARGATE_SPOT", "weight": 3, "base": 0},
    ]
    api = transformations.strategy_to_api(strategy)
    assert api[1] == {"capacityProvider": "FARGATE_SPOT", "weight": 3, "base": 0}
    assert transformations.strategy_from_api(list(reversed(api))) == strategy
    assert transformations.strategy_from_api([{"capacityProvider": "FARGATE"}]) == [
        {"capacity_provider": "FARGATE", "weight": 0, "base": 0}
    ]
    assert transformations.strategy_from_api(None) == []


def test_network_there_and_back() -> None:
    network = {"subnets": ["a", "b"], "security_groups": ["sg"], "assign_public_ip": True}
    api = transformations.network_to_api({**network, "subnets": ["b", "a"]})
    assert api["awsvpcConfiguration"]["assignPublicIp"] == "ENABLED"
    assert transformations.network_from_api(api) == network


def test_no_security_group_is_not_sent_as_an_empty_list() -> None:
    api = transformations.network_to_api({"subnets": ["a"], "security_groups": [], "assign_public_ip": False})
    assert api == {"awsvpcConfiguration": {"subnets": ["a"], "assignPublicIp": "DISABLED"}}
    assert transformations.network_from_api(None)["security_groups"] == []

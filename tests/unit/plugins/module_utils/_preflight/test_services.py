from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.services import check_service, defaults_of

OPTIONS: dict[str, Any] = {
    "service_component": {"type": "str", "choices": ["scheduler", "worker"]},
    "service_cpu": {"type": "int"},
    "service_memory": {"type": "int"},
    "service_ephemeral_storage": {"type": "int"},
    "service_min_count": {"type": "int"},
    "service_max_count": {"type": "int"},
    "service_stop_timeout": {"type": "int"},
    "service_rollout_timeout": {"type": "int"},
    "service_concurrency": {"type": "int"},
    "service_queues": {"type": "list", "elements": "str"},
    "service_environment": {"type": "dict"},
    "service_airflow_options": {"type": "dict"},
    "service_capacity_provider_strategy": {"type": "list", "elements": "dict"},
}
COMPONENTS: dict[str, Any] = {
    "scheduler": {"cpu": 512, "memory": 1024, "min_count": 1, "stop_timeout": 60},
    "worker": {"cpu": 1024, "memory": 2048, "min_count": 1, "max_count": 5, "stop_timeout": 120},
}


def check(settings: dict[str, Any], component: str = "worker") -> list[Problem]:
    return list(check_service("the-host", component, settings, OPTIONS, COMPONENTS))


def test_a_components_defaults() -> None:
    assert defaults_of(COMPONENTS, "scheduler") == {
        "service_cpu": 512,
        "service_memory": 1024,
        "service_min_count": 1,
        "service_stop_timeout": 60,
    }


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"service_cpu": 2048, "service_memory": 4096, "service_min_count": 0, "service_max_count": 0},
        {"service_memory": 8192, "service_ephemeral_storage": 100, "service_stop_timeout": 2},
        {"service_environment": {"A": "b"}, "service_airflow_options": {"core": {"parallelism": 8}}},
        {"service_capacity_provider_strategy": [{"capacity_provider": "FARGATE_SPOT", "weight": 1}]},
        {
            "service_capacity_provider_strategy": [
                {"capacity_provider": "FARGATE", "weight": 1, "base": 1},
                {"capacity_provider": "FARGATE_SPOT", "weight": 3},
            ]
        },
    ],
)
def test_good_services(settings: dict[str, Any]) -> None:
    assert check(settings) == []


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        # Together with the component's own 1024 CPU units, 2048 MiB and five tasks.
        ({"service_memory": 1024}, "service_memory"),
        ({"service_cpu": 256, "service_memory": 4096}, "service_memory"),
        ({"service_cpu": 4096}, "service_memory"),
        ({"service_cpu": 1000}, "service_cpu"),
        ({"service_ephemeral_storage": 20}, "service_ephemeral_storage"),
        ({"service_min_count": 6}, "service_min_count"),
        ({"service_min_count": 3, "service_max_count": 2}, "service_min_count"),
        ({"service_max_count": 0}, "service_min_count"),
        ({"service_min_count": -1}, "service_min_count"),
        ({"service_stop_timeout": 121}, "service_stop_timeout"),
        ({"service_concurrency": 0}, "service_concurrency"),
        ({"service_rollout_timeout": 0}, "service_rollout_timeout"),
        ({"service_memory": "4GB"}, "service_memory"),
        ({"service_memory": "4096"}, "service_memory"),
        ({"service_queues": "default"}, "service_queues"),
        ({"service_component": "shceduler"}, "service_component"),
        ({"service_memmory": 4096}, "service_memmory"),
        ({"service_airflow_options": {"core": 1}}, "service_airflow_options"),
        ({"service_environment": {"A-B": "c"}}, "service_environment"),
        ({"service_capacity_provider_strategy": []}, "service_capacity_provider_strategy"),
        (
            {"service_capacity_provider_strategy": [{"capacity_provider": "FARGATE", "weight": 0}]},
            "service_capacity_provider_strategy",
        ),
        (
            {
                "service_capacity_provider_strategy": [
                    {"capacity_provider": "FARGATE", "base": 1},
                    {"capacity_provider": "FARGATE_SPOT", "base": 1},
                ]
            },
            "service_capacity_provider_strategy",
        ),
        (
            {
                "service_capacity_provider_strategy": [
                    {"capacity_provider": "FARGATE", "weight": 1},
                    {"capacity_provider": "EC2", "weight": 1},
                ]
            },
            "service_capacity_provider_strategy",
        ),
    ],
)
def test_bad_services(settings: dict[str, Any], setting: str) -> None:
    [problem] = check(settings)
    assert problem.setting == setting
    assert problem.host == "the-host"
    assert problem.fix


def test_a_typing_error_is_corrected() -> None:
    [problem] = check({"service_memmory": 4096})
    assert problem.value == 4096
    assert "did you mean service_memory?" in problem.fix


def test_max_follows_min_where_the_component_has_none() -> None:
    assert check({"service_min_count": 3}, "scheduler") == []
    assert len(check({"service_min_count": 3, "service_max_count": 2}, "scheduler")) == 1


def test_an_unknown_component() -> None:
    [problem] = check({}, "scheduler-2")
    assert problem.setting == "service_component"
    assert "scheduler or worker" in problem.fix

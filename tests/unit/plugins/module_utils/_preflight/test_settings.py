from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.settings import (
    CHOICES,
    LIMITS,
    check_names,
    check_values,
    well_typed,
)


def test_known_names_and_the_inventorys_own_pass() -> None:
    assert list(check_names(["airflow_region", "airflow_local_aws_port"], ["airflow_region"])) == []


def test_unknown_names_are_refused_with_a_suggestion() -> None:
    [problem] = check_names(["airflow_regoin"], ["airflow_region", "airflow_tags"])
    assert problem.setting == "airflow_regoin"
    assert "did you mean airflow_region?" in problem.fix


def test_wrong_types_are_refused_and_hidden_from_further_rules() -> None:
    settings = {"airflow_broker_nodes": "2", "airflow_region": "us-east-1"}
    defaults = {"airflow_broker_nodes": 1, "airflow_region": "us-east-1"}
    assert [problem.setting for problem in check_values(settings, defaults)] == ["airflow_broker_nodes"]
    assert well_typed(settings, defaults) == {"airflow_region": "us-east-1"}


@pytest.mark.parametrize("name", sorted(CHOICES))
def test_choices(name: str) -> None:
    for choice in CHOICES[name]:
        assert list(check_values({name: choice}, {})) == []
    [problem] = check_values({name: "something else"}, {})
    assert str(CHOICES[name][0]) in problem.fix


def test_log_retention_is_one_of_cloudwatchs() -> None:
    assert [problem.value for problem in check_values({"airflow_log_retention": 31}, {})] == [31]


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_limits(name: str) -> None:
    low, high = LIMITS[name]
    values: list[tuple[Any, int]] = [(low, 0), (low - 1, 1)]
    if high is not None:
        values += [(high, 0), (high + 1, 1)]
    for value, problems in values:
        assert len(list(check_values({name: value}, {name: 0}))) == problems

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.airflow import (
    check_admin,
    check_environment_variables,
    check_options,
    check_session_manager_plugin,
    check_tags,
)


@pytest.mark.parametrize("options", [{}, {"core": {}}, {"core": {"parallelism": 64}}])
def test_options(options: dict[str, Any]) -> None:
    assert list(check_options(options)) == []


@pytest.mark.parametrize("options", [{"core": 64}, {"core__parallelism": "64"}, {"core": ["parallelism"]}])
def test_options_without_sections(options: dict[str, Any]) -> None:
    assert [problem.value for problem in check_options(options)] == [options]


@pytest.mark.parametrize(
    ("name", "email", "settings"),
    [
        ("admin", "admin@example.com", []),
        ("", "admin@example.com", ["airflow_admin_username"]),
        ("the admin", "admin@example.com", ["airflow_admin_username"]),
        ("admin", "admin", ["airflow_admin_email"]),
        ("", "", ["airflow_admin_username", "airflow_admin_email"]),
    ],
)
def test_admin(name: str, email: str, settings: list[str]) -> None:
    assert [problem.setting for problem in check_admin(name, email)] == settings


def test_session_manager_plugin() -> None:
    assert list(check_session_manager_plugin("session-manager-plugin")) == []
    assert [problem.setting for problem in check_session_manager_plugin(" ")] == ["airflow_session_manager_plugin"]


@pytest.mark.parametrize(("name", "good"), [("A_1", True), ("a", True), ("1A", False), ("A-B", False), ("A B", False)])
def test_environment_variables(name: str, good: bool) -> None:
    assert (not list(check_environment_variables({name: "x"}))) is good


@pytest.mark.parametrize(
    ("tags", "problems"),
    [
        ({}, 0),
        ({"team": "data", "cost-centre": 7}, 0),
        ({"aws:team": "data"}, 1),
        ({"Name": "mine", "airflow:environment": "other"}, 2),
        ({"": "x"}, 1),
        ({"k" * 129: "x"}, 1),
        ({"k": "x" * 257}, 1),
        ({f"k{number}": "" for number in range(47)}, 0),
        ({f"k{number}": "" for number in range(48)}, 1),
    ],
)
def test_tags(tags: dict[str, Any], problems: int) -> None:
    assert len(list(check_tags(tags))) == problems

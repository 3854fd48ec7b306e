"""The module, with a stubbed ECS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import ecs_cluster

Run = Callable[..., dict[str, Any]]
DESCRIBE = {"clusters": ["airflow-x"], "include": ["TAGS", "SETTINGS"]}


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("describe_clusters", {"clusters": []}, DESCRIBE)
    result = run_module(ecs_cluster.main, True, name="airflow-x", capacity_providers=["FARGATE"])
    assert result["changed"]
    assert result["diff"]["after"]["capacity_providers"] == ["FARGATE"]


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("describe_clusters", {"clusters": []}, DESCRIBE)
    assert not run_module(ecs_cluster.main, name="airflow-x", state="absent")["changed"]


def test_an_error_names_the_cluster(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_client_error("describe_clusters", "AccessDeniedException", "not allowed")
    result = run_module(ecs_cluster.main, name="airflow-x")
    assert result["failed"]
    assert "Failed to describe cluster airflow-x" in result["msg"]
    assert "not allowed" in result["msg"]

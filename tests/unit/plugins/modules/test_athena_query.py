"""The module, with a stubbed Athena."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import athena_query

Run = Callable[..., dict[str, Any]]


def test_check_mode_runs_nothing(aws: Any, run_module: Run) -> None:
    result = run_module(athena_query.main, True, workgroup="logs", query="SELECT 1")
    assert (result["query"], result["rows"], result["changed"]) == ("SELECT 1", [], False)


def test_a_query_or_the_name_of_one(aws: Any, run_module: Run) -> None:
    assert "query, named_query" in run_module(athena_query.main, workgroup="logs")["msg"]


def test_an_unknown_query(aws: Any, run_module: Run) -> None:
    aws["athena"].add_response("list_named_queries", {}, {"WorkGroup": "logs"})
    result = run_module(athena_query.main, workgroup="logs", named_query="errors")
    assert "has no saved query errors (it has: none)" in result["msg"]

"""The module, with stubbed CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import cloudwatch_logs_search

Run = Callable[..., dict[str, Any]]


def test_search(aws: Any, run_module: Run) -> None:
    event = {"timestamp": 1, "message": "hello", "logStreamName": "s"}
    aws["logs"].add_response("filter_log_events", {"events": [event]})
    result = run_module(cloudwatch_logs_search.main, log_groups=["/a"])
    assert not result["changed"]
    assert result["lines"] == ["1970-01-01 00:00:00.001 hello"]


def test_a_wrong_age(aws: Any, run_module: Run) -> None:
    result = run_module(cloudwatch_logs_search.main, log_groups=["/a"], since="soon")
    assert result["msg"].startswith("'soon' is neither an age")

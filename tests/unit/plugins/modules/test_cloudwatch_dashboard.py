"""The module, with a stubbed CloudWatch."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules import cloudwatch_dashboard

Run = Callable[..., dict[str, Any]]
WIDGET = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "Hello"}}
BODY = {"widgets": [WIDGET]}
WRITTEN = json.dumps(BODY, sort_keys=True, separators=(",", ":"))


def add_dashboard(aws: Any, body: str) -> None:
    aws["cloudwatch"].add_response("get_dashboard", {"DashboardBody": body}, {"DashboardName": "app"})


def add_nothing(aws: Any) -> None:
    aws["cloudwatch"].add_client_error("get_dashboard", "DashboardNotFoundError", "no", 404)


def put(aws: Any, *messages: dict[str, str]) -> None:
    answer = {"DashboardValidationMessages": list(messages)}
    aws["cloudwatch"].add_response("put_dashboard", answer, {"DashboardName": "app", "DashboardBody": WRITTEN})


def test_it_is_created(aws: Any, run_module: Run) -> None:
    add_nothing(aws)
    put(aws)
    result = run_module(cloudwatch_dashboard.main, name="app", body=BODY)
    assert result["changed"]
    assert result["diff"] == {"before": {}, "after": BODY}
    assert result["body"] == BODY


def test_the_same_json_written_otherwise_is_no_change(aws: Any, run_module: Run) -> None:
    add_dashboard(aws, json.dumps({"widgets": [dict(reversed(WIDGET.items()))]}, indent=4))
    assert not run_module(cloudwatch_dashboard.main, name="app", body=BODY)["changed"]


def test_another_order_of_widgets_is_a_change(aws: Any, run_module: Run) -> None:
    add_dashboard(aws, json.dumps({"widgets": []}))
    put(aws, {"DataPath": "/widgets/0", "Message": "odd"})
    result = run_module(cloudwatch_dashboard.main, name="app", body=BODY)
    assert result["changed"]
    assert result["warnings"] == ["CloudWatch says of /widgets/0: odd"]


def test_check_mode_writes_nothing(aws: Any, run_module: Run) -> None:
    add_nothing(aws)
    assert run_module(cloudwatch_dashboard.main, True, name="app", body=BODY)["changed"]


def test_it_is_deleted(aws: Any, run_module: Run) -> None:
    add_dashboard(aws, WRITTEN)
    aws["cloudwatch"].add_response("delete_dashboards", {}, {"DashboardNames": ["app"]})
    assert run_module(cloudwatch_dashboard.main, name="app", state="absent")["changed"]


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    add_nothing(aws)
    assert not run_module(cloudwatch_dashboard.main, name="app", state="absent")["changed"]


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("a b", BODY, 'name = "a b": it has'),
        ("app", {"widgets": "none"}, "it is a list of widgets"),
        ("app", {"widgets": [{**WIDGET, "x": 20}]}, "body.widgets[0].width = 24: with x = 20"),
        ("app", {"widgets": [{**WIDGET, "properties": {}}]}, "body.widgets[0].properties = {}: every widget"),
        ("app", {"widgets": [{**WIDGET, "height": 0}]}, "body.widgets[0].height = 0: it is from 1 to 1000"),
        ("app", {"widgets": [WIDGET] * 501}, "body.widgets = 501: a dashboard has at most 500"),
    ],
)
def test_what_cloudwatch_would_refuse(aws: Any, run_module: Run, name: str, body: dict[str, Any], message: str) -> None:
    result = run_module(cloudwatch_dashboard.main, name=name, body=body)
    assert result["failed"]
    assert message in result["msg"]


def test_an_error_says_what_failed(aws: Any, run_module: Run) -> None:
    aws["cloudwatch"].add_client_error("get_dashboard", "AccessDenied", "not allowed", 403)
    result = run_module(cloudwatch_dashboard.main, name="app", body=BODY)
    assert result["failed"]
    assert "Failed to get dashboard app" in result["msg"]

"""The layout of a dashboard."""

from __future__ import annotations

from typing import Any

from ansible_collections.airflow.fargate.plugins.filter.dashboard_body import dashboard_body, metric_lines
from hypothesis import given
from hypothesis import strategies as st

CPU = {"namespace": "AWS/ECS", "name": "CPUUtilization", "dimensions": {"ClusterName": "app"}}


def graph(title: str = "CPU") -> dict[str, Any]:
    return {"title": title, "metrics": [CPU], "stat": "Average"}


def test_a_metric_has_its_region_and_its_own_properties() -> None:
    [heading, widget] = dashboard_body([{"title": "Load", "widgets": [graph()]}], "eu-west-1")["widgets"]
    assert heading["properties"]["markdown"] == "## Load"
    assert widget["properties"] == {
        "title": "CPU",
        "region": "eu-west-1",
        "view": "timeSeries",
        "period": 60,
        "stat": "Average",
        "metrics": [["AWS/ECS", "CPUUtilization", "ClusterName", "app"]],
    }


def test_a_dimension_with_several_values_is_a_metric_each() -> None:
    metric = {**CPU, "dimensions": {"ClusterName": "app", "ServiceName": ["a", "b"]}, "label": "{ServiceName} CPU"}
    assert list(metric_lines(metric)) == [
        ["AWS/ECS", "CPUUtilization", "ClusterName", "app", "ServiceName", "a", {"label": "a CPU"}],
        ["AWS/ECS", "CPUUtilization", "ClusterName", "app", "ServiceName", "b", {"label": "b CPU"}],
    ]


def test_alarms_have_a_widget_of_their_own_kind() -> None:
    widget = {"title": "Alarms", "alarms": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:app"]}
    body = dashboard_body([{"title": "Now", "widgets": [widget]}], "eu-west-1")
    assert (body["widgets"][1]["type"], body["widgets"][1]["properties"]) == ("alarm", widget)


@given(st.lists(st.integers(1, 10), max_size=6))
def test_no_widget_covers_another_and_none_leaves_the_grid(counts: list[int]) -> None:
    body = dashboard_body([{"title": "x", "widgets": [graph()] * count} for count in counts], "eu-west-1")
    cells = [
        (x, y)
        for widget in body["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(set(cells)) == len(cells)
    assert all(x < 24 for x, _y in cells)

"""What policies and alarms watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import metrics

Make = Callable[..., dict[str, Any]]


def reasons(option: dict[str, Any], extended: bool = True) -> str:
    return "\n".join(str(problem) for problem in metrics.problems("alarm", option, extended))


def test_units_are_those_of_cloudwatch() -> None:
    from botocore.session import get_session

    model = get_session().get_service_model("cloudwatch")
    assert set(metrics.UNITS) == set(model.shape_for("StandardUnit").enum)


def test_dimensions_have_an_order() -> None:
    expected = [{"Name": "a", "Value": "2"}, {"Name": "b", "Value": "1"}]
    assert metrics.dimensions({"dimensions": {"b": 1, "a": "2"}}) == expected


def test_queries_of_an_alarm(query: Make) -> None:
    sent = metrics.queries([query("gap", unit="Count"), query("all", expression="FILL(gap, 0)", label="All")], 10)

    identity = {
        "Namespace": "Airflow",
        "MetricName": "WorkersGap",
        "Dimensions": [{"Name": "queue", "Value": "default"}],
    }
    stat = {"Metric": identity, "Stat": "Maximum", "Unit": "Count", "Period": 10}
    assert sent == [
        {"Id": "gap", "Label": None, "ReturnData": False, "MetricStat": stat},
        {"Id": "all", "Label": "All", "ReturnData": False, "Expression": "FILL(gap, 0)"},
    ]


@pytest.mark.parametrize("statistic", ["Sum", "p90", "p99.9", "tm90", "IQM", "PR(1:5)", "TM(10%:90%)", "WM(:80%)"])
def test_statistics(metric: Make, statistic: str) -> None:
    assert reasons(metric(statistic=statistic)) == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"statistic": "p"}, 'alarm.statistic = "p": it must be one of SampleCount'),
        ({"statistic": None}, "alarm.statistic = null: it is needed"),
        ({"metric_name": ""}, 'alarm.metric_name = "": it is needed'),
        ({"namespace": None}, "alarm.namespace = null: it is needed"),
        ({"namespace": ":AWS"}, "does not begin with a colon"),
        ({"metric_name": "x" * 256}, "1 to 255 characters"),
        ({"dimensions": {str(number): 1 for number in range(31)}}, "alarm.dimensions = 31: a metric has at most 30"),
        ({"dimensions": {"queue": ""}}, 'alarm.dimensions = {"queue": ""}'),
        ({"metrics": []}, "with metrics, every metric has its own"),
    ],
)
def test_refused_of_a_metric(metric: Make, given: dict[str, Any], reason: str) -> None:
    assert reason in reasons(metric(**given))


def test_policies_take_no_extended_statistic(metric: Make) -> None:
    assert "statistic" in reasons(metric(statistic="p90"), extended=False)


def test_a_metric_and_an_expression_over_it(alarm_on_metrics: Make, query: Make) -> None:
    expression = query("all", expression="IF(gap > 1e3, FILL(gap, 0), gap)", return_data=True)
    assert reasons(alarm_on_metrics(query("gap", statistic="p90"), expression)) == ""


@pytest.mark.parametrize(
    ("queries", "reason"),
    [
        ([("gap", {})], "metrics.return_data = []: exactly one must be true"),
        ([("a", {"return_data": True}), ("b", {"return_data": True})], 'metrics.return_data = ["a", "b"]'),
        ([("a", {"return_data": True}), ("a", {})], 'metrics.id = "a": it is there more than once'),
        ([("Gap", {"return_data": True})], 'metrics[0].id = "Gap": it must begin with a lower-case letter'),
        ([("a", {"return_data": True, "expression": "1"})], "metrics = 0: 1 to 10 of them must be metrics"),
        ([(f"m{number}", {}) for number in range(11)], "metrics = 11: 1 to 10"),
        (
            [("a", {}), ("b", {"expression": "a + c"})],
            'metrics[1].expression = "a + c": there is no metric with the id c',
        ),
        ([("a", {}), ("b", {"expression": ""})], "it has 1 to 2048 characters"),
        (
            [("a", {}), ("b", {"expression": "a", "namespace": "X"})],
            'metrics[1].namespace = "X": an expression has none',
        ),
        ([("a", {"statistic": None})], "metrics[0].statistic = null: it is needed"),
    ],
)
def test_refused_of_several(
    alarm_on_metrics: Make, query: Make, queries: list[tuple[str, dict[str, Any]]], reason: str
) -> None:
    assert reason in reasons(alarm_on_metrics(*[query(name, **given) for name, given in queries]))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("gap", {"gap"}),
        ("IF(m1 > 0 AND m2, 1e5, -m_3)", {"m1", "m2", "m_3"}),
        ("SUM([a, b]) / 2.5e3", {"a", "b"}),
        ("SEARCH('{ns,dim} name', 'Average', 300)", set()),
        ('SELECT AVG(load) FROM SCHEMA("x", y)', set()),
        ("AVG(METRICS())", set()),
    ],
)
def test_ids_in_an_expression(expression: str, expected: set[str]) -> None:
    assert metrics.names(expression) == expected

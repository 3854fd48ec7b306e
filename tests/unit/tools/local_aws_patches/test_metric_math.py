"""Metric math expressions."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.local_aws.patches.cloudwatch import expressions
from tools.local_aws.patches.cloudwatch.expressions import Series

QUEUED: Series = {0: 8.0, 10: 4.0, 30: 6.0}
WORKERS: Series = {0: 2.0, 10: 0.0, 20: 3.0, 30: 3.0}
MOMENTS = [0, 10, 20, 30]


def calculate(expression: str, **more: str) -> Series:
    queries: list[dict[str, Any]] = [
        {"Id": "queued", "MetricStat": {"data": QUEUED}, "ReturnData": False},
        {"Id": "workers", "MetricStat": {"data": WORKERS}, "ReturnData": False},
        *({"Id": name, "Expression": text, "ReturnData": False} for name, text in more.items()),
        {"Id": "result", "Expression": expression},
    ]
    return expressions.evaluate(queries, itemgetter("data"), MOMENTS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("queued + workers", {0: 10, 10: 4, 30: 9}),
        ("queued / workers", {0: 4, 30: 2}),
        ("-workers * 2 ^ 3", {0: -16, 10: 0, 20: -24, 30: -24}),
        ("(queued - workers) * 10 / 4", {0: 15, 10: 10, 30: 7.5}),
        ("queued > 5", {0: 1, 10: 0, 30: 1}),
        ("queued > 5 AND workers < 3", {0: 1, 10: 0, 30: 0}),
        ("queued > 5 && workers < 3 || queued == 6", {0: 1, 10: 0, 30: 1}),
        ("FILL(queued, 0)", {0: 8, 10: 4, 20: 0, 30: 6}),
        ("FILL(queued, REPEAT)", {0: 8, 10: 4, 20: 4, 30: 6}),
        ("FILL(queued, workers)", {0: 8, 10: 4, 20: 3, 30: 6}),
        ("IF(workers > 0, queued / workers, queued)", {0: 4, 10: 4, 30: 2}),
        ("CEIL(queued / 5)", {0: 2, 10: 1, 30: 2}),
        ("ABS(workers - queued)", {0: 6, 10: 4, 30: 3}),
        ("MAX([queued, workers])", {0: 8, 10: 4, 20: 3, 30: 6}),
        ("SUM(METRICS())", {0: 10, 10: 4, 20: 3, 30: 9}),
        ("MAX(workers)", dict.fromkeys(MOMENTS, 3)),
        ("AVG([queued, 2])", {0: 5, 10: 3, 20: 2, 30: 4}),
    ],
)
def test_expression(expression: str, expected: Series) -> None:
    assert calculate(expression) == expected


def test_expressions_may_use_each_other_in_any_order() -> None:
    assert calculate("double + 1", double="single * 2", single="workers") == {0: 5, 10: 1, 20: 7, 30: 7}


@pytest.mark.parametrize(
    "expression",
    ["queued +", "unknown * 2", "SEARCH('x', 'Sum')", "result + 1", "queued.real", "[queued, workers]", "[queued] + 1"],
)
def test_what_is_not_supported_is_refused(expression: str) -> None:
    with pytest.raises(expressions.Unsupported):
        calculate(expression)


series = st.dictionaries(st.sampled_from(MOMENTS), st.floats(-1e6, 1e6))


@given(series, series)
def test_results_exist_where_all_operands_do(left: Series, right: Series) -> None:
    queries: list[dict[str, Any]] = [
        {"Id": "a", "MetricStat": {"data": left}, "ReturnData": False},
        {"Id": "b", "MetricStat": {"data": right}, "ReturnData": False},
        {"Id": "c", "Expression": "a - b"},
    ]
    result = expressions.evaluate(queries, itemgetter("data"), MOMENTS)
    assert set(result) == set(left) & set(right)
    assert all(value == left[moment] - right[moment] for moment, value in result.items())

"""Metric math, as far as alarms of scaling use it: arithmetic, comparison, IF, FILL, and the usual functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
An expression is nearly Python's syntax, so Python's parser reads it. A series is timestamp -> value; where an operand
has no datapoint, the result has none, and neither where the divisor is zero.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Series = dict[float, float]
Value = Series | float | list[Series]


class Unsupported(ValueError):
    """The expression is wrong, or uses what is not here."""


def divide(left: float, right: float) -> float | None:
    return left / right if right else None


BINARY: dict[type[ast.AST], Callable[[float, float], float | None]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divide,
    ast.Pow: operator.pow,
    ast.Lt: lambda left, right: float(left < right),
    ast.LtE: lambda left, right: float(left <= right),
    ast.Gt: lambda left, right: float(left > right),
    ast.GtE: lambda left, right: float(left >= right),
    ast.Eq: lambda left, right: float(left == right),
    ast.NotEq: lambda left, right: float(left != right),
    ast.And: lambda left, right: float(bool(left) and bool(right)),
    ast.Or: lambda left, right: float(bool(left) or bool(right)),
}
EACH: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}
REDUCE: dict[str, Callable[[list[float]], float]] = {
    "MAX": max,
    "MIN": min,
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
}


def parse(expression: str) -> ast.expr:
    python = re.sub(r"\bAND\b|&&", " and ", re.sub(r"\bOR\b|\|\|", " or ", expression)).replace("^", "**")
    try:
        return ast.parse(python.strip(), mode="eval").body
    except SyntaxError as error:
        raise Unsupported(f"Error in expression '{expression}': {error.msg}") from error


def names(expression: str) -> set[str]:
    """The ids an expression refers to."""
    return {node.id for node in ast.walk(parse(expression)) if isinstance(node, ast.Name) and not node.id[0].isupper()}


def at_each(function: Callable[..., float | None], *operands: Value) -> Value:
    """The function at every timestamp that all series among the operands have."""
    series = [operand for operand in operands if isinstance(operand, dict)]
    if any(isinstance(operand, list) for operand in operands):
        raise Unsupported("an array cannot be an operand here")
    if not series:
        result = function(*operands)
        return {} if result is None else float(result)
    common = set(series[0]).intersection(*series[1:])
    values = {
        moment: function(*(operand[moment] if isinstance(operand, dict) else operand for operand in operands))
        for moment in sorted(common)
    }
    return {moment: float(value) for moment, value in values.items() if value is not None}


class Evaluation:
    """Of one expression, over the series that earlier queries made."""

    def __init__(self, known: Mapping[str, Value], metrics: Iterable[Series], moments: Iterable[float]) -> None:
        self._known = known
        self._metrics = list(metrics)
        self._moments = sorted(moments)

    def of(self, node: ast.AST) -> Value:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value)
        if isinstance(node, ast.Name) and node.id in self._known:
            return self._known[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return at_each(operator.neg, self.of(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            return at_each(BINARY[type(node.op)], self.of(node.left), self.of(node.right))
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in BINARY:
            return at_each(BINARY[type(node.ops[0])], self.of(node.left), self.of(node.comparators[0]))
        if isinstance(node, ast.BoolOp):
            result = self.of(node.values[0])
            for other in node.values[1:]:
                result = at_each(BINARY[type(node.op)], result, self.of(other))
            return result
        if isinstance(node, ast.List):
            return [self._series(self.of(element)) for element in node.elts]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node.func.id, node.args)
        raise Unsupported(f"not supported in a metric math expression: {ast.unparse(node)}")

    def _series(self, value: Value) -> Series:
        if isinstance(value, list):
            raise Unsupported("an array cannot hold arrays")
        return value if isinstance(value, dict) else dict.fromkeys(self._moments, value)

    def _call(self, name: str, arguments: list[ast.expr]) -> Value:
        if name == "METRICS" and not arguments:
            return self._metrics
        if name == "FILL" and len(arguments) == 2:
            return self._fill(self._series(self.of(arguments[0])), arguments[1])
        values = [self.of(argument) for argument in arguments]
        if name == "IF" and len(values) == 3:
            return self._choose(*values)
        if name in EACH and len(values) == 1:
            return at_each(EACH[name], values[0])
        if name in REDUCE and len(values) == 1:
            return self._reduce(REDUCE[name], values[0])
        raise Unsupported(f"not supported in a metric math expression: {name} of {len(values)} arguments")

    def _fill(self, series: Series, node: ast.expr) -> Series:
        repeat = isinstance(node, ast.Name) and node.id == "REPEAT"
        filler: Any = None if repeat else self.of(node)
        if isinstance(filler, list):
            raise Unsupported("an array cannot fill")
        result: Series = {}
        for moment in self._moments:
            value = series.get(moment, filler.get(moment) if isinstance(filler, dict) else filler)
            if value is not None:
                result[moment] = value
            if repeat:
                filler = value
        return result

    def _choose(self, condition: Value, if_true: Value, if_false: Value) -> Value:
        """Only the chosen operand must have a datapoint."""
        if isinstance(condition, float):
            return if_true if condition else if_false
        chosen = {
            moment: (self._series(if_true) if value else self._series(if_false)).get(moment)
            for moment, value in self._series(condition).items()
        }
        return {moment: value for moment, value in chosen.items() if value is not None}

    @staticmethod
    def _reduce(function: Callable[[list[float]], float], value: Value) -> Value:
        """One number of a series; of an array, one number at every timestamp."""
        if isinstance(value, float):
            return value
        if isinstance(value, dict):
            return float(function(list(value.values()))) if value else {}
        moments = sorted({moment for series in value for moment in series})
        return {moment: float(function([series[moment] for series in value if moment in series])) for moment in moments}


def evaluate(
    queries: Iterable[Mapping[str, Any]], series_of: Callable[[Mapping[str, Any]], Series], moments: Iterable[float]
) -> Series:
    """The series of the query that returns data. `series_of` reads the metric of a MetricStat."""
    queries, moments = list(queries), list(moments)
    known: dict[str, Value] = {
        query["Id"]: series_of(query["MetricStat"]) for query in queries if query.get("MetricStat")
    }
    metrics = [value for value in known.values() if isinstance(value, dict)]
    expressions = {query["Id"]: query["Expression"] for query in queries if query.get("Expression")}
    while expressions:
        ready = [identifier for identifier, text in expressions.items() if names(text) <= set(known)]
        if not ready:
            raise Unsupported(f"Error in expression: unknown or circular ids in {sorted(expressions.values())}")
        for identifier in ready:
            known[identifier] = Evaluation(known, metrics, moments).of(parse(expressions.pop(identifier)))
    result = next(known[query["Id"]] for query in queries if query.get("ReturnData", True))
    if isinstance(result, list):
        raise Unsupported("the expression that returns data must return one time series")
    return result if isinstance(result, dict) else dict.fromkeys(moments, result)

"""The state of an alarm, by the tables of "Configuring how CloudWatch alarms treat missing data"."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.local_aws.patches.cloudwatch import evaluation

RETAIN = None
STATES = {"I": "INSUFFICIENT_DATA", "A": "ALARM", "O": "OK", "r": RETAIN}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def alarm(periods: int, datapoints: int | None = None, missing: str = "missing", **fields: Any) -> dict[str, Any]:
    return {
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": datapoints,
        "TreatMissingData": missing,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 3.0,
        "Period": 60,
        **fields,
    }


def points(text: str) -> list[float | None]:
    """X breaches, 0 does not, - is missing; the oldest first."""
    return [{"X": 5.0, "0": 1.0, "-": None}[character] for character in text.split()]


@pytest.mark.parametrize(
    ("datapoints", "needed", "states"),
    [
        # states: missing, ignore, breaching, notBreaching
        ("0 - X - X", 3, "OOOO"),
        ("0 - - - -", 3, "OOOO"),
        ("- - - - -", 3, "IrAO"),
        ("0 X X - X", 3, "AAAA"),
        ("- - - - X", 3, "IrAO"),
        ("X - - - -", 3, "ArAO"),
        ("0 - X - X", 2, "AAAA"),
        ("0 0 X 0 X", 2, "AAAA"),
        ("0 - X - -", 2, "OOAO"),
        ("- - - - 0", 2, "OOAO"),
        ("- - - - X", 2, "IrAO"),
    ],
)
def test_missing_data(datapoints: str, needed: int, states: str) -> None:
    seen = [evaluation.state(points(datapoints), alarm(3, needed, missing)) for missing in TREATMENTS]
    assert seen == [STATES[letter] for letter in states]


@pytest.mark.parametrize(
    ("comparison", "value", "breaches"),
    [
        ("GreaterThanThreshold", 3.0, False),
        ("GreaterThanOrEqualToThreshold", 3.0, True),
        ("LessThanThreshold", 3.0, False),
        ("LessThanOrEqualToThreshold", 3.0, True),
        ("LessThanThreshold", 2.9, True),
    ],
)
def test_comparison(comparison: str, value: float, breaches: bool) -> None:
    state = evaluation.state([None, None, value], alarm(1, ComparisonOperator=comparison))
    assert state == ("ALARM" if breaches else "OK")


@pytest.mark.parametrize(
    ("fields", "now", "expected"),
    [
        # A high-resolution alarm looks every ten seconds, an ordinary one every minute, at whole periods.
        ({"Period": 10}, 1010.9, (970, 1000)),
        ({"Period": 10}, 1011.0, (980, 1010)),
        ({"Period": 60}, 1021.0, (840, 1020)),
        ({"Period": 300}, 1021.0, (120, 1020)),
        ({"Metrics": [{"MetricStat": {"Period": 20}}, {"Expression": "m1 * 2"}]}, 1011.0, (950, 1010)),
    ],
)
def test_evaluation_range(fields: dict[str, Any], now: float, expected: tuple[float, float]) -> None:
    assert evaluation.evaluation_range(alarm(1, **fields), now, 1.0) == expected


series = st.lists(st.none() | st.floats(0, 6), max_size=12)
sizes = st.integers(1, 8).flatmap(lambda periods: st.tuples(st.just(periods), st.integers(1, periods)))


@given(series, sizes, st.sampled_from(TREATMENTS))
def test_it_never_alarms_without_enough_breaching_or_missing_data(
    datapoints: list[float | None], size: tuple[int, int], missing: str
) -> None:
    state = evaluation.state(datapoints, alarm(*size, missing))
    breaching = sum(value is not None and value > 3 for value in datapoints)
    if state == "ALARM" and missing in ("ignore", "notBreaching"):
        assert breaching >= size[1]
    if state == "ALARM" and missing == "missing":
        assert breaching >= 1
    if breaching == 0:
        assert state != "ALARM" or missing == "breaching"


@given(st.lists(st.floats(0, 6), min_size=8, max_size=12), sizes)
def test_without_missing_data_their_treatment_does_not_matter(values: list[float], size: tuple[int, int]) -> None:
    states = {evaluation.state(values, alarm(*size, missing)) for missing in TREATMENTS}
    window = values[-size[0] :]
    assert states == {"ALARM" if sum(value > 3 for value in window) >= size[1] else "OK"}

"""Options about metrics and alarms as modules hand them over: every suboption is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Options = dict[str, Any]
Make = Callable[..., Options]

METRIC = {"namespace": None, "metric_name": None, "dimensions": None, "statistic": None, "unit": None}
GAP = {"namespace": "Airflow", "metric_name": "WorkersGap", "dimensions": {"queue": "default"}, "statistic": "Maximum"}


@pytest.fixture(autouse=True)
def one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stubbed client answers in the order of its script, which calls side by side keep by luck only."""
    # Not at the top: pytest reads this file before pytest-ansible makes the collections known.
    from ansible_collections.airflow.fargate.plugins.module_utils import _parallel

    monkeypatch.setattr(_parallel, "WORKERS", 1)


@pytest.fixture
def at_the_same_time(one_after_the_other: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the tests that calls are made side by side."""
    from ansible_collections.airflow.fargate.plugins.module_utils import _parallel

    monkeypatch.setattr(_parallel, "WORKERS", 10)


@pytest.fixture
def metric() -> Make:
    """One metric."""

    def make(**given: Any) -> Options:
        return {**METRIC, "metrics": None, **GAP, **given}

    return make


@pytest.fixture
def query() -> Make:
    """A metric or expression of several."""

    def make(name: str, **given: Any) -> Options:
        identity = {} if "expression" in given else GAP
        return {**METRIC, "expression": None, "label": None, "return_data": False, **identity, "id": name, **given}

    return make


@pytest.fixture
def alarm(metric: Make) -> Make:
    def make(**given: Any) -> Options:
        defaults = {
            "period": 10,
            "evaluation_periods": 1,
            "datapoints_to_alarm": None,
            "threshold": 0,
            "comparison": "GreaterThanThreshold",
            "treat_missing_data": "missing",
        }
        return {**metric(), **defaults, **given}

    return make


@pytest.fixture
def alarm_on_metrics(alarm: Make) -> Make:
    def make(*metrics: Options, **given: Any) -> Options:
        return {**alarm(), **METRIC, "metrics": list(metrics), **given}

    return make

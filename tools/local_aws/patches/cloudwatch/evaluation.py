"""The state of an alarm, from the datapoints in its evaluation range: pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Alarm = Mapping[str, Any]
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
EXTRA_DATAPOINTS = 2
"""How many more datapoints than EvaluationPeriods are looked at: as many as in AWS's examples."""
RETRY_SECONDS = 60
"""How often an Auto Scaling action is invoked while the alarm's state lasts."""


def period(alarm: Alarm) -> int:
    periods = [entry.get("MetricStat", {}).get("Period") or entry.get("Period") for entry in alarm.get("Metrics") or []]
    return int(max((entry for entry in periods if entry), default=alarm.get("Period") or 60))


def interval(alarm: Alarm) -> int:
    """Seconds between evaluations: ten for a high-resolution alarm, or else a minute."""
    return 10 if period(alarm) < 60 else 60


def evaluation_range(alarm: Alarm, now: float, delay: float) -> tuple[float, float]:
    """(start, end) of the datapoints to look at: whole periods, `delay` seconds after the last one's end."""
    every = interval(alarm)
    end = math.floor((now - delay) / every) * every
    return end - (int(alarm["EvaluationPeriods"]) + EXTRA_DATAPOINTS) * period(alarm), end


def evaluated(datapoints: Sequence[float | None], alarm: Alarm) -> list[float]:
    """The real datapoints that decide: the newest ones, as many as EvaluationPeriods."""
    return [value for value in datapoints if value is not None][-int(alarm["EvaluationPeriods"]) :]


def state(datapoints: Sequence[float | None], alarm: Alarm) -> str | None:
    """State by the datapoints, oldest first, None where one is missing; None to retain the current state."""
    periods = int(alarm["EvaluationPeriods"])
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    missing_data = alarm.get("TreatMissingData") or "missing"
    compare, threshold = COMPARISONS[alarm["ComparisonOperator"]], float(alarm["Threshold"])
    values = evaluated(datapoints, alarm)
    breaching = sum(compare(value, threshold) for value in values)
    to_fill = periods - len(values)
    if missing_data == "breaching":
        breaching += to_fill
    if breaching >= needed:
        return "ALARM"
    if to_fill == 0 or missing_data in ("breaching", "notBreaching") or breaching < len(values):
        return "OK"
    if missing_data == "ignore":
        return None
    # Every real datapoint breaches, and there are too few: an alarm only if the oldest has waited long enough.
    age = next((len(datapoints) - index for index, value in enumerate(datapoints) if value is not None), 0)
    return "ALARM" if age >= needed else "INSUFFICIENT_DATA"

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of a metric alarm, as options, as AWS takes them and as it describes them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._changes import Config, canonical
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import metrics
from ansible_collections.airflow.fargate.plugins.module_utils._problems import (
    Options,
    Problem,
    Problems,
    at_least,
)

COMPARISONS = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)
TREAT_MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
HIGH_RESOLUTION = (10, 20, 30)
HOUR, DAY, WEEK = 3600, 86400, 604800
# What DescribeAlarms says beside what was put: state, times, ARN.
SETTINGS = (
    "ActionsEnabled",
    "AlarmDescription",
    "AlarmActions",
    "OKActions",
    "InsufficientDataActions",
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "ExtendedStatistic",
    "Unit",
    "Period",
    "Metrics",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
)


def wanted(alarm: Options, description: str | None, actions: t.Mapping[str, t.Sequence[str]]) -> Config:
    """The alarm as AWS describes it; actions by the state that they are for, such as AlarmActions."""
    return canonical(
        {
            **_watched(alarm),
            "ActionsEnabled": True,
            "AlarmDescription": description,
            **{key: list(arns) for key, arns in actions.items()},
            "EvaluationPeriods": alarm["evaluation_periods"],
            "DatapointsToAlarm": alarm["datapoints_to_alarm"] or alarm["evaluation_periods"],
            "Threshold": float(alarm["threshold"]),
            "ComparisonOperator": alarm["comparison"],
            "TreatMissingData": alarm["treat_missing_data"],
        }
    )


def _watched(alarm: Options) -> Config:
    if alarm["metrics"] is not None:
        return {"Metrics": metrics.queries(alarm["metrics"], alarm["period"])}
    statistic = "Statistic" if alarm["statistic"] in metrics.STATISTICS else "ExtendedStatistic"
    return {
        "Namespace": alarm["namespace"],
        "MetricName": alarm["metric_name"],
        "Dimensions": metrics.dimensions(alarm),
        statistic: alarm["statistic"],
        "Unit": alarm["unit"],
        "Period": alarm["period"],
    }


def observed(alarm: Config) -> Config:
    """A described alarm in the form of a wanted one."""
    seen = {
        "DatapointsToAlarm": alarm.get("EvaluationPeriods"),
        "TreatMissingData": "missing",
        **{key: alarm[key] for key in SETTINGS if key in alarm},
    }
    if seen.get("Metrics"):
        seen["Metrics"] = [{"ReturnData": True, **query} for query in seen["Metrics"]]
    return canonical(seen)


def problems(setting: str, alarm: Options) -> Problems:
    yield from metrics.problems(setting, alarm, extended=True)
    yield from _period_problems(setting, alarm)
    yield from at_least(setting, alarm, "evaluation_periods", 1)
    datapoints, periods = alarm["datapoints_to_alarm"], alarm["evaluation_periods"]
    if datapoints is not None and not 1 <= datapoints <= periods:
        reason = f"it must be from 1 to evaluation_periods, which is {periods}"
        yield Problem(f"{setting}.datapoints_to_alarm", datapoints, reason)


def _period_problems(setting: str, alarm: Options) -> Problems:
    period, periods = alarm["period"], alarm["evaluation_periods"]
    if period not in HIGH_RESOLUTION and (period < 60 or period % 60):
        yield Problem(f"{setting}.period", period, "it must be 10, 20, 30 or a multiple of 60 seconds")
        return
    published_by_aws = [namespace for namespace in metrics.namespaces(alarm) if metrics.is_aws(namespace)]
    if period in HIGH_RESOLUTION and published_by_aws:
        reason = f"{published_by_aws[0]} has one datapoint a minute; only metrics of your own can have more"
        yield Problem(f"{setting}.period", period, reason)
    most, span = (DAY, "a day (a week for a period of an hour or more)") if period < HOUR else (WEEK, "a week")
    if period * periods > most:
        reason = f"with a period of {period} s the alarm looks back {period * periods} s, and AWS allows {span}"
        yield Problem(f"{setting}.evaluation_periods", periods, reason)

"""What CloudWatch refuses of metrics and alarms; `patches/cloudwatch` asks, because the protocol is its own."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator

from tools.local_aws.patches.application_autoscaling import validation
from tools.local_aws.patches.cloudwatch import evaluation
from tools.local_aws.patches.refusals.checks import Check, Params, Refusal

MOST_DATA = 1000
GRID_COLUMNS = 24
MOST_DIMENSIONS = 30
LARGEST = 2.0**360
TREAT_MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


def first(code: str, problems: Callable[[Params], Iterator[str]]) -> Check:
    def check(params: Params) -> Refusal | None:
        message = next(problems(params), None)
        return Refusal(code, message) if message else None

    return check


def metric_data(params: Params) -> Iterator[str]:
    namespace, data = str(params.get("Namespace") or ""), params.get("MetricData") or []
    if not namespace or namespace.startswith((":", "AWS/")):
        yield f"The value {namespace} for parameter Namespace is invalid."
    if len(data) > MOST_DATA:
        yield f"The collection MetricData must not have a size greater than {MOST_DATA}."
    for number, datum in enumerate(data, 1):
        name = f"MetricData.member.{number}"
        if datum.get("StorageResolution") not in (None, 1, 60):
            yield f"The value {datum['StorageResolution']} for parameter {name}.StorageResolution is invalid."
        if len(datum.get("Dimensions") or []) > MOST_DIMENSIONS:
            yield f"The collection {name}.Dimensions must not have a size greater than {MOST_DIMENSIONS}."
        for value in [datum.get("Value"), *(datum.get("Values") or [])]:
            if value is not None and (not math.isfinite(value) or abs(value) > LARGEST):
                yield f"The value {value} for parameter {name}.Value is invalid."
        if not any(datum.get(field) is not None for field in ("Value", "Values", "StatisticValues")):
            yield f"At least one of the parameters {name}.Value, {name}.Values and {name}.StatisticValues is required."


def metric_alarm(params: Params) -> Iterator[str]:
    metrics = params.get("Metrics") or []
    if bool(metrics) == bool(params.get("MetricName")):
        yield "Exactly one of MetricName and Metrics must be specified"
    if metrics:
        yield from validation.queries(metrics)
    elif bool(params.get("Statistic")) == bool(params.get("ExtendedStatistic")):
        yield "Exactly one of Statistic and ExtendedStatistic must be specified"
    elif not params.get("Namespace") or not params.get("Period"):
        yield "Namespace and Period must be specified"
    if params.get("ComparisonOperator") not in evaluation.COMPARISONS:
        yield f"ComparisonOperator must be one of {', '.join(evaluation.COMPARISONS)}"
    if params.get("Threshold") is None:
        yield "Threshold must be specified"
    if (params.get("TreatMissingData") or "missing") not in TREAT_MISSING_DATA:
        yield f"The value {params['TreatMissingData']} is not supported for TreatMissingData parameter"
    yield from times(params)
    for field in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        if len(params.get(field) or []) > 5:
            yield f"The collection {field} must not have a size greater than 5"
        for arn in params.get(field) or []:
            if not str(arn).startswith("arn:"):
                yield f"Invalid arn syntax: {arn}"


def times(params: Params) -> Iterator[str]:
    periods, period = int(params.get("EvaluationPeriods") or 0), evaluation.period(params)
    if periods < 1:
        yield "EvaluationPeriods must be at least 1"
    if not 1 <= int(params.get("DatapointsToAlarm") or periods) <= periods:
        yield "DatapointsToAlarm must be at least 1 and must not be greater than EvaluationPeriods"
    if period not in (10, 20, 30) and period % 60:
        yield "Period must be 10, 20, 30 or a multiple of 60"
    if periods * period > (86400 if period < 3600 else 604800):
        yield "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."


def alarm_state(params: Params) -> Iterator[str]:
    if params.get("StateValue") not in STATES:
        yield f"The value {params.get('StateValue')} for parameter StateValue is invalid."


def reason_data(params: Params) -> Iterator[str]:
    try:
        json.loads(params.get("StateReasonData") or "{}")
    except ValueError:
        yield "StateReasonData must be JSON."


def dashboard(params: Params) -> Iterator[str]:
    name = str(params.get("DashboardName") or "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        yield f"The value {name} for parameter DashboardName is invalid."
    try:
        body = json.loads(params.get("DashboardBody") or "")
    except ValueError as error:
        yield f"The field DashboardBody must be valid JSON: {error}"
        return
    if not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        yield "The dashboard body is invalid, there are 1 validation errors: Should have property widgets"
        return
    for number, widget in enumerate(body["widgets"]):
        for key in ("type", "properties"):
            if key not in widget:
                yield f"The dashboard body is invalid: /widgets/{number} should have required property '{key}'"
        if widget.get("x", 0) + widget.get("width", 6) > GRID_COLUMNS:
            yield f"The dashboard body is invalid: /widgets/{number} leaves the grid of {GRID_COLUMNS} columns"


CHECKS: dict[str, list[Check]] = {
    "PutMetricData": [first("InvalidParameterValue", metric_data)],
    "PutMetricAlarm": [first("ValidationError", metric_alarm)],
    "PutDashboard": [first("InvalidParameterInput", dashboard)],
    "SetAlarmState": [first("ValidationError", alarm_state), first("InvalidFormat", reason_data)],
}

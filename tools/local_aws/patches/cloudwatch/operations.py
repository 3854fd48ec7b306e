"""PutMetricData, PutMetricAlarm, PutDashboard and SetAlarmState, refused and recorded as AWS does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch

from tools.local_aws.patches.refusals.checks import Check
from tools.local_aws.patches.refusals.cloudwatch import CHECKS

Data = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Response]
STANDARD_RESOLUTION = 60
OF_A_SINGLE_METRIC = ("Namespace", "MetricName", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")


def put_metric_data(original: Handler) -> Handler:
    """AWS: without StorageResolution 1 a metric has one datapoint a minute."""

    def handle(params: Data, data: Data, is_cbor: bool, is_json: bool = False) -> Response:
        for datum in data.get("MetricData") or []:
            if int(datum.get("StorageResolution") or STANDARD_RESOLUTION) == STANDARD_RESOLUTION:
                moment = cloudwatch._parse_ts(datum.get("Timestamp")) or time.time()
                datum["Timestamp"] = math.floor(moment / STANDARD_RESOLUTION) * STANDARD_RESOLUTION
        return original(params, data, is_cbor, is_json)

    return handle


def put_metric_alarm(original: Handler) -> Handler:
    """AWS: an update leaves the state as it is; an alarm of metric math has `Metrics` in place of a single metric."""

    def handle(params: Data, data: Data, is_cbor: bool, is_json: bool = False) -> Response:
        before = cloudwatch._alarms.get(data.get("AlarmName", "")) or {}
        response = original(params, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(data.get("AlarmName", ""))
        if response[0] != 200 or alarm is None:
            return response
        for field in ("StateReasonData", "StateTransitionedTimestamp"):
            if field in before:
                alarm[field] = before[field]
        if not data.get("AlarmDescription"):
            del alarm["AlarmDescription"]
        if data.get("ExtendedStatistic"):
            del alarm["Statistic"]
        if data.get("Metrics"):
            for field in OF_A_SINGLE_METRIC:
                alarm.pop(field, None)
            alarm["Metrics"] = data["Metrics"]
        return response

    return handle


def set_alarm_state(original: Handler) -> Handler:
    """AWS: what an action may know of the metric is the request's StateReasonData, and nothing from before."""

    def handle(params: Data, data: Data, is_cbor: bool, is_json: bool = False) -> Response:
        alarm = cloudwatch._alarms.get(data.get("AlarmName", ""))
        if alarm is not None:
            alarm.pop("StateReasonData", None)
        return original(params, data, is_cbor, is_json)

    return handle


def checked(checks: list[Check], handler: Handler) -> Handler:
    def handle(params: Data, data: Data, is_cbor: bool, is_json: bool = False) -> Response:
        for check in checks if is_cbor or is_json else []:
            refusal = check(data)
            if refusal is not None:
                response: Response = cloudwatch._error(
                    refusal.code, refusal.message, refusal.status, use_json=is_json, use_cbor=is_cbor
                )
                return response
        return handler(params, data, is_cbor, is_json)

    return handle


def put_alarm(alarm: Data) -> None:
    """PutMetricAlarm by another service of AWS, in this account and region."""
    cloudwatch._put_metric_alarm({}, alarm, False, True)


def install() -> None:
    cloudwatch._put_metric_data = checked(CHECKS["PutMetricData"], put_metric_data(cloudwatch._put_metric_data))
    cloudwatch._put_metric_alarm = checked(CHECKS["PutMetricAlarm"], put_metric_alarm(cloudwatch._put_metric_alarm))
    cloudwatch._put_dashboard = checked(CHECKS["PutDashboard"], cloudwatch._put_dashboard)
    cloudwatch._set_alarm_state = checked(CHECKS["SetAlarmState"], set_alarm_state(cloudwatch._set_alarm_state))

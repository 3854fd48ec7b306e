"""What CloudWatch refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tools.local_aws.patches.refusals.cloudwatch import CHECKS

ALARM = {
    "AlarmName": "gap",
    "Namespace": "Airflow",
    "MetricName": "Gap",
    "Statistic": "Maximum",
    "Period": 10,
    "EvaluationPeriods": 3,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
METRIC = {"Metric": {"Namespace": "Airflow", "MetricName": "Gap"}, "Period": 10, "Stat": "Sum"}
QUERIES = [{"Id": "m1", "MetricStat": METRIC, "ReturnData": False}, {"Id": "e1", "Expression": "FILL(m1, 0) * 2"}]
MATH = {
    **dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period")),
    "Metrics": QUERIES,
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, None),
        (MATH, None),
        ({"Period": 300, "TreatMissingData": "breaching", "DatapointsToAlarm": 2}, None),
        ({"Period": 15}, "Period must be"),
        ({"Period": 5}, "Period must be"),
        ({"Metrics": QUERIES}, "Exactly one of MetricName and Metrics"),
        ({**MATH, "Metrics": [*QUERIES, {"Id": "e2", "Expression": "m9"}]}, "ReturnData"),
        ({**MATH, "Metrics": [QUERIES[0], {"Id": "e1", "Expression": "m9"}]}, "unknown"),
        ({"ExtendedStatistic": "p99"}, "Exactly one of Statistic"),
        ({"DatapointsToAlarm": 4}, "DatapointsToAlarm"),
        ({"EvaluationPeriods": 8641}, "more than a day"),
        ({"TreatMissingData": "nothing"}, "TreatMissingData"),
        ({"Threshold": None}, "Threshold"),
        ({"ComparisonOperator": "GreaterThan"}, "ComparisonOperator"),
        ({"AlarmActions": ["out"]}, "Invalid arn syntax"),
        ({"AlarmActions": ["arn:aws:sns:us-east-1:1:t"] * 6}, "AlarmActions"),
    ],
)
def test_alarm(changes: dict[str, Any], message: str | None) -> None:
    refusal = CHECKS["PutMetricAlarm"][0]({**ALARM, **changes})
    assert (refusal is None) if message is None else (refusal is not None and message in refusal.message)


@pytest.mark.parametrize(
    ("namespace", "datum", "message"),
    [
        ("Airflow", {"Value": 1.0, "StorageResolution": 1}, None),
        ("Airflow", {"Values": [1.0, 2.0]}, None),
        ("AWS/ECS", {"Value": 1.0}, "Namespace"),
        ("", {"Value": 1.0}, "Namespace"),
        ("Airflow", {"Value": 1.0, "StorageResolution": 10}, "StorageResolution"),
        ("Airflow", {"Value": float("nan")}, "MetricData.member.1.Value"),
        ("Airflow", {"Value": 2.0**361}, "MetricData.member.1.Value"),
        ("Airflow", {}, "At least one of"),
        ("Airflow", {"Value": 1.0, "Dimensions": [{}] * 31}, "Dimensions"),
    ],
)
def test_metric_data(namespace: str, datum: dict[str, Any], message: str | None) -> None:
    refusal = CHECKS["PutMetricData"][0]({"Namespace": namespace, "MetricData": [{"MetricName": "Gap", **datum}]})
    assert (refusal is None) if message is None else (refusal is not None and message in refusal.message)


def test_alarm_state() -> None:
    codes = [
        next((refusal.code for check in CHECKS["SetAlarmState"] if (refusal := check(params))), None)
        for params in ({"StateValue": "ALARM"}, {"StateValue": "BAD"}, {"StateValue": "OK", "StateReasonData": "{"})
    ]
    assert codes == [None, "ValidationError", "InvalidFormat"]


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("app", '{"widgets": []}', None),
        ("app", '{"widgets": [{"type": "text", "properties": {}, "width": 24}]}', None),
        ("a b", '{"widgets": []}', "DashboardName"),
        ("app", "widgets", "must be valid JSON"),
        ("app", "[]", "Should have property widgets"),
        ("app", '{"widgets": [{"type": "text"}]}', "required property 'properties'"),
        ("app", '{"widgets": [{"type": "text", "properties": {}, "x": 20}]}', "leaves the grid"),
    ],
)
def test_dashboard(name: str, body: str, message: str | None) -> None:
    refusal = CHECKS["PutDashboard"][0]({"DashboardName": name, "DashboardBody": body})
    assert (refusal is None) if message is None else (refusal is not None and message in refusal.message)

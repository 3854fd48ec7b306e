"""Actions of alarms are switched off and on, and nothing else of them changes."""

from __future__ import annotations

from typing import Any


def test_only_the_named_alarms_are_muted(aws: Any) -> None:
    client = aws.client("cloudwatch")
    names = [f"{aws.name}: a", f"{aws.name}: b"]
    for name in names:
        client.put_metric_alarm(
            AlarmName=name,
            Namespace="App",
            MetricName="Missing",
            Statistic="Minimum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="LessThanThreshold",
        )

    def described() -> dict[str, dict[str, Any]]:
        found = client.describe_alarms(AlarmNamePrefix=f"{aws.name}: ")["MetricAlarms"]
        volatile = (
            "StateUpdatedTimestamp",
            "StateTransitionedTimestamp",
            "StateReason",
            "StateReasonData",
            "StateValue",
        )
        return {
            alarm["AlarmName"]: {key: value for key, value in alarm.items() if key not in volatile} for alarm in found
        }

    before = described()
    client.disable_alarm_actions(AlarmNames=names[:1])
    muted = described()
    assert {name: alarm["ActionsEnabled"] for name, alarm in muted.items()} == {names[0]: False, names[1]: True}
    client.enable_alarm_actions(AlarmNames=names)
    after = described()
    for alarms in (before, after):
        for alarm in alarms.values():
            alarm.pop("AlarmConfigurationUpdatedTimestamp", None)
    assert after == before

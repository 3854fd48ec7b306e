"""The alarms behind scaling policies: target tracking makes its own, step scaling is pointed at by the user's."""

from __future__ import annotations

import uuid
from typing import Any

from ministack.services import cloudwatch

from tools.local_aws.patches.application_autoscaling import validation
from tools.local_aws.patches.application_autoscaling.store import Target
from tools.local_aws.patches.cloudwatch import operations

Record = dict[str, Any]
HIGH_PERIODS, LOW_PERIODS = 3, 15
"""Periods in a row after which target tracking scales out, and in."""
LOW_SHARE = 0.9
"""Scale-in needs a metric below this share of the target, so that it does not flap."""
ACTION_FIELDS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def metric(target: Target, configuration: Record) -> Record:
    """The part of PutMetricAlarm's parameters that says what is watched."""
    customized = configuration.get("CustomizedMetricSpecification")
    if customized is None:
        specification = configuration["PredefinedMetricSpecification"]
        name, period = validation.PREDEFINED[specification["PredefinedMetricType"]]
        return {**predefined_metric(target, name, specification), "Period": period}
    if not customized.get("Metrics"):
        return {**customized, "Period": 60}
    return {
        "Metrics": [
            {**query, "MetricStat": {**query["MetricStat"], "Period": 60}} if query.get("MetricStat") else query
            for query in customized["Metrics"]
        ]
    }


def predefined_metric(target: Target, name: str, specification: Record) -> Record:
    dummy, cluster, service = target.resource_id.split("/")
    dimensions = {"ClusterName": cluster, "ServiceName": service}
    if specification.get("ResourceLabel"):
        balancer, group = specification["ResourceLabel"].split("/targetgroup/")
        dimensions = {"LoadBalancer": balancer, "TargetGroup": f"targetgroup/{group}"}
    return {
        "Namespace": "AWS/ApplicationELB" if specification.get("ResourceLabel") else "AWS/ECS",
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Statistic": "Sum" if specification.get("ResourceLabel") else "Average",
    }


def put(target: Target, policy: Record) -> list[Record]:
    """Make or change the alarms of a target tracking policy; answers with their names and ARNs."""
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    value = float(configuration["TargetValue"])
    wanted = [("High", "GreaterThanThreshold", value, HIGH_PERIODS)]
    if not configuration.get("DisableScaleIn"):
        wanted.append(("Low", "LessThanThreshold", value * LOW_SHARE, LOW_PERIODS))
    existing = {alarm["AlarmName"].rsplit("-Alarm", 1)[-1].split("-")[0]: alarm for alarm in policy["Alarms"]}
    delete([alarm for side, alarm in existing.items() if side not in {entry[0] for entry in wanted}])
    result = []
    for side, comparison, threshold, periods in wanted:
        name = (existing.get(side) or {}).get(
            "AlarmName", f"TargetTracking-{target.resource_id}-Alarm{side}-{uuid.uuid4()}"
        )
        operations.put_alarm(
            {
                **metric(target, configuration),
                "AlarmName": name,
                "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}.",
                "ActionsEnabled": True,
                "AlarmActions": [policy["PolicyARN"]],
                "ComparisonOperator": comparison,
                "Threshold": threshold,
                "EvaluationPeriods": periods,
            }
        )
        result.append({"AlarmName": name, "AlarmARN": cloudwatch._alarms[name]["AlarmArn"]})
    return result


def delete(alarms: list[Record]) -> None:
    cloudwatch._delete_alarms({}, {"AlarmNames": [alarm["AlarmName"] for alarm in alarms]}, False, True)


def watching(policy_arn: str) -> list[Record]:
    """The alarms that a step scaling policy is an action of."""
    return [
        {"AlarmName": name, "AlarmARN": alarm["AlarmArn"]}
        for name, alarm in cloudwatch._alarms.items()
        if any(policy_arn in (alarm.get(field) or []) for field in ACTION_FIELDS)
    ]


def forget(policy: Record) -> None:
    """A policy is deleted: target tracking takes its alarms along, step scaling the alarms' actions only."""
    if policy["PolicyType"] == "TargetTrackingScaling":
        delete(policy["Alarms"])
        return
    for watched in watching(policy["PolicyARN"]):
        alarm = cloudwatch._alarms[watched["AlarmName"]]
        for field in ACTION_FIELDS:
            alarm[field] = [arn for arn in alarm.get(field) or [] if arn != policy["PolicyARN"]]

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Scaling policies: between the module's options and the shapes of the API."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import alarms, steps
from ansible_collections.airflow.fargate.plugins.module_utils._changes import Config, canonical
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import metrics
from ansible_collections.airflow.fargate.plugins.module_utils._problems import (
    Options,
    Problem,
    Problems,
    at_least,
    outside,
    repeated,
)

STEP, TRACKING = "StepScaling", "TargetTrackingScaling"
CONFIGURATION = {
    STEP: "StepScalingPolicyConfiguration",
    TRACKING: "TargetTrackingScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}
# What AWS assumes of ECS services, and need not say.
# https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
COOLDOWN = 300
DEFAULTS: dict[str, Config] = {
    STEP: {"Cooldown": COOLDOWN, "MetricAggregationType": "Average"},
    TRACKING: {"ScaleOutCooldown": COOLDOWN, "ScaleInCooldown": COOLDOWN, "DisableScaleIn": False},
}
ADJUSTMENT_TYPES = ("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity")
AGGREGATION_TYPES = ("Average", "Minimum", "Maximum")
REQUESTS = "ALBRequestCountPerTarget"
PREDEFINED = (
    "ECSServiceAverageCPUUtilization",
    "ECSServiceAverageCPUUtilizationHighResolution",
    "ECSServiceAverageMemoryUtilization",
    "ECSServiceAverageMemoryUtilizationHighResolution",
    REQUESTS,
)
RESOURCE_LABEL = re.compile(r"app/[^/]+/[0-9a-f]+/targetgroup/[^/]+/[0-9a-f]+")
LARGEST_TARGET = 2.0**360
LONGEST_ALARM_NAME = 255


def wanted(policy: Options) -> Config:
    """The policy's type and configuration, as AWS describes them."""
    kind, configuration = (
        (STEP, _step_scaling(policy["step_scaling"]))
        if policy["step_scaling"]
        else (TRACKING, _target_tracking(policy["target_tracking"]))
    )
    return {"PolicyType": kind, CONFIGURATION[kind]: canonical(configuration)}


def _step_scaling(options: Options) -> Config:
    return {
        "AdjustmentType": options["adjustment_type"],
        "StepAdjustments": steps.step_adjustments(options["steps"]),
        "MinAdjustmentMagnitude": options["min_adjustment_magnitude"],
        "Cooldown": options["cooldown"],
        "MetricAggregationType": options["aggregation_type"],
    }


def _target_tracking(options: Options) -> Config:
    predefined, customized = options["predefined_metric"], options["customized_metric"]
    return {
        "TargetValue": float(options["target_value"]),
        "PredefinedMetricSpecification": predefined
        and {"PredefinedMetricType": predefined["type"], "ResourceLabel": predefined["resource_label"]},
        "CustomizedMetricSpecification": customized and _customized_metric(customized),
        "ScaleOutCooldown": options["scale_out_cooldown"],
        "ScaleInCooldown": options["scale_in_cooldown"],
        "DisableScaleIn": options["disable_scale_in"],
    }


def _customized_metric(metric: Options) -> Config:
    if metric["metrics"] is not None:
        return {"Metrics": metrics.queries(metric["metrics"], period=None)}
    return {
        "Namespace": metric["namespace"],
        "MetricName": metric["metric_name"],
        "Dimensions": metrics.dimensions(metric),
        "Statistic": metric["statistic"],
        "Unit": metric["unit"],
    }


def observed(policy: Config) -> Config:
    """A described policy in the form of a wanted one."""
    kind = policy["PolicyType"]
    configuration = {**DEFAULTS.get(kind, {}), **policy[CONFIGURATION[kind]]}
    customized = configuration.get("CustomizedMetricSpecification", {})
    if customized.get("Metrics"):
        queries = [{"ReturnData": True, **query} for query in customized["Metrics"]]
        configuration["CustomizedMetricSpecification"] = {**customized, "Metrics": queries}
    return {"PolicyType": kind, CONFIGURATION[kind]: canonical(configuration)}


def problems(setting: str, policies: t.Sequence[Options], cluster: str, service: str) -> Problems:
    yield from repeated(f"{setting}.name", [policy["name"] for policy in policies])
    for policy in policies:
        one = f"{setting}[{policy['name']}]"
        if not re.fullmatch(r"[\x20-\x7e]{1,256}", policy["name"]):
            yield Problem(f"{setting}.name", policy["name"], "it has 1 to 256 printable characters")
        if policy["step_scaling"]:
            yield from _step_problems(f"{one}.step_scaling", policy["step_scaling"])
            alarm = alarms.alarm_name(cluster, service, policy["name"])
            if policy["step_scaling"]["alarm"] and len(alarm) > LONGEST_ALARM_NAME:
                reason = f"the name of its alarm would be {alarm}, which has more than {LONGEST_ALARM_NAME} characters"
                yield Problem(f"{setting}.name", policy["name"], reason)
        else:
            yield from _tracking_problems(f"{one}.target_tracking", policy["target_tracking"])


def _step_problems(setting: str, options: Options) -> Problems:
    kind = options["adjustment_type"]
    yield from steps.problems(f"{setting}.steps", options["steps"], exact=kind == "ExactCapacity")
    yield from at_least(setting, options, "cooldown", 0)
    if kind != "PercentChangeInCapacity":
        because = "only a PercentChangeInCapacity has it"
        yield from outside(setting, options, ["min_adjustment_magnitude"], because)
    else:
        yield from at_least(setting, options, "min_adjustment_magnitude", 1)
    if options["alarm"]:
        yield from alarms.problems(f"{setting}.alarm", options["alarm"])


def _tracking_problems(setting: str, options: Options) -> Problems:
    if not 0 < options["target_value"] <= LARGEST_TARGET:
        yield Problem(f"{setting}.target_value", options["target_value"], "it must be above 0 and at most 2^360")
    for name in ("scale_out_cooldown", "scale_in_cooldown"):
        yield from at_least(setting, options, name, 0)
    if options["customized_metric"]:
        yield from metrics.problems(f"{setting}.customized_metric", options["customized_metric"], extended=False)
    else:
        yield from _predefined_problems(f"{setting}.predefined_metric", options["predefined_metric"])


def _predefined_problems(setting: str, metric: Options) -> Problems:
    label = metric["resource_label"]
    if metric["type"] != REQUESTS:
        yield from outside(setting, metric, ["resource_label"], f"only {REQUESTS} has it")
    elif not RESOURCE_LABEL.fullmatch(label or ""):
        reason = "it must be app/<load balancer>/<id>/targetgroup/<target group>/<id>, the ends of their ARNs"
        yield Problem(f"{setting}.resource_label", label, reason)

"""Scaling policies at work: an alarm invokes one, and the service changes."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch

from tools.local_aws.patches.application_autoscaling import capacity, policies, store
from tools.local_aws.patches.application_autoscaling.policies import DEFAULT_COOLDOWN
from tools.local_aws.patches.application_autoscaling.store import Target

logger = logging.getLogger("local_aws.application_autoscaling")

Record = dict[str, Any]
Request = tuple[Callable[[int], int], tuple[float, float]]
"""(capacity asked for at a given capacity, cooldowns for scale-out and scale-in)"""


def find(policy_arn: str) -> tuple[Target, Record] | None:
    for target in store.all_targets():
        for policy in target.policies.values():
            if policy["PolicyARN"] == policy_arn:
                return target, policy
    return None


def alarm_action(policy_arn: str, alarm: Record) -> None:
    """What CloudWatch calls; everything there is to know of the metric is in the alarm's StateReasonData."""
    with store.lock:
        found = find(policy_arn)
        data = json.loads(alarm.get("StateReasonData") or "{}")
        if found is None or not data.get("recentDatapoints"):
            logger.warning("alarm %s: no policy %s, or no datapoints to go by", alarm["AlarmName"], policy_arn)
            return
        target, policy = found
        ask = step_request if policy["PolicyType"] == "StepScaling" else tracking_request
        request = ask(target, policy, alarm, data)
        if request is not None:
            cause = (
                f"monitor alarm {alarm['AlarmName']} in state {alarm['StateValue']} "
                f"triggered policy {policy['PolicyName']}"
            )
            scale(target, *request, cause)


def step_request(target: Target, policy: Record, alarm: Record, data: Record) -> Request | None:
    configuration = policy["StepScalingPolicyConfiguration"]
    metric = policies.aggregate(configuration.get("MetricAggregationType"), data["recentDatapoints"])
    threshold = data.get("threshold")
    difference = metric - float(alarm["Threshold"] if threshold is None else threshold)
    rising = alarm["ComparisonOperator"].startswith("Greater")
    adjustment = policies.step_adjustment(configuration["StepAdjustments"], difference, rising)
    if adjustment is None:
        return None
    cooldown = float(configuration.get("Cooldown", DEFAULT_COOLDOWN))
    return lambda current: policies.step_capacity(configuration, current, adjustment), (cooldown, cooldown)


def tracking_request(target: Target, policy: Record, alarm: Record, data: Record) -> Request | None:
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    out = alarm["ComparisonOperator"].startswith("Greater")
    if not out and not all(ready_to_scale_in(other) for other in target.policies.values()):
        return None
    metric, value = float(data["recentDatapoints"][-1]), float(configuration["TargetValue"])
    cooldowns = tuple(
        float(configuration.get(name, DEFAULT_COOLDOWN)) for name in ("ScaleOutCooldown", "ScaleInCooldown")
    )
    return lambda current: policies.tracking_capacity(current, metric, value, out), (cooldowns[0], cooldowns[1])


def ready_to_scale_in(policy: Record) -> bool:
    """AWS: of several target tracking policies, all that can scale in must be ready to."""
    low = [alarm["AlarmName"] for alarm in policy["Alarms"] if "-AlarmLow-" in alarm["AlarmName"]]
    return all((cloudwatch._alarms.get(name) or {}).get("StateValue") == "ALARM" for name in low)


def scale(target: Target, wanted: Callable[[int], int], cooldowns: tuple[float, float], cause: str) -> None:
    current = capacity.desired_count(target)
    if current is None:
        return
    asked = wanted(current)
    part = "DynamicScalingOutSuspended" if asked > current else "DynamicScalingInSuspended"
    if target.is_suspended(part):
        return
    now = time.time()
    decision = policies.decide(current, wanted, (target.minimum, target.maximum), target.cooldown, now)
    if decision.capacity != current:
        policies.started(target.cooldown, current, decision.capacity, cooldowns, now)
        capacity.set_desired_count(target, decision.capacity, cause)
    elif decision.reason.startswith("Already"):
        not_scaled(target, current, decision.reason, cause)


def not_scaled(target: Target, current: int, code: str, cause: str) -> None:
    numbers = {
        "AlreadyAtMaxCapacity": {"MaxCapacity": target.maximum},
        "AlreadyAtMinCapacity": {"MinCapacity": target.minimum},
        "AlreadyAtDesiredCapacity": {"CurrentCapacity": current},
    }
    capacity.record(
        target,
        "Attempting to scale due to alarm triggered",
        cause,
        "",
        "Unfulfilled",
        NotScaledReasons=[{"Code": code, **numbers[code]}],
    )

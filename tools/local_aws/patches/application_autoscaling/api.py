"""The operations of Application Auto Scaling, for the scalable dimension ecs:service:DesiredCount."""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region

from tools.local_aws.patches import clock
from tools.local_aws.patches.application_autoscaling import capacity, policy_alarms, schedules, store, validation
from tools.local_aws.patches.application_autoscaling.store import DIMENSION, Target

Data = dict[str, Any]
PAGE = 50
NAME = re.compile(r"[^\x00-\x1f|]{1,256}")
ACTION_NAME = re.compile(r"(?! )[^\x00-\x1f\x7f-\x9f:/|]{1,256}(?<! )")
POLICY_CONFIGURATIONS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid(message: str) -> Refused:
    return Refused("ValidationException", message)


def not_found(kind: str, data: Data, name: str = "") -> Refused:
    what = f", {kind} name: {name}" if name else ""
    return Refused(
        "ObjectNotFoundException",
        f"No {kind} found for service namespace: {data.get('ServiceNamespace')}, "
        f"resource ID: {data.get('ResourceId')}, scalable dimension: {data.get('ScalableDimension')}{what}",
    )


def check_namespace(data: Data) -> None:
    if data.get("ServiceNamespace") != "ecs":
        raise invalid(f"Unsupported service namespace: {data.get('ServiceNamespace')}")
    if data.get("ScalableDimension") not in (None, DIMENSION):
        raise invalid(
            f"Unsupported service namespace, resource type or scalable dimension: {data['ScalableDimension']}"
        )


def known_target(data: Data) -> Target:
    check_namespace(data)
    target = store.get(data.get("ResourceId", ""))
    if target is None:
        raise not_found("scalable target", data)
    return target


# -- scalable targets
def register_scalable_target(data: Data) -> Data:
    check_namespace(data)
    resource_id = str(data.get("ResourceId", ""))
    if capacity.service_record(resource_id) is None:
        raise invalid(f"ECS service doesn't exist: {resource_id}")
    target = store.get(resource_id)
    minimum = data.get("MinCapacity", target.minimum if target else None)
    maximum = data.get("MaxCapacity", target.maximum if target else None)
    if minimum is None or maximum is None:
        raise invalid("MinCapacity and MaxCapacity are required when registering a new scalable target.")
    if not 0 <= int(minimum) <= int(maximum):
        raise invalid("Maximum capacity cannot be less than minimum capacity")
    if target is None:
        target = Target(get_account_id(), get_region(), resource_id, int(minimum), int(maximum))
        target.tags = dict(data.get("Tags") or {})
        store.put(target)
    elif data.get("Tags"):
        raise invalid("Tags can only be specified when you create a new scalable target. Use TagResource instead.")
    target.minimum, target.maximum = int(minimum), int(maximum)
    target.suspended.update(data.get("SuspendedState") or {})
    capacity.enforce_bounds(target)
    return {"ScalableTargetARN": target.arn}


def shown_target(target: Target) -> Data:
    suspended = {
        part: target.is_suspended(part)
        for part in ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    }
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": target.resource_id,
        "ScalableDimension": DIMENSION,
        "MinCapacity": target.minimum,
        "MaxCapacity": target.maximum,
        "RoleARN": (
            f"arn:aws:iam::{target.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_ECSService"
        ),
        "CreationTime": target.created,
        "SuspendedState": suspended,
        "ScalableTargetARN": target.arn,
    }


def deregister_scalable_target(data: Data) -> Data:
    target = known_target(data)
    for policy in target.policies.values():
        policy_alarms.forget(policy)
    store.remove(target)
    return {}


def page(items: list[Data], data: Data, name: str) -> Data:
    start, size = int(data.get("NextToken") or 0), int(data.get("MaxResults") or PAGE)
    more = {"NextToken": str(start + size)} if start + size < len(items) else {}
    return {name: items[start : start + size], **more}


def describe(
    name: str, select: Callable[[Target], list[Data]], names_field: str = "", name_field: str = ""
) -> Callable[[Data], Data]:
    def handle(data: Data) -> Data:
        check_namespace(data)
        wanted_ids = data.get("ResourceIds") or ([data["ResourceId"]] if data.get("ResourceId") else None)
        wanted_names = data.get(names_field) if names_field else None
        found = [
            item
            for target in store.targets_here()
            if wanted_ids is None or target.resource_id in wanted_ids
            for item in select(target)
            if not wanted_names or item[name_field] in wanted_names
        ]
        return page(found, data, name)

    return handle


# -- policies
def put_scaling_policy(data: Data) -> Data:
    target, name = known_target(data), str(data.get("PolicyName", ""))
    if not NAME.fullmatch(name):
        raise invalid("1 validation error detected: Value at 'policyName' failed to satisfy constraint")
    existing = target.policies.get(name)
    kind = data.get("PolicyType") or (existing or {}).get("PolicyType") or "StepScaling"
    if kind not in POLICY_CONFIGURATIONS:
        raise invalid(f"Unsupported policy type: {kind}")
    configuration = data.get(POLICY_CONFIGURATIONS[kind])
    if not configuration:
        raise invalid(f"{POLICY_CONFIGURATIONS[kind]} is required for policy type {kind}")
    problem = validation.policy(kind, configuration)
    if problem:
        raise invalid(problem)
    arn = (existing or {}).get("PolicyARN") or (
        f"arn:aws:autoscaling:{target.region}:{target.account}:scalingPolicy:{uuid.uuid4()}:resource/ecs/"
        f"{target.resource_id}:policyName/{name}"
    )
    policy = target.policies[name] = {
        "PolicyARN": arn,
        "PolicyName": name,
        "ServiceNamespace": "ecs",
        "ResourceId": target.resource_id,
        "ScalableDimension": DIMENSION,
        "PolicyType": kind,
        POLICY_CONFIGURATIONS[kind]: configuration,
        "Alarms": (existing or {}).get("Alarms", []),
        "CreationTime": (existing or {}).get("CreationTime", time.time()),
    }
    if kind == "TargetTrackingScaling":
        policy["Alarms"] = policy_alarms.put(target, policy)
    return {"PolicyARN": arn, "Alarms": shown_policy(policy)["Alarms"]}


def shown_policy(policy: Data) -> Data:
    if policy["PolicyType"] != "StepScaling":
        return policy
    return {**policy, "Alarms": policy_alarms.watching(policy["PolicyARN"])}


def delete_scaling_policy(data: Data) -> Data:
    target, name = known_target(data), str(data.get("PolicyName"))
    policy = target.policies.pop(name, None)
    if policy is None:
        raise not_found("scaling policy", data, name)
    policy_alarms.forget(policy)
    return {}


# -- schedules
def put_scheduled_action(data: Data) -> Data:
    target, name = known_target(data), str(data.get("ScheduledActionName", ""))
    if not ACTION_NAME.fullmatch(name):
        raise invalid("1 validation error detected: Value at 'scheduledActionName' failed to satisfy constraint")
    existing = target.scheduled_actions.get(name, {})
    merged = {**existing, **data}
    # AWS: an update without them deletes the old values.
    times = {key: float(data[key]) for key in ("StartTime", "EndTime") if data.get(key) is not None}
    if times.get("StartTime", 0.0) >= times.get("EndTime", math.inf):
        raise invalid("The scheduled action's start time must be before its end time")
    schedule, zone = str(merged.get("Schedule", "")), merged.get("Timezone")
    if not schedules.valid(schedule):
        raise invalid(f"Invalid schedule expression: {schedule}")
    if zone and not schedules.valid_timezone(zone):
        raise invalid(f"Invalid time zone: {zone}")
    action = merged.get("ScalableTargetAction") or {}
    low, high = action.get("MinCapacity"), action.get("MaxCapacity")
    if low is None and high is None:
        raise invalid("Scalable target action must have at least one of MinCapacity and MaxCapacity")
    if low is not None and high is not None and low > high:
        raise invalid("Maximum capacity cannot be less than minimum capacity")
    target.scheduled_actions[name] = {
        **{key: merged[key] for key in ("Schedule", "Timezone") if merged.get(key)},
        **times,
        "ScheduledActionName": name,
        "ScheduledActionARN": existing.get("ScheduledActionARN")
        or (
            f"arn:aws:autoscaling:{target.region}:{target.account}:scheduledAction:{uuid.uuid4()}:resource/ecs/"
            f"{target.resource_id}:scheduledActionName/{name}"
        ),
        "ServiceNamespace": "ecs",
        "ResourceId": target.resource_id,
        "ScalableDimension": DIMENSION,
        "ScalableTargetAction": action,
        "CreationTime": existing.get("CreationTime", clock.now()),
    }
    return {}


def delete_scheduled_action(data: Data) -> Data:
    target, name = known_target(data), str(data.get("ScheduledActionName"))
    if target.scheduled_actions.pop(name, None) is None:
        raise not_found("scheduled action", data, name)
    return {}


def describe_scaling_activities(data: Data) -> Data:
    check_namespace(data)
    wanted = data.get("ResourceId")
    found = [
        item
        for item in store.activities_here()
        if wanted in (None, item["ResourceId"])
        and (data.get("IncludeNotScaledActivities") or "NotScaledReasons" not in item)
    ]
    return page(found, data, "ScalingActivities")


# -- tags
def target_by_arn(data: Data) -> Target:
    target = next((target for target in store.targets_here() if target.arn == data.get("ResourceARN")), None)
    if target is None:
        raise Refused("ResourceNotFoundException", f"Resource {data.get('ResourceARN')} not found")
    return target


def list_tags(data: Data) -> Data:
    return {"Tags": target_by_arn(data).tags}


def tag(data: Data) -> Data:
    target_by_arn(data).tags.update(data.get("Tags") or {})
    return {}


def untag(data: Data) -> Data:
    tags = target_by_arn(data).tags
    for key in data.get("TagKeys") or []:
        tags.pop(key, None)
    return {}


OPERATIONS: dict[str, Callable[[Data], Data]] = {
    "RegisterScalableTarget": register_scalable_target,
    "DeregisterScalableTarget": deregister_scalable_target,
    "DescribeScalableTargets": describe("ScalableTargets", lambda target: [shown_target(target)]),
    "PutScalingPolicy": put_scaling_policy,
    "DeleteScalingPolicy": delete_scaling_policy,
    "DescribeScalingPolicies": describe(
        "ScalingPolicies",
        lambda target: [shown_policy(policy) for policy in target.policies.values()],
        "PolicyNames",
        "PolicyName",
    ),
    "PutScheduledAction": put_scheduled_action,
    "DeleteScheduledAction": delete_scheduled_action,
    "DescribeScheduledActions": describe(
        "ScheduledActions",
        lambda target: list(target.scheduled_actions.values()),
        "ScheduledActionNames",
        "ScheduledActionName",
    ),
    "DescribeScalingActivities": describe_scaling_activities,
    "ListTagsForResource": list_tags,
    "TagResource": tag,
    "UntagResource": untag,
}


def answer(body: Data, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def perform(operation: str, data: Data) -> tuple[int, dict[str, str], bytes]:
    handler = OPERATIONS.get(operation)
    if handler is None:
        return answer({"__type": "UnknownOperationException", "message": operation}, 400)
    try:
        with store.lock:
            return answer(handler(data))
    except Refused as refused:
        return answer({"__type": refused.code, "message": str(refused)}, 400)


async def handle_request(
    method: str, path: str, headers: dict[str, str], body: bytes, query: Data
) -> tuple[int, dict[str, str], bytes]:
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    return await asyncio.to_thread(perform, operation, json.loads(body or b"{}"))

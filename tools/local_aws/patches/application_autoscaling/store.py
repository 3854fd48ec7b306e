"""What has been registered: scalable targets, scaling policies, scheduled actions, and what scaling did."""

from __future__ import annotations

import dataclasses
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from ministack.core.responses import get_account_id, get_region

from tools.local_aws.patches.application_autoscaling.policies import Cooldown

DIMENSION = "ecs:service:DesiredCount"
KEEP_ACTIVITIES = 500


@dataclasses.dataclass
class Target:
    """A scalable target with what belongs to it."""

    account: str
    region: str
    resource_id: str
    minimum: int
    maximum: int
    arn: str = ""
    created: float = dataclasses.field(default_factory=time.time)
    suspended: dict[str, bool] = dataclasses.field(default_factory=dict)
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    policies: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    """PolicyName -> the policy as DescribeScalingPolicies shows it."""
    scheduled_actions: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    """ScheduledActionName -> the action as DescribeScheduledActions shows it."""
    cooldown: Cooldown = dataclasses.field(default_factory=Cooldown)

    def __post_init__(self) -> None:
        if not self.arn:
            self.arn = (
                f"arn:aws:application-autoscaling:{self.region}:{self.account}:scalable-target/"
                f"0ec5{uuid.uuid4().hex[:28]}"
            )

    def is_suspended(self, part: str) -> bool:
        """`part` is DynamicScalingInSuspended, DynamicScalingOutSuspended or ScheduledScalingSuspended."""
        return bool(self.suspended.get(part))


lock = threading.RLock()
_targets: dict[tuple[str, str, str], Target] = {}
_activities: list[tuple[str, str, dict[str, Any]]] = []


def get(resource_id: str) -> Target | None:
    return _targets.get((get_account_id(), get_region(), resource_id))


def put(target: Target) -> None:
    _targets[(target.account, target.region, target.resource_id)] = target


def remove(target: Target) -> None:
    del _targets[(target.account, target.region, target.resource_id)]


def all_targets() -> list[Target]:
    """Of every account and region: for what runs in the background."""
    return list(_targets.values())


def targets_here() -> Iterator[Target]:
    here = (get_account_id(), get_region())
    yield from (target for target in all_targets() if (target.account, target.region) == here)


def record_activity(target: Target, activity: dict[str, Any]) -> None:
    _activities.insert(0, (target.account, target.region, activity))
    del _activities[KEEP_ACTIVITIES:]


def activities_here() -> Iterator[dict[str, Any]]:
    here = (get_account_id(), get_region())
    yield from (activity for account, region, activity in _activities if (account, region) == here)

"""The one way by which scaling changes a service, and the activities it leaves."""

from __future__ import annotations

import time
import uuid
from typing import Any

from ministack.core.responses import request_scope

from tools.local_aws.patches.application_autoscaling import store
from tools.local_aws.patches.application_autoscaling.store import Target


def service_record(resource_id: str) -> dict[str, Any] | None:
    """The ECS service behind `service/<cluster>/<name>`, in the current account and region."""
    from ministack.services import ecs

    kind, dummy, key = resource_id.partition("/")
    service = ecs._services.get(key) if kind == "service" else None
    return service if service is not None and service["status"] == "ACTIVE" else None


def desired_count(target: Target) -> int | None:
    with request_scope(target.account, target.region):
        service = service_record(target.resource_id)
    return None if service is None else int(service["desiredCount"])


def record(target: Target, description: str, cause: str, message: str, status: str = "Successful", **more: Any) -> None:
    now = time.time()
    store.record_activity(
        target,
        {
            "ActivityId": str(uuid.uuid4()),
            "ServiceNamespace": "ecs",
            "ResourceId": target.resource_id,
            "ScalableDimension": store.DIMENSION,
            "Description": description,
            "Cause": cause,
            "StartTime": now,
            "EndTime": now,
            "StatusCode": status,
            "StatusMessage": message,
            **more,
        },
    )


def set_desired_count(target: Target, wanted: int, cause: str) -> None:
    from ministack.services import ecs

    dummy, cluster, name = target.resource_id.split("/")
    with request_scope(target.account, target.region):
        ecs._update_service({"cluster": cluster, "service": name, "desiredCount": wanted})
    record(
        target,
        f"Setting desired count to {wanted}.",
        cause,
        f"Successfully set desired count to {wanted}. Change successfully fulfilled by ecs.",
    )


def enforce_bounds(target: Target) -> None:
    """A service outside its bounds is brought inside at once."""
    current = desired_count(target)
    if current is None:
        return
    if current < target.minimum:
        set_desired_count(target, target.minimum, f"minimum capacity was set to {target.minimum}")
    elif current > target.maximum:
        set_desired_count(target, target.maximum, f"maximum capacity was set to {target.maximum}")

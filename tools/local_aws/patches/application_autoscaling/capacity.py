"""The one way by which scaling changes a service, and the activity it leaves."""

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


def set_desired_count(target: Target, wanted: int, cause: str) -> bool:
    """Bring the service to `wanted` tasks, inside the target's bounds; False when there was nothing to do."""
    from ministack.services import ecs

    wanted = max(target.minimum, min(target.maximum, wanted))
    with request_scope(target.account, target.region):
        current = desired_count(target)
        if current is None or current == wanted:
            return False
        dummy, cluster, name = target.resource_id.split("/")
        ecs._update_service({"cluster": cluster, "service": name, "desiredCount": wanted})
    now = time.time()
    if wanted > current:
        target.last_scale_out = now
    else:
        target.last_scale_in = now
    store.record_activity(
        target,
        {
            "ActivityId": str(uuid.uuid4()),
            "ServiceNamespace": "ecs",
            "ResourceId": target.resource_id,
            "ScalableDimension": store.DIMENSION,
            "Description": f"Setting desired count to {wanted}.",
            "Cause": cause,
            "StartTime": now,
            "EndTime": now,
            "StatusCode": "Successful",
            "StatusMessage": (f"Successfully set desired count to {wanted}. Change successfully fulfilled by ecs."),
        },
    )
    return True


def enforce_bounds(target: Target, cause: str) -> None:
    """A service outside its bounds is brought inside at once."""
    current = desired_count(target)
    if current is not None:
        set_desired_count(target, current, cause)

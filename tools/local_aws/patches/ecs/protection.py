"""Task scale-in protection.

AWS: UpdateTaskProtection, or the task itself through ECS_AGENT_URI, keeps a service's task from being stopped by
scale-in and by deployments until the protection ends (two hours by default).
ministack: the operations answer with empty lists and there is no agent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import json_response
from ministack.services import ecs

from tools.local_aws.patches.ecs.environment import AGENT_PREFIX

DEFAULT_MINUTES = 120
LONGEST_MINUTES = 2880
_until: dict[str, float] = {}
"""Task ARN -> end of its protection."""
_changed: list[Callable[[], None]] = []


def protected(arn: str) -> bool:
    return _until.get(arn, 0.0) > time.time()


def protect(arn: str, enabled: bool, minutes: int) -> None:
    if enabled:
        _until[arn] = time.time() + 60 * minutes
    else:
        _until.pop(arn, None)
    for notify in _changed:
        notify()


def operation(change: bool) -> Callable[[dict[str, Any]], Any]:
    def handle(data: dict[str, Any]) -> Any:
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        found, failures = [], []
        for reference in data.get("tasks") or []:
            task = ecs._resolve_task(reference, cluster)
            if task is None or task["lastStatus"] == "STOPPED":
                failures.append({"arn": reference, "reason": "TASK_NOT_VALID"})
                continue
            if change:
                minutes = int(data.get("expiresInMinutes") or DEFAULT_MINUTES)
                protect(task["taskArn"], bool(data["protectionEnabled"]), minutes)
            found.append(shape(task["taskArn"], "taskArn", "protectionEnabled", "expirationDate"))
        return json_response({"protectedTasks": found, "failures": failures})

    return handle


def shape(arn: str, name: str, enabled: str, expiration: str) -> dict[str, Any]:
    result: dict[str, Any] = {name: arn, enabled: protected(arn)}
    if protected(arn):
        result[expiration] = _until[arn]
    return result


def agent(method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """The endpoint behind ECS_AGENT_URI: `<prefix><task id>/task-protection/v1/state`."""
    task_id, dummy, rest = path.removeprefix(AGENT_PREFIX).partition("/")
    arn = next(
        (task["taskArn"] for dummy, task in ecs._tasks.all_items() if task["taskArn"].endswith(f"/{task_id}")), None
    )
    if arn is None or rest != "task-protection/v1/state":
        return 404, {"error": {"Code": "ResourceNotFoundException", "Message": f"no such endpoint: {path}"}}
    if method == "PUT":
        data = json.loads(body or b"{}")
        minutes = int(data.get("ExpiresInMinutes") or DEFAULT_MINUTES)
        if not isinstance(data.get("ProtectionEnabled"), bool) or not 1 <= minutes <= LONGEST_MINUTES:
            return 400, {"error": {"Code": "InvalidParameterException", "Message": "invalid protection"}}
        protect(arn, data["ProtectionEnabled"], minutes)
    state = shape(arn, "TaskArn", "ProtectionEnabled", "ExpirationDate")
    if "ExpirationDate" in state:
        state["ExpirationDate"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(state["ExpirationDate"]))
    return 200, {"protection": state}


def route_agent() -> None:
    """Serve the agent's endpoint at the gateway, before AWS's own routes."""
    from ministack import app

    special = app._handle_special_data_plane_request

    async def handle(method: str, path: str, headers: Any, body: bytes, *rest: Any, **more: Any) -> Any:
        if path.startswith(AGENT_PREFIX):
            status, answer = agent(method, path, body)
            return status, {"Content-Type": "application/json"}, json.dumps(answer).encode()
        return await special(method, path, headers, body, *rest, **more)

    app._handle_special_data_plane_request = handle


def install(changed: Callable[[], None]) -> None:
    route_agent()
    _changed.append(changed)
    ecs._ACTION_MAP["UpdateTaskProtection"] = operation(change=True)
    ecs._ACTION_MAP["GetTaskProtection"] = operation(change=False)

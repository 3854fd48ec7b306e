"""Task scale-in protection.

AWS: UpdateTaskProtection, or the task itself through ECS_AGENT_URI with the permissions of its task role, keeps a
service's task from being stopped by scale-in and by deployments until the protection ends (two hours by default). A
service may not have more protected tasks than its desired count: beyond that the answer is DEPLOYMENT_BLOCKED.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
ministack: the operations answer with empty lists and there is no agent.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import json_response, request_scope
from ministack.services import ecs

from tools.local_aws.patches import private_endpoints
from tools.local_aws.patches.ecs import service_health
from tools.local_aws.patches.ecs.environment import AGENT
from tools.local_aws.patches.ecs.tasks import error

Record = dict[str, Any]
DEFAULT_MINUTES = 120
LONGEST_MINUTES = 2880
MOST_TASKS = {"UpdateTaskProtection": 10, "GetTaskProtection": 100}
WRONG_MINUTES = f"expiresInMinutes must be between 1 and {LONGEST_MINUTES}."

lock = threading.RLock()
"""Held while a task is protected, and while the scheduler stops those that are not: no task is told that it is
protected and stopped all the same."""
_until: dict[str, float] = {}
"""Task ARN -> end of its protection."""
_changed: list[Callable[[], None]] = []


def protected(arn: str) -> bool:
    return _until.get(arn, 0.0) > time.time()


def protect(arn: str, enabled: bool, minutes: int) -> None:
    now = time.time()
    for other in [other for other, until in _until.items() if until <= now]:
        del _until[other]
    if enabled:
        _until[arn] = now + 60 * minutes
    else:
        _until.pop(arn, None)
    for notify in _changed:
        notify()


def valid_minutes(minutes: Any) -> bool:
    return isinstance(minutes, int) and 1 <= minutes <= LONGEST_MINUTES


def service_of(task: Record) -> Record | None:
    kind, dummy, name = str(task.get("group", "")).partition(":")
    cluster = task["clusterArn"].rsplit("/", 1)[-1]
    service: Record | None = ecs._services.get(f"{cluster}/{name}") if kind == "service" else None
    return service


def failure(task: Record, enable: bool) -> str | None:
    """Why the state of the task cannot be set."""
    service = service_of(task)
    if service is None or not service_health.alive(task):
        return "TASK_NOT_VALID"
    others = sum(
        other.get("group") == task["group"]
        and other["clusterArn"] == task["clusterArn"]
        and other is not task
        and service_health.alive(other)
        and protected(other["taskArn"])
        for other in list(ecs._tasks.values())
    )
    return "DEPLOYMENT_BLOCKED" if enable and others + 1 > service["desiredCount"] else None


# -- the API
def operation(name: str) -> Callable[[Record], Any]:
    def handle(data: Record) -> Any:
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        references = data.get("tasks") or []
        if cluster not in ecs._clusters:
            return error("ClusterNotFoundException", "Cluster not found.")
        if len(references) > MOST_TASKS[name] or (change and not references):
            return error("InvalidParameterException", f"Between 1 and {MOST_TASKS[name]} tasks must be specified.")
        if change and not isinstance(data.get("protectionEnabled"), bool):
            return error("InvalidParameterException", "protectionEnabled must be specified.")
        if change and not valid_minutes(data.get("expiresInMinutes", DEFAULT_MINUTES)):
            return error("InvalidParameterException", WRONG_MINUTES)
        found, failures = [], []
        for reference in references:
            task = ecs._resolve_task(reference, cluster)
            with lock:
                reason = "MISSING" if task is None else failure(task, change and data["protectionEnabled"])
                if reason:
                    failures.append({"arn": task["taskArn"] if task else reference, "reason": reason})
                    continue
                if change:
                    protect(task["taskArn"], data["protectionEnabled"], data.get("expiresInMinutes", DEFAULT_MINUTES))
                found.append(shape(task["taskArn"], "taskArn", "protectionEnabled", "expirationDate"))
        return json_response({"protectedTasks": found, "failures": failures})

    change = name == "UpdateTaskProtection"
    return handle


def shape(arn: str, name: str, enabled: str, expiration: str) -> Record:
    result: Record = {name: arn, enabled: protected(arn)}
    if protected(arn):
        result[expiration] = _until[arn]
    return result


# -- the agent
def allowed(task: Record, action: str) -> bool:
    """Whether the policies of the task role let the agent do it."""
    definition = ecs._task_defs[ecs._resolve_td_key(task["taskDefinitionArn"])]
    role = (task.get("overrides") or {}).get("taskRoleArn") or definition.get("taskRoleArn") or ""
    region, account = task["taskArn"].split(":")[3:5]
    context = iam_evaluator.EvalContext(
        principal_arn=role,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=task["taskArn"],
        region=region,
        service_context={"ecs:cluster": task["clusterArn"]},
    )
    policies = iam_evaluator._gather_role_policies(role.rsplit("/", 1)[-1], account)
    return bool(iam_evaluator.evaluate(context, policies).decision == "Allow")


def agent_error(arn: str, code: str, message: str) -> tuple[int, Record]:
    return 400, {"requestID": str(uuid.uuid4()), "error": {"Arn": arn, "Code": code, "Message": message}}


def agent(method: str, path: str, body: Record) -> tuple[int, Record]:
    """The endpoint behind ECS_AGENT_URI: `<task id>/task-protection/v1/state`."""
    task_id, dummy, rest = path.partition("/")
    task = next((task for dummy, task in ecs._tasks.all_items() if task["taskArn"].endswith(f"/{task_id}")), None)
    if task is None or rest != "task-protection/v1/state" or method not in ("GET", "PUT"):
        return 404, {"message": "404 page not found"}
    region, account = task["taskArn"].split(":")[3:5]
    with request_scope(account, region):
        return state(task, body if method == "PUT" else None)


def state(task: Record, change: Record | None) -> tuple[int, Record]:
    arn = task["taskArn"]
    action = "ecs:GetTaskProtection" if change is None else "ecs:UpdateTaskProtection"
    if change is not None and not isinstance(change.get("ProtectionEnabled"), bool):
        return agent_error(arn, "InvalidParameterException", "Invalid request: does not contain 'ProtectionEnabled'")
    if not allowed(task, action):
        message = f"The task role is not authorized to perform: {action} on resource: {arn}"
        return agent_error(arn, "AccessDeniedException", message)
    minutes = (change or {}).get("ExpiresInMinutes")
    minutes = DEFAULT_MINUTES if minutes is None else minutes
    if not valid_minutes(minutes):
        return agent_error(arn, "InvalidParameterException", WRONG_MINUTES)
    with lock:
        reason = failure(task, bool(change and change["ProtectionEnabled"]))
        if reason:
            return 200, {"failure": {"Arn": arn, "Detail": None, "Reason": reason}}
        if change is not None:
            protect(arn, change["ProtectionEnabled"], minutes)
        result = {"ExpirationDate": None, **shape(arn, "TaskArn", "ProtectionEnabled", "ExpirationDate")}
    if result["ExpirationDate"] is not None:
        result["ExpirationDate"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(result["ExpirationDate"]))
    return 200, {"protection": result}


def install(changed: Callable[[], None]) -> None:
    private_endpoints.serve(AGENT, agent)
    _changed.append(changed)
    for name in MOST_TASKS:
        ecs._ACTION_MAP[name] = operation(name)

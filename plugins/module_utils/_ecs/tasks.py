# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Standalone ECS tasks: start them once, wait for them, and judge how they ended."""

from __future__ import annotations

import hashlib
import itertools
import re
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    Client,
    ECSErrorHandler,
    Resource,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import TaskReader, render_task
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.task_definitions import describe_task_definition
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import (
    last_part,
    network_to_api,
    strategy_to_api,
    tags_to_api,
    task_result,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll
from ansible_collections.airflow.fargate.plugins.module_utils._fargate import EPHEMERAL_STORAGE, size_problem

# Reasons in RunTask's failures that pass by themselves.
TRANSIENT_FAILURE = re.compile("capacity|RESOURCE:|AGENT|throttl|try again", re.IGNORECASE)
CAPACITY_DELAY = 5.0
LONGEST_CAPACITY_DELAY = 30.0
TASKS_PER_CALL = 10
# Fargate kills a container at the latest 120 s (stopTimeout) after it was asked to stop.
STOP_PATIENCE = 150
STARTED_BY = re.compile("[a-zA-Z0-9/_-]{1,128}")
# A short task may be past RUNNING before anybody looks.
HAS_STARTED = ("RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")


def run_request(params: Mapping[str, Any]) -> Resource:
    """The arguments of RunTask, except the number of tasks and the token."""
    request = {
        "cluster": params["cluster"],
        "taskDefinition": params["task_definition"],
        "networkConfiguration": network_to_api(params["network_configuration"]),
        "capacityProviderStrategy": strategy_to_api(params["capacity_provider_strategy"] or []),
        "overrides": _overrides(params["overrides"] or {}),
        "group": params["group"],
        "startedBy": started_by(params),
        "enableExecuteCommand": params["enable_execute_command"],
        "tags": tags_to_api(params["tags"]),
    }
    return {key: value for key, value in request.items() if value}


def _overrides(overrides: Mapping[str, Any]) -> Resource:
    storage = overrides.get("ephemeral_storage")
    request = {
        "cpu": _text(overrides.get("cpu")),
        "memory": _text(overrides.get("memory")),
        "ephemeralStorage": {"sizeInGiB": storage} if storage else None,
        "containerOverrides": [_container_override(item) for item in overrides.get("containers") or []],
    }
    return {key: value for key, value in request.items() if value}


def _container_override(override: Mapping[str, Any]) -> Resource:
    environment = override.get("environment") or {}
    request = {
        "name": override["name"],
        "command": override.get("command"),
        "environment": [{"name": name, "value": str(value)} for name, value in environment.items()],
        "cpu": override.get("cpu"),
        "memory": override.get("memory"),
    }
    return {key: value for key, value in request.items() if value}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def started_by(params: Mapping[str, Any]) -> str | None:
    """With a client token it is written here, because it is what ListTasks can search for."""
    token = params["client_token"]
    if token is None:
        return params["started_by"]
    return token if STARTED_BY.fullmatch(token) else hashlib.sha256(token.encode()).hexdigest()


def shown_request(request: Mapping[str, Any], count: int) -> Resource:
    """For the diff: without the values of environment variables."""
    shown = {key: value for key, value in request.items() if key != "overrides"}
    overrides = dict(request.get("overrides", {}))
    overrides["containerOverrides"] = [
        {**item, "environment": sorted(entry["name"] for entry in item.get("environment", []))}
        for item in overrides.get("containerOverrides", [])
    ]
    return {**shown, "overrides": overrides, "count": count}


def check_overrides(client: Client, params: Mapping[str, Any]) -> None:
    """Refuse a size that Fargate does not have, before anything is asked of it and under --check too."""
    overrides = params["overrides"] or {}
    cpu, memory, storage = (overrides.get(name) for name in ("cpu", "memory", "ephemeral_storage"))
    if storage is not None and storage not in EPHEMERAL_STORAGE:
        raise AnsibleECSError(message=f"Fargate gives a task 21 to 200 GiB of ephemeral storage, not {storage}.")
    if cpu is None and memory is None:
        return
    if cpu is None or memory is None:
        # Under --check it may not be registered yet; the whole pair is judged once it is.
        definition = describe_task_definition(client, params["task_definition"]) or {}
        cpu, memory = cpu or definition.get("cpu"), memory or definition.get("memory")
    if cpu and memory and (problem := size_problem(int(cpu), int(memory))):
        raise AnsibleECSError(message=problem)


def ran_well(task: Resource, essential: frozenset[str] | None = None) -> bool:
    """Stopped with 0 from every container that matters (all of them, unless the essential ones are known)."""
    containers = [item for item in task.get("containers", []) if essential is None or item["name"] in essential]
    return bool(containers) and all(item.get("exitCode") == 0 for item in containers)


def exit_codes(tasks: Iterable[Resource]) -> dict[str, int | None]:
    """By container; of several tasks the worst: None (never ran) is worse than any code, and any code worse than 0."""
    worst: dict[str, int | None] = {}
    for task in tasks:
        for container in task.get("containers", []):
            name, code = container["name"], container.get("exitCode")
            if name not in worst or code is None or (worst[name] == 0 and code != 0):
                worst[name] = code
    return worst


def run(client: Client, reader: TaskReader, params: Mapping[str, Any], check_mode: bool) -> Resource:
    check_overrides(client, params)
    request = run_request(params)
    earlier = _earlier_tasks(client, params["cluster"], request["startedBy"]) if params["client_token"] else []
    adopted = [task for task in earlier if task["lastStatus"] != "STOPPED" or succeeded(reader, task)]
    missing = max(params["count"] - len(adopted), 0)
    diff = {"before": {}, "after": shown_request(request, missing) if missing else {}}
    result: Resource = {
        "changed": missing > 0,
        "tasks": [],
        "exit_codes": {},
        "logs": {},
        "request": diff["after"],
        "diff": diff,
    }
    if check_mode:
        return {**result, "tasks": [task_result(task) for task in adopted]}

    tasks = adopted
    if missing:
        failed_before = [task["taskArn"] for task in earlier if task not in adopted]
        tasks = adopted + _start(client, params, request, missing, failed_before)
    if params["wait"] == "none":
        return {**result, "tasks": [task_result(task) for task in tasks]}
    tasks = _wait(client, reader, params, tasks, result)
    stopped = [task for task in tasks if task["lastStatus"] == "STOPPED"]
    result.update(
        tasks=[task_result(task) for task in tasks],
        exit_codes=exit_codes(stopped),
        logs=_logs(reader, stopped),
    )
    _judge(reader, params, stopped, result)
    return result


def _earlier_tasks(client: Client, cluster: str, token: str) -> list[Resource]:
    """What was started with the token already and ECS still knows: it forgets a task about an hour after its end."""
    arns: list[str] = []
    for status in ("RUNNING", "STOPPED"):
        answer = find(
            ECSErrorHandler,
            f"list the tasks started by {token}",
            client.list_tasks,
            cluster=cluster,
            startedBy=token,
            desiredStatus=status,
        )
        arns.extend(answer["taskArns"] if answer else [])
    return describe_tasks(client, cluster, arns)


def describe_tasks(client: Client, cluster: str, arns: Sequence[str]) -> list[Resource]:
    if not arns:
        return []
    return aws_call(
        ECSErrorHandler, "describe tasks", client.describe_tasks, cluster=cluster, tasks=list(arns), include=["TAGS"]
    )["tasks"]


def _start(
    client: Client, params: Mapping[str, Any], request: Resource, count: int, failed_before: list[str]
) -> list[Resource]:
    """Ask until all tasks are started; a lack of capacity is waited for."""
    tasks: list[Resource] = []
    reasons = "no reason given"
    run_id = params["client_token"] or str(uuid.uuid4())
    attempts = itertools.count()

    def ask() -> Resource:
        return aws_call(
            ECSErrorHandler,
            f"run task {params['task_definition']}",
            client.run_task,
            **request,
            count=min(count - len(tasks), TASKS_PER_CALL),
            clientToken=call_token(run_id, failed_before, next(attempts), time.time()),
        )

    for answer in poll(ask, params["wait_timeout"], CAPACITY_DELAY, LONGEST_CAPACITY_DELAY):
        tasks.extend(answer["tasks"])
        if len(tasks) >= count:
            return tasks
        failures = answer.get("failures", [])
        reasons = "; ".join(sorted({_reason(item) for item in failures})) or reasons
        if not all(TRANSIENT_FAILURE.search(_reason(item)) for item in failures):
            break
    stop_tasks(client, params["cluster"], tasks, "Not all tasks of this run could be started")
    raise AnsibleECSError(
        message=f"ECS started {len(tasks)} of {count} tasks of {params['task_definition']}: {reasons}",
        changed=bool(tasks),
    )


def _reason(failure: Resource) -> str:
    return f"{failure.get('reason', '')} {failure.get('detail', '')}".strip()


def call_token(run_id: str, failed_before: Iterable[str], attempt: int, now: float) -> str:
    """A token of its own for each call: sent twice it starts nothing twice, yet a run that failed can be repeated.

    ECS remembers tokens for a day, but tasks for an hour. So the hour is part of it: nobody wants a task back of which
    nothing is known any more.
    """
    parts = [run_id, *sorted(failed_before), str(attempt), str(int(now // 3600))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _wait(
    client: Client, reader: TaskReader, params: Mapping[str, Any], tasks: list[Resource], result: Resource
) -> list[Resource]:
    goal = ("STOPPED",) if params["wait"] == "stopped" else HAS_STARTED
    cluster, timeout = params["cluster"], params["wait_timeout"]
    arns = [task["taskArn"] for task in tasks]
    for seen in poll(lambda: describe_tasks(client, cluster, arns), timeout):
        # A listing that lags behind the start is not an end.
        tasks = seen if len(seen) == len(arns) else tasks
        if all(task["lastStatus"] in goal for task in tasks):
            return tasks
    late = [task for task in tasks if task["lastStatus"] not in goal]
    fate = "left running"
    if params["stop_on_timeout"]:
        fate = "stopped"
        stop_tasks(client, cluster, late, f"Not {params['wait']} within {timeout} s")
        late = until_stopped(client, cluster, late)
    verb = "end" if params["wait"] == "stopped" else "start"
    raise _failure(
        f"{len(late)} of {len(tasks)} tasks did not {verb} within {timeout} s and were {fate}", reader, late, result
    )


def until_stopped(client: Client, cluster: str, tasks: list[Resource]) -> list[Resource]:
    """With their exit codes, unless a container defies even SIGKILL."""
    arns = [task["taskArn"] for task in tasks]
    for seen in poll(lambda: describe_tasks(client, cluster, arns), STOP_PATIENCE):
        tasks = seen
        if all(task["lastStatus"] == "STOPPED" for task in tasks):
            break
    return tasks


def stop_tasks(client: Client, cluster: str, tasks: Iterable[Resource], reason: str) -> None:
    for task in tasks:
        aws_call(
            ECSErrorHandler,
            f"stop task {task['taskArn']}",
            client.stop_task,
            cluster=cluster,
            task=task["taskArn"],
            reason=reason,
        )


def _logs(reader: TaskReader, tasks: Iterable[Resource]) -> dict[str, list[str]]:
    logs: dict[str, list[str]] = {}
    for task in tasks:
        for container in task.get("containers", []):
            logs.setdefault(container["name"], []).extend(reader.log_lines(task, container["name"]))
    return logs


def succeeded(reader: TaskReader, task: Resource) -> bool:
    """A sidecar that was killed after the essential container ended well is no failure."""
    if ran_well(task):
        return True
    containers = reader.containers(task["taskDefinitionArn"])
    return ran_well(task, frozenset(name for name, item in containers.items() if item.get("essential", True)))


def _judge(reader: TaskReader, params: Mapping[str, Any], stopped: list[Resource], result: Resource) -> None:
    never_ran = [task for task in stopped if task.get("stopCode") == "TaskFailedToStart"]
    if never_ran:
        raise _failure(f"{len(never_ran)} tasks failed to start", reader, never_ran, result)
    failed = [task for task in stopped if not succeeded(reader, task)]
    if failed and params["fail_on_exit_code"]:
        raise _failure(f"{len(failed)} of {len(stopped)} tasks failed", reader, failed, result)


def _failure(headline: str, reader: TaskReader, tasks: list[Resource], result: Resource) -> AnsibleECSError:
    reports = [reader.report(task) for task in tasks]
    lines = [line for report in reports for line in render_task(report)]
    family = f"Run of {last_part(tasks[0]['taskDefinitionArn'])}: " if tasks else ""
    return AnsibleECSError(message="\n".join([family + headline, *lines]), failure={"tasks": reports}, **result)

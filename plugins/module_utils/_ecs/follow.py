# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""News of a standalone task: what it has written since the last look, what became of it, and stopping it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError, Client, Resource
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import (
    LOG_DELAY,
    TaskReader,
    render_task,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.logs import (
    LogsClientFactory,
    LogStream,
    log_router,
    log_stream,
    new_lines,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.tasks import (
    describe_tasks,
    exit_codes,
    stop_tasks,
    succeeded,
    until_stopped,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import last_part, task_result
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll

# Seconds between two looks: GetLogEvents allows 10 calls a second for the whole account.
LONGEST_DELAY = 1.0


@dataclass
class Follower:
    """Collects what the containers of one task write, wherever that can be read."""

    logs_client: LogsClientFactory
    streams: dict[str, LogStream]
    positions: dict[str, str | None]
    lines: list[dict[str, str]] = field(default_factory=list)

    def read(self) -> None:
        for container, stream in self.streams.items():
            found, position = new_lines(self.logs_client, stream, self.positions.get(container))
            self.positions[container] = position
            self.lines.extend({"container": container, "message": line} for line in found)


def log_sources(containers: Mapping[str, Resource], task_id: str) -> dict[str, LogStream]:
    """Where each container's lines can be read while it runs; one that logs elsewhere is left out."""
    router = log_router(containers.values())
    streams = {
        name: log_stream(definition, task_id, router)
        for name, definition in containers.items()
        # What the router says is about routing.
        if definition is not router
    }
    return {name: stream for name, stream in streams.items() if stream is not None}


def unreadable(containers: Mapping[str, Resource], streams: Mapping[str, LogStream]) -> list[str]:
    """Containers that write where nobody can follow. A log router is none of them: nobody wants to."""
    router = log_router(containers.values())
    return sorted(name for name, item in containers.items() if item is not router and name not in streams)


def follow(client: Client, reader: TaskReader, logs_client: LogsClientFactory, params: Mapping[str, Any]) -> Resource:
    """Return as soon as there are new lines or another status, and at the latest after wait_timeout seconds."""
    task = _describe(client, params)
    containers = reader.containers(task["taskDefinitionArn"])
    follower = Follower(
        logs_client, log_sources(containers, last_part(task["taskArn"])), dict(params["positions"] or {})
    )
    # The status is asked for before the lines: what a task that has ended had written is then complete.
    for task in poll(lambda: _describe(client, params), params["wait_timeout"], longest_delay=LONGEST_DELAY):
        follower.read()
        if follower.lines or task["lastStatus"] != params["last_status"]:
            break
    ended = task["lastStatus"] == "STOPPED"
    if ended and task.get("startedAt"):
        # What it wrote last arrives a moment after its end.
        for _look in poll(follower.read, LOG_DELAY, longest_delay=LONGEST_DELAY):
            continue
    return {
        "changed": False,
        "task": task_result(task),
        "lines": follower.lines,
        "positions": {name: token for name, token in follower.positions.items() if token},
        "unreadable": unreadable(containers, follower.streams),
        "ended": ended,
        "exit_codes": exit_codes([task]) if ended else {},
        "report": "\n".join(render_task(reader.report(task))) if ended else "",
        "succeeded": ended and succeeded(reader, task),
    }


def stop(client: Client, reader: TaskReader, params: Mapping[str, Any], check_mode: bool) -> Resource:
    """Stop a task that has not ended yet."""
    task = _describe(client, params)
    changed = task["lastStatus"] != "STOPPED"
    before = {"last_status": task["lastStatus"]}
    if changed and not check_mode:
        stop_tasks(client, params["cluster"], [task], params["reason"])
        task = until_stopped(client, params["cluster"], [task])[0] if params["wait"] else _describe(client, params)
    ended = task["lastStatus"] == "STOPPED"
    return {
        "changed": changed,
        "task": task_result(task),
        "exit_codes": exit_codes([task]) if ended else {},
        "report": "\n".join(render_task(reader.report(task))) if ended else "",
        "diff": {"before": before, "after": {"last_status": "STOPPED"}},
    }


def _describe(client: Client, params: Mapping[str, Any]) -> Resource:
    tasks = describe_tasks(client, params["cluster"], [params["task"]])
    if not tasks:
        raise AnsibleECSError(message=f"There is no task {params['task']} in cluster {params['cluster']}.")
    return tasks[0]

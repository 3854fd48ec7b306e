# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Why did it fail? Events, stopped reasons, exit codes and last log lines, gathered and put into words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    Client,
    ECSErrorHandler,
    Resource,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.logs import (
    LogsClientFactory,
    last_lines,
    log_router,
    log_stream,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.task_definitions import describe_task_definition
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import last_part
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll

EVENTS_SHOWN = 5
TASKS_SHOWN = 2
# ListTasks answers, and DescribeTasks takes, no more at a time.
TASKS_READ = 100
# Seconds until CloudWatch Logs has surely taken in what was written.
LOG_DELAY = 3.0

# What the codes of a shell and of signals mean to somebody who reads an ECS task.
EXIT_CODES = {
    126: "the command is not executable",
    127: "the command was not found",
    137: "killed: out of memory, or still running after stopTimeout",
    139: "segmentation fault",
    143: "stopped by SIGTERM",
}


class TaskReader:
    """Reports on tasks, reading each task definition once."""

    def __init__(self, client: Client, logs_client: LogsClientFactory, log_lines: int) -> None:
        self._client = client
        self._logs_client = logs_client
        self._log_lines = log_lines
        self._definitions: dict[str, dict[str, Resource]] = {}
        self._lines: dict[tuple[str, str], list[str]] = {}

    def containers(self, task_definition_arn: str) -> dict[str, Resource]:
        """The container definitions by name."""
        if task_definition_arn not in self._definitions:
            definition = describe_task_definition(self._client, task_definition_arn) or {}
            self._definitions[task_definition_arn] = {
                item["name"]: item for item in definition.get("containerDefinitions", [])
            }
        return self._definitions[task_definition_arn]

    def log_lines(self, task: Resource, container: str) -> list[str]:
        key = (task["taskArn"], container)
        if key not in self._lines:
            self._lines[key] = self._read_lines(task, container)
        return self._lines[key]

    def _read_lines(self, task: Resource, container: str) -> list[str]:
        if self._log_lines < 1:
            return []
        definitions = self.containers(task["taskDefinitionArn"])
        definition, router = definitions.get(container), log_router(definitions.values())
        if definition is router and exit_code(task, container) == 0:
            # A log router that ended well has nothing to say about the task.
            return []
        stream = log_stream(definition, last_part(task["taskArn"]), router) if definition else None
        if stream is None:
            return []
        lines: list[str] = []
        try:
            # What a container says last arrives a moment after its end. One that is running has time yet.
            patience = LOG_DELAY if task["lastStatus"] == "STOPPED" and task.get("startedAt") else 0
            for lines in poll(lambda: last_lines(self._logs_client, stream, self._log_lines), patience):
                if lines:
                    break
        except AnsibleECSError as error:
            # The failure that is being explained must not be hidden by this one.
            lines = [f"({error})"]
        return lines

    def report(self, task: Resource) -> Resource:
        return {
            "task_id": last_part(task["taskArn"]),
            "task_definition": last_part(task["taskDefinitionArn"]),
            "last_status": task["lastStatus"],
            "health_status": task.get("healthStatus"),
            "stop_code": task.get("stopCode") or None,
            "stopped_reason": task.get("stoppedReason") or None,
            "containers": [
                {
                    "name": container["name"],
                    "exit_code": container.get("exitCode"),
                    "reason": container.get("reason") or None,
                    "health_status": container.get("healthStatus"),
                    "log_lines": self.log_lines(task, container["name"]),
                }
                for container in task.get("containers", [])
            ],
        }


def exit_code(task: Resource, container: str) -> int | None:
    return next((item.get("exitCode") for item in task.get("containers", []) if item["name"] == container), None)


def service_report(client: Client, reader: TaskReader, service: Resource, deployment: Resource) -> Resource:
    """The newest events of a service and the most telling tasks of one of its deployments."""
    tasks = deployment_tasks(client, service, deployment, "STOPPED")
    if not tasks:
        # Nothing stopped: what runs is not healthy, or nothing could be placed.
        tasks = deployment_tasks(client, service, deployment, "RUNNING")
    return {
        "events": [
            {"created_at": _time(event["createdAt"]), "message": event["message"]}
            for event in service.get("events", [])[:EVENTS_SHOWN]
        ],
        "tasks": different_stories(reader.report(task) for task in most_telling(tasks)),
    }


def _time(value: Any) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def deployment_tasks(client: Client, service: Resource, deployment: Resource, status: str) -> list[Resource]:
    cluster, name = service["clusterArn"], service["serviceName"]
    options = {"cluster": cluster, "serviceName": name, "desiredStatus": status}
    arns = list_all(
        ECSErrorHandler, client, "list_tasks", "taskArns", **options, PaginationConfig={"PageSize": TASKS_READ}
    )
    tasks: list[Resource] = []
    for start in range(0, len(arns), TASKS_READ):
        tasks += aws_call(
            ECSErrorHandler,
            f"describe the tasks of service {name}",
            client.describe_tasks,
            cluster=cluster,
            tasks=arns[start : start + TASKS_READ],
        )["tasks"]
    return [task for task in tasks if belongs_to(task, deployment)]


def belongs_to(task: Resource, deployment: Resource) -> bool:
    """ECS writes the deployment's id into startedBy; where that says nothing, definition and age tell."""
    started_by = task.get("startedBy", "")
    if started_by.startswith("ecs-svc/"):
        return started_by == deployment["id"]
    return task["taskDefinitionArn"] == deployment["taskDefinition"] and task["createdAt"] >= deployment["createdAt"]


def most_telling(tasks: Iterable[Resource]) -> list[Resource]:
    """The newest failures; a task that ECS itself removed with its deployment explains nothing."""
    newest_first = sorted(tasks, key=lambda task: str(task.get("stoppedAt") or task.get("createdAt")), reverse=True)
    return sorted(newest_first, key=_removed_by_ecs)[:TASKS_SHOWN]


def different_stories(reports: Iterable[Resource]) -> list[Resource]:
    """Without the tasks that failed in the same way as another one."""
    stories: list[Resource] = []
    for report in reports:
        if not any({**report, "task_id": told["task_id"]} == told for told in stories):
            stories.append(report)
    return stories


def _removed_by_ecs(task: Resource) -> bool:
    return task.get("stoppedReason", "").startswith("Scaling activity")


def render_service(report: Resource) -> list[str]:
    lines = [line for task in report["tasks"] for line in render_task(task)]
    if report["events"]:
        lines.append("Last events of the service:")
        lines.extend(f"  {event['created_at']} {event['message']}" for event in reversed(report["events"]))
    return lines


def render_task(report: Resource) -> list[str]:
    reason = report["stopped_reason"] or f"health {report['health_status'] or 'UNKNOWN'}"
    code = f" ({report['stop_code']})" if report["stop_code"] else ""
    lines = [f"Task {report['task_id']} of {report['task_definition']} is {report['last_status']}{code}: {reason}"]
    for container in report["containers"]:
        lines.append(f"  Container {container['name']}: {_container_outcome(container)}")
        lines.extend(f"    | {line}" for line in container["log_lines"])
    return lines


def _container_outcome(container: Resource) -> str:
    code = container["exit_code"]
    if code is None:
        outcome = "no exit code"
        if container["health_status"] not in (None, "UNKNOWN"):
            outcome += f", health {container['health_status']}"
    else:
        outcome = f"exit code {code}" + (f" ({EXIT_CODES[code]})" if code in EXIT_CODES else "")
    return f"{outcome}: {container['reason']}" if container["reason"] else outcome


def task_reader(module: Any, client: Client) -> TaskReader:
    """A reader with the module's connection settings; clients for logs are made when there are logs to read."""

    def logs_client(region: str | None) -> Client:
        return module.client("logs", **({"region": region} if region else {}))

    return TaskReader(client, logs_client, module.params["log_lines"])

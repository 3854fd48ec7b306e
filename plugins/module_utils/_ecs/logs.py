# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The lines a container writes, where its task definition sends them to CloudWatch Logs.

That is the log driver awslogs, or FireLens with a router that writes to its own log group what it routes, into the
stream that awslogs would have made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Optional

from ansible_collections.airflow.fargate.plugins.module_utils._calls import find
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    Client,
    LogsErrorHandler,
    Resource,
)

# Gives a client for CloudWatch Logs in a region; None stands for the module's own.
LogsClientFactory = Callable[[Optional[str]], Client]


@dataclass(frozen=True)
class LogStream:
    group: str
    name: str
    region: str | None


def log_router(containers: Iterable[Resource]) -> Resource | None:
    """The container of FireLens, of which a task has at most one."""
    return next((container for container in containers if container.get("firelensConfiguration")), None)


def log_stream(container: Resource, task_id: str, router: Resource | None = None) -> LogStream | None:
    """Where awslogs writes. Without a stream prefix the name is the runtime's own id of the container."""
    configuration = container.get("logConfiguration") or {}
    if configuration.get("logDriver") == "awsfirelens" and router is not None:
        configuration = router.get("logConfiguration") or {}
    options = configuration.get("options") or {}
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if configuration.get("logDriver") != "awslogs" or not group or not prefix:
        return None
    return LogStream(group, f"{prefix}/{container['name']}/{task_id}", options.get("awslogs-region"))


def last_lines(logs_client: LogsClientFactory, stream: LogStream, limit: int) -> list[str]:
    """The newest lines, oldest first. A stream that does not exist has no lines: the container never wrote any."""
    answer = find(
        LogsErrorHandler,
        f"read the log stream {stream.name} of {stream.group}",
        logs_client(stream.region).get_log_events,
        logGroupName=stream.group,
        logStreamName=stream.name,
        limit=limit,
        startFromHead=False,
    )
    events = answer["events"] if answer else []
    return [event["message"].rstrip() for event in events][-limit:]


def new_lines(logs_client: LogsClientFactory, stream: LogStream, position: str | None) -> tuple[list[str], str | None]:
    """What was written after a position (None: from the first line), and the position after it."""
    position_argument = {"nextToken": position} if position else {}
    answer = find(
        LogsErrorHandler,
        f"read the log stream {stream.name} of {stream.group}",
        logs_client(stream.region).get_log_events,
        logGroupName=stream.group,
        logStreamName=stream.name,
        startFromHead=True,
        **position_argument,
    )
    if answer is None:
        return [], position
    return [event["message"].rstrip() for event in answer["events"]], answer["nextForwardToken"]

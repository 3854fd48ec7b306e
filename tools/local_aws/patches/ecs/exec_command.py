"""ECS Exec: an agent in each container of a task that has it switched on, and sessions that run commands.

AWS: DescribeTasks tells the agent's state; ExecuteCommand opens a session of Session Manager, whose plugin runs on the
caller's machine. The command is split as a shell would do it, and runs as root.
ministack: knows no agents, and answers with a session that leads nowhere.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html

Here a session leads to a private endpoint, where the stand-in of the plugin (session_plugin.py) gets, once, what to
run in which container.
"""

from __future__ import annotations

import json
import secrets
import shlex
import threading
from collections.abc import Callable
from typing import Any

from tools.local_aws.patches import gateway, private_endpoints

AGENT = "ExecuteCommandAgent"
NOT_RUNNING = (
    "The execute command failed because execute command was not enabled when the task was run or the execute command "
    "agent isn't running. Wait and try again or run a new task with execute command enabled and try again."
)

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]


def agent_state(task: Record, container: Record, status: str, now: str) -> None:
    """Note the agent's state on a container's record, if the task has one."""
    if task.get("enableExecuteCommand"):
        started = {"lastStartedAt": now} if status == "RUNNING" else {}
        container["managedAgents"] = [{"name": AGENT, "lastStatus": status, **started}]


def agent_runs(container: Record) -> bool:
    return any(agent["lastStatus"] == "RUNNING" for agent in container.get("managedAgents") or [])


class Sessions:
    """Sessions that were opened and not taken up yet."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, Record]] = {}
        self._lock = threading.Lock()

    def open(self, container: str, command: str) -> dict[str, str]:
        session, token = f"ecs-execute-command-{secrets.token_hex(9)}", secrets.token_urlsafe(48)
        with self._lock:
            self._open[session] = (token, {"container": container, "command": shlex.split(command)})
        url = f"{gateway.settings().endpoint}{private_endpoints.PREFIX}exec/{session}"
        return {"sessionId": session, "streamUrl": url, "tokenValue": token}

    def take(self, method: str, session: str, body: Record) -> tuple[int, Record]:
        """The private endpoint: whoever has the token gets the session, once."""
        with self._lock:
            token, work = self._open.get(session, ("", {}))
            if method != "PUT" or not token or not secrets.compare_digest(token, str(body.get("token"))):
                return 403, {"message": "there is no such session"}
            del self._open[session]
        return 200, work


def container_of(task: Record, name: str | None) -> Record | None:
    return next((item for item in task["containers"] if name in (None, item["name"])), None)


def install(engine_id: Callable[[str, str], str]) -> None:
    """engine_id tells the engine's name of a task's container."""
    from ministack.services import ecs

    sessions = Sessions()

    def execute_command(data: Record) -> Response:
        """What may be refused has been, see refusals/ecs.py."""
        task = ecs._resolve_task(data["task"], ecs._resolve_cluster_name(data.get("cluster", "default")))
        container = container_of(task, data.get("container"))
        assert container is not None
        answer = {
            "clusterArn": task["clusterArn"],
            "taskArn": task["taskArn"],
            "containerArn": container["containerArn"],
            "containerName": container["name"],
            "interactive": True,
            "session": sessions.open(engine_id(task["taskArn"], container["name"]), data["command"]),
        }
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

    private_endpoints.serve("exec", sessions.take)
    ecs._ACTION_MAP["ExecuteCommand"] = execute_command

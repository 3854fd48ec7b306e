"""RunTask, StopTask and who runs which task.

AWS: StopTask answers at once; RunTask is idempotent by clientToken; a standalone task's group is its family.
ministack: StopTask blocks until the containers are gone; clientToken and task-level overrides are ignored.
"""

from __future__ import annotations

import json
import os
import resource
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.services import ecs

from tools.local_aws.patches import gateway
from tools.local_aws.patches.ecs import containers
from tools.local_aws.patches.ecs.task_run import TaskRun

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
KEEP_STOPPED_SECONDS = 3600
"""ECS shows a stopped task for about an hour."""


def this_host() -> containers.Host:
    nofile = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    nproc = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    unlimited = resource.RLIM_INFINITY
    return containers.Host(
        network=gateway.settings().network,
        cpus=os.cpu_count() or 1,
        hard_limits={
            "nofile": 1048576 if nofile == unlimited else nofile,
            "nproc": 4096 if nproc == unlimited else min(4096, nproc),
        },
        mounts=gateway.settings().ca_mounts,
    )


class Tasks:
    """Every running task of the process."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.aliases: Callable[[Record], tuple[str, ...]] = lambda task: ()
        self.leave: Callable[[Record], None] = lambda task: None
        self._runs: dict[str, TaskRun] = {}
        self._tokens: dict[str, Response] = {}
        self._lock = threading.Lock()
        self._run_task = ecs._run_task

    # -- ministack's seams
    def work(
        self, task: Record, task_definition: Record, overrides: Any, docker_client: Any, account: str, region: str
    ) -> None:
        """In place of ministack's task worker: it runs in a thread made for this task."""
        for field in ("cpu", "memory", "ephemeralStorage"):
            if (task.get("overrides") or {}).get(field):
                task[field] = task["overrides"][field]
        run = TaskRun(
            task,
            task_definition,
            this_host(),
            self.aliases(task),
            self.changed,
            leave=lambda: self.leave(task),
        )
        with self._lock:
            self._runs[task["taskArn"]] = run
            cancelled = task.get("_cancelled")
        if cancelled:
            run.request_stop(*cancelled)
        run.run(account, region)
        with self._lock:
            del self._runs[task["taskArn"]]

    def stop(self, task: Record, reason: str, code: str) -> None:
        with self._lock:
            run = self._runs.get(task["taskArn"])
            if run is None:
                task["_cancelled"] = (reason, code)
        if run is not None:
            run.request_stop(reason, code)

    def engine_id(self, task_arn: str, container: str) -> str:
        """The engine's name of a container of a running task."""
        with self._lock:
            return self._runs[task_arn].container(container).engine_id

    # -- the API
    def run_task(self, data: Record) -> Response:
        token = data.get("clientToken")
        with self._lock:
            if token and token in self._tokens:
                return self._tokens[token]
        family = str(data.get("taskDefinition", "")).rsplit("/", 1)[-1].split(":")[0]
        data = {**data, "group": data.get("group") or f"family:{family}"}
        response = self.create(data)
        if token and response[0] < 400:
            with self._lock:
                self._tokens[token] = response
        return response

    def create(self, data: Record) -> Response:
        """ministack's RunTask; the new records remember their network configuration."""
        response: Response = self._run_task(data)
        if response[0] == 200:
            network = (data.get("networkConfiguration") or {}).get("awsvpcConfiguration")
            for task in json.loads(response[2])["tasks"]:
                ecs._tasks[task["taskArn"]]["_network"] = network
        return response

    def stop_task(self, data: Record) -> Response:
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        task = ecs._resolve_task(data.get("task", ""), cluster) if cluster in ecs._clusters else None
        if cluster not in ecs._clusters:
            return error("ClusterNotFoundException", "Cluster not found.")
        if task is None:
            return error("InvalidParameterException", "The referenced task was not found.")
        if task["lastStatus"] != "STOPPED":
            self.stop(task, data.get("reason") or "Task stopped by user", "UserInitiated")
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"task": ecs._sanitize(task)}).encode()

    def forget_old(self) -> None:
        horizon = time.time() - KEEP_STOPPED_SECONDS
        for key, task in list(ecs._tasks._data.items()):
            if task["lastStatus"] == "STOPPED" and task.get("_stopped", horizon) < horizon:
                del ecs._tasks._data[key]


def error(code: str, message: str, status: int = 400) -> Response:
    from ministack.core.responses import error_response_json

    response: Response = error_response_json(code, message, status)
    return response


def install() -> Tasks:
    tasks = Tasks()
    ecs._run_task_worker = tasks.work
    ecs._maybe_mark_stopped = lambda task, docker_client=None: None
    ecs._ACTION_MAP["RunTask"] = tasks.run_task
    ecs._ACTION_MAP["StopTask"] = ecs._stop_task = tasks.stop_task
    return tasks

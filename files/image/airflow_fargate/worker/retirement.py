"""Whether ECS wants this worker to go.

A worker with tasks back to back is never idle, so it never gives its protection up by itself: a deployment that
replaces it would not end, and a pool that is scaled in while tasks spread over all of its workers would keep them all.
ECS does not tell a protected task: it has to ask.

One thread asks, because an answer may take seconds. A client of botocore costs the main process about 21 MB once, and
a call half a millisecond of CPU; tasks run in other processes, which do not have it.
"""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

log = logging.getLogger(__name__)

TIMEOUT = 5


class UnknownError(Exception):
    """Why it is not known, in one line."""


def surplus(service: Mapping[str, Any]) -> int:
    """How many tasks more than wanted the service has, where no deployment is the reason."""
    if len(service["deployments"]) != 1:
        return 0
    return max(0, service["runningCount"] + service["pendingCount"] - service["desiredCount"])


def among_the_last(task: str, tasks: Iterable[str], count: int) -> bool:
    """Whether a task is one of those that go: an order on which all agree without talking to each other."""
    return count > 0 and task in sorted(tasks)[-count:]


def replaces(service: Mapping[str, Any], deployment_id: str) -> bool:
    """Whether the tasks of this deployment are to go, and others are there to do their work.

    A deployment whose tasks do not come up replaces nobody: ECS gives it up, and the old workers are all there is.
    """
    if service["status"] != "ACTIVE":
        return True
    primary = next((item for item in service["deployments"] if item["status"] == "PRIMARY"), None)
    if primary is None or primary["id"] == deployment_id or primary.get("rolloutState") == "FAILED":
        return False
    return primary["runningCount"] >= service["desiredCount"] and not primary["pendingCount"]


class Watch:
    """Asks as long as somebody wants to know; the last answer stands until there is another one."""

    def __init__(self, metadata_uri: str, period: float) -> None:
        self.metadata_uri = metadata_uri
        self.period = period
        self.unwanted = False
        self.wanted = threading.Event()
        self._failing = False
        self._client: Any = None
        self._task = ""
        self._cluster = ""
        self._service = ""
        self._deployment = ""

    def start(self) -> None:
        threading.Thread(target=self._run, name="retirement", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.wanted.wait()
            self.look()
            time.sleep(self.period)

    def look(self) -> None:
        try:
            self.unwanted = self._ask()
        except UnknownError as error:
            if not self._failing:
                log.warning("ECS does not say whether it wants this worker to go: %s", error)
            self._failing = True
        else:
            self._failing = False

    def _ask(self) -> bool:
        # Not at the top: the scheduler imports the configuration of Celery, too.
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if self._client is None:
                self._find_out_who_this_is()
            if not self._service:
                return False
            return self._is_unwanted()
        except (BotoCoreError, ClientError, OSError, http.client.HTTPException, LookupError, ValueError) as error:
            raise UnknownError(" ".join(str(error).split()) or type(error).__name__) from error

    def _is_unwanted(self) -> bool:
        [service] = self._client.describe_services(cluster=self._cluster, services=[self._service])["services"]
        if replaces(service, self._deployment):
            return True
        count = surplus(service)
        if not count:
            return False
        pages = self._client.get_paginator("list_tasks").paginate(cluster=self._cluster, serviceName=self._service)
        return among_the_last(self._task, [arn for page in pages for arn in page["taskArns"]], count)

    def _find_out_who_this_is(self) -> None:
        import botocore.session
        from botocore.config import Config

        task = task_metadata(self.metadata_uri)
        self._cluster = task["Cluster"]
        self._task = arn = task["TaskARN"]
        config = Config(connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 1})
        client = botocore.session.get_session().create_client("ecs", region_name=arn.split(":")[3], config=config)
        [described] = client.describe_tasks(cluster=self._cluster, tasks=[arn])["tasks"]
        # Started by hand, it belongs to no service, and nothing replaces it.
        kind, _colon, name = described.get("group", "").partition(":")
        self._service = name if kind == "service" else ""
        self._deployment = described.get("startedBy", "")
        self._client = client


def task_metadata(uri: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html"""
    parts = urllib.parse.urlsplit(uri)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/task")
        response = connection.getresponse()
        text = response.read(1_000_000)
    finally:
        connection.close()
    if response.status != 200:
        raise ValueError(f"HTTP {response.status} from the task metadata endpoint: {text[:200]!r}")
    return json.loads(text)

"""One container of a task: started, watched until it exits, stopped as ECS stops it.

AWS: SIGTERM (or the image's stop signal), SIGKILL after stopTimeout; the exit code and an out-of-memory kill are
reported; the health check runs at its interval and its result is the container's healthStatus.
ministack: SIGKILL after five seconds, exit code 0 whatever happened, no health check.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import docker.errors

from tools.local_aws.patches import engine_api, patience
from tools.local_aws.patches.ecs import awslogs, containers
from tools.local_aws.patches.ecs.awslogs import Sink

logger = logging.getLogger("local_aws.ecs")

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between questions to the engine whether a container has ended."""
START_PERIOD_INTERVAL = 5.0
"""Seconds between health checks until the first success in the start period (Docker's start interval)."""
STOP_PAUSE = 5.0
"""Seconds in which the exit of a stopped container is noticed, as a rule."""


class RunningContainer:
    """The engine's container behind `record`, the entry of `containers` in the task's API shape."""

    def __init__(self, definition: Mapping[str, Any], record: dict[str, Any], changed: Callable[[], None]) -> None:
        self.definition = definition
        self.record = record
        self.name: str = definition["name"]
        self.essential = bool(definition.get("essential", True))
        self.exited = threading.Event()
        self.engine_id = ""
        self.address = ""
        self._changed = changed

    @property
    def started(self) -> bool:
        return bool(self.engine_id)

    @property
    def running(self) -> bool:
        return self.started and not self.exited.is_set()

    @property
    def exit_code(self) -> int | None:
        return self.record.get("exitCode")

    @property
    def health(self) -> str:
        return str(self.record.get("healthStatus", "UNKNOWN"))

    @property
    def has_health_check(self) -> bool:
        return containers.health_check_command(self.definition.get("healthCheck") or {}) is not None

    # -- start
    def start(self, image: str, arguments: Mapping[str, Any], logs: Sink | None) -> None:
        container = engine_api.client().containers.create(image, **arguments)
        self.engine_id = container.id
        try:
            # Attached before the start, so that not even the first line is lost.
            output = engine_api.client().api.attach(container.id, stream=True, stdout=True, stderr=True)
            container.start()
            networks = engine_api.inspect(container.id)["NetworkSettings"]["Networks"]
        except Exception:
            self.exited.set()  # nobody follows it, so nobody else would say so
            raise
        self.address = next((entry["IPAddress"] for entry in networks.values() if entry.get("IPAddress")), "")
        self.record.update(runtimeId=container.id[:32], lastStatus="RUNNING")
        self._thread(lambda: self._follow(output, logs), "follow")
        if self.has_health_check:
            self._thread(self._check_health, "health")

    def _thread(self, target: Callable[[], None], purpose: str) -> None:
        threading.Thread(target=target, name=f"ecs-{purpose}-{self.engine_id[:12]}", daemon=True).start()

    # -- while it runs
    def _follow(self, output: Iterable[bytes], logs: Sink | None) -> None:
        """Deliver the output; its end is how the exit is noticed (asking the engine to wait costs it polling)."""
        try:
            awslogs.deliver(output, logs)
        finally:
            state = self._final_state()
            self.record.update(lastStatus="STOPPED", exitCode=state["ExitCode"])
            if state.get("OOMKilled"):
                self.record["reason"] = "OutOfMemoryError: Container killed due to memory usage"
            self.exited.set()
            self._changed()

    def _final_state(self) -> Mapping[str, Any]:
        """The engine's word on how the container ended; asked for until it has ended."""
        pause = FIRST_PAUSE
        while True:
            try:
                state: Mapping[str, Any] = engine_api.client().api.inspect_container(self.engine_id)["State"]
                if not state["Running"] and state["Status"] not in ("created", "initialized", "stopping"):
                    return state
            except docker.errors.NotFound:
                return {"ExitCode": 137}  # removed behind our back; the process is gone as after a SIGKILL
            except engine_api.FAILURES as error:
                logger.warning("container %s: the engine did not answer (%s); asking again", self.name, error)
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _check_health(self) -> None:
        health_check = self.definition["healthCheck"]
        interval, timeout, retries, start_period = containers.health_check_timing(health_check)
        command = containers.health_check_command(health_check)
        begin, failures = time.monotonic(), 0
        while True:
            starting = self.health == "UNKNOWN" and time.monotonic() - begin < start_period
            if self.exited.wait(min(interval, START_PERIOD_INTERVAL) if starting else interval):
                return
            if self._succeeds(command, timeout):
                failures = 0
                self._set_health("HEALTHY")
            elif time.monotonic() - begin >= start_period:
                failures += 1
                if failures >= retries:
                    self._set_health("UNHEALTHY")

    def _set_health(self, status: str) -> None:
        if self.health != status:
            self.record["healthStatus"] = status
            self._changed()

    def _succeeds(self, command: list[str] | None, timeout: float) -> bool:
        api = engine_api.client().api
        outcome: list[int] = []

        def run() -> None:
            try:
                created = api.exec_create(self.engine_id, command)
                api.exec_start(created["Id"])
                outcome.append(api.exec_inspect(created["Id"])["ExitCode"])
            except docker.errors.APIError as error:
                logger.debug("health check of %s: %s", self.name, error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(timeout * patience.FACTOR)
        return outcome == [0]

    # -- end
    def stop(self) -> None:
        """SIGTERM, stopTimeout seconds, SIGKILL; returns when the container has exited.

        The engine may fail and leave the container running, so it is asked until the exit is noticed.
        """
        while self.running:
            try:
                engine_api.client().api.stop(self.engine_id, timeout=containers.stop_timeout(self.definition))
            except engine_api.FAILURES as error:
                logger.warning("container %s: %s", self.name, error)
            self.exited.wait(STOP_PAUSE)

    def remove(self) -> None:
        if not self.started:
            return
        try:
            engine_api.client().api.remove_container(self.engine_id, v=True, force=True)
        except docker.errors.NotFound:
            logger.debug("container %s is gone already", self.name)
        except engine_api.FAILURES as error:
            logger.warning("container %s: %s", self.name, error)

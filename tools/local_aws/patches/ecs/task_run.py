"""The life of one task, from PROVISIONING to STOPPED.

AWS: containers start in the order of `dependsOn`; when an essential container exits the others are stopped; a stop
is answered at once and carried out afterwards; the stopped task says why (stopCode, stoppedReason, exit codes).
ministack: starts containers in list order, leaves siblings running, and reports exit code 0 for a stopped task.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import docker.errors
from ministack.core import container_reaper
from ministack.core.responses import now_iso, request_scope
from ministack.services import ecs, ecs_metadata

from tools.local_aws.patches import engine_api, gateway
from tools.local_aws.patches.ecs import (
    awslogs,
    cloudwatch_agent,
    containers,
    environment,
    errors,
    exec_command,
    firelens,
    fluent_bit,
    images,
    network_interfaces,
    secrets,
)
from tools.local_aws.patches.ecs.awslogs import Sink
from tools.local_aws.patches.ecs.log_stream import configuration
from tools.local_aws.patches.ecs.running_container import RunningContainer
from tools.local_aws.patches.ecs.stand_in import StandIn

logger = logging.getLogger("local_aws.ecs")

DEPENDENCY_TIMEOUT = 180
"""Seconds Fargate waits for a dependency without `startTimeout`."""
Record = dict[str, Any]


class TaskRun:
    """Drives the engine for one task record of ministack, in a thread of its own."""

    def __init__(
        self,
        task: Record,
        task_definition: Record,
        host: containers.Host,
        aliases: tuple[str, ...],
        changed: Callable[[], None],
        leave: Callable[[], None],
    ) -> None:
        self.task = task
        self.task_definition = task_definition
        self.task_id: str = task["taskArn"].rsplit("/", 1)[-1]
        definitions = cloudwatch_agent.with_stand_in(containers.effective_definitions(task, task_definition))
        definitions = fluent_bit.with_dependencies(definitions)
        self._router = fluent_bit.router(definitions)
        self.containers = [
            (StandIn if definition is self._router else RunningContainer)(definition, record, self._container_changed)
            for definition, record in zip(definitions, task["containers"], strict=True)
        ]
        for record in task["containers"]:
            exec_command.agent_state(task, record, "PENDING", now_iso())
        self._host = host
        self._aliases = aliases
        self._changed = changed
        self._wake = threading.Condition()
        self._stop: tuple[str, str] | None = None
        self._leave = leave
        role = (task.get("overrides") or {}).get("taskRoleArn") or task_definition.get("taskRoleArn")
        self._credentials = environment.role_session(task, role) if role else {}

    # -- asked from outside
    def request_stop(self, reason: str, code: str) -> None:
        """Stop the task; returns at once. The first reason is the one that counts."""
        with self._wake:
            if self._stop is None:
                self._stop = (reason, code)
                self.task.update(desiredStatus="STOPPED", stoppedReason=reason, stopCode=code, stoppingAt=now_iso())
                if self.task["lastStatus"] == "RUNNING":
                    self.task["lastStatus"] = "DEACTIVATING"
                ecs._bump_task_version(self.task)
            self._wake.notify_all()

    def container(self, name: str) -> RunningContainer:
        return next(container for container in self.containers if container.name == name)

    # -- the thread
    def run(self, account: str, region: str) -> None:
        with request_scope(account, region):
            try:
                self._start()
                self._supervise()
            except errors.TaskFailedToStart as error:
                logger.warning("task %s: %s", self.task_id, error)
                self.request_stop(str(error), "TaskFailedToStart")
            except engine_api.FAILURES as error:
                logger.warning("task %s: %s", self.task_id, error)
                self.request_stop(f"ResourceInitializationError: {error}", "TaskFailedToStart")
            finally:
                self._finish()

    def _container_changed(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _wait(self, condition: Callable[[], bool], timeout: float | None = None) -> bool:
        with self._wake:
            return self._wake.wait_for(condition, timeout)

    # -- start
    def _start(self) -> None:
        arn = self.task["taskArn"]
        ecs._mark_task_pending(arn, self.task)
        prepared = {container.name: self._prepare(container) for container in self.containers}
        ecs._mark_task_activating(arn, self.task)
        self.task["pullStoppedAt"] = now_iso()
        owner = containers.network_owner(self.task_definition["containerDefinitions"])
        alone = containers.short_lived(self.task_definition["containerDefinitions"])
        unbound = {owner, *alone, *(container.name for container in self.containers if isinstance(container, StandIn))}
        waiting = list(self.containers)
        # The namespace's owner goes first among those that can start.
        waiting.sort(key=lambda container: container.name != owner)

        def can_start(container: RunningContainer) -> bool:
            return self._dependencies_met(container) and (container.name in unbound or self.container(owner).started)

        def progress_is_possible() -> bool:
            return self._interrupted() or any(can_start(container) for container in waiting)

        while waiting:
            ready = [container for container in waiting if can_start(container)]
            for container in ready:
                if self._interrupted():
                    return
                self._start_container(container, owner, alone, *prepared[container.name])
                waiting.remove(container)
            if waiting and not ready and not self._wait(progress_is_possible, self._patience(waiting)):
                names = ", ".join(container.name for container in waiting)
                raise errors.TaskFailedToStart(f"ContainerDependencyTimedOut: dependencies of {names} were not met")
            if self._interrupted():
                return
        if ecs._mark_task_running(arn, self.task):
            self._changed()

    def _interrupted(self) -> bool:
        return self._stop is not None or any(
            container.essential and container.exited.is_set() for container in self.containers
        )

    @staticmethod
    def _patience(waiting: list[RunningContainer]) -> float:
        return max(float(container.definition.get("startTimeout") or DEPENDENCY_TIMEOUT) for container in waiting)

    def _dependencies_met(self, container: RunningContainer) -> bool:
        for entry in container.definition.get("dependsOn") or []:
            other, condition = self.container(entry["containerName"]), entry["condition"]
            if condition == "SUCCESS" and other.exited.is_set() and other.exit_code != 0:
                raise errors.TaskFailedToStart(
                    f"ContainerDependencyFailed: {container.name} needs {other.name} to succeed, "
                    f"it exited with {other.exit_code}"
                )
            met = {
                "START": other.started,
                "COMPLETE": other.exited.is_set(),
                "SUCCESS": other.exited.is_set() and other.exit_code == 0,
                "HEALTHY": other.health == "HEALTHY",
            }[condition]
            if not met:
                return False
        return True

    def _prepare(self, container: RunningContainer) -> tuple[str, dict[str, str], Sink | None]:
        """All that can fail before a container exists: secrets, log group, image."""
        definition = container.definition
        variables = {entry["name"]: entry["value"] for entry in definition.get("environment") or []}
        resolved = secrets.resolve(definition)
        log = configuration(definition, self.task)
        if log is not None:
            awslogs.prepare(*log)
        sink: Sink | None = awslogs.Driver(log[0]) if log else None
        if isinstance(container, StandIn):
            return "", {}, sink
        if self._router is not None and fluent_bit.is_routed(definition):
            sink = firelens.connect(self.task, self.task_definition, definition, self._router)
        reference, digest = images.pull(definition["image"])
        if digest:
            container.record["imageDigest"] = digest
        return reference, {**variables, **resolved}, sink

    def _start_container(
        self,
        container: RunningContainer,
        owner: str,
        alone: set[str],
        image: str,
        variables: dict[str, str],
        log: Sink | None,
    ) -> None:
        if isinstance(container, StandIn):
            container.stand_in()
            return
        metadata, token = environment.metadata_variables(self.task, self.task_definition, container.definition)
        self.task.setdefault("_metadata_tokens", []).append(token)
        own = container.name == owner or container.name in alone
        place = containers.TaskPlace(
            task_id=self.task_id,
            cpu=int(self.task["cpu"]),
            memory=int(self.task["memory"]),
            labels=self._labels(container.name),
            aliases=self._aliases if container.name == owner else (),
            network_owner="" if own else self.container(owner).engine_id,
        )
        arguments = containers.arguments(
            container.definition,
            self.task_definition,
            {
                **environment.agent_variables(self.task, gateway.settings().container_endpoint),
                **metadata,
                **self._credentials,
                **variables,
            },
            place,
            self._host,
        )
        try:
            container.start(image, arguments, log)
        except docker.errors.APIError as error:
            raise errors.cannot_start(container.name, str(error)) from error
        exec_command.agent_state(self.task, container.record, "RUNNING", now_iso())
        self.task.setdefault("_docker_ids", []).append(container.engine_id)
        ecs_metadata.set_docker_id(token, container.engine_id)
        ecs_metadata.set_container_status(token, "RUNNING")
        if container.name == owner:
            network_interfaces.attach(self.task, container.address)

    def _labels(self, name: str) -> dict[str, str]:
        return {
            **container_reaper.own_labels("ecs"),
            "com.amazonaws.ecs.cluster": self.task["clusterArn"],
            "com.amazonaws.ecs.container-name": name,
            "com.amazonaws.ecs.task-arn": self.task["taskArn"],
            "com.amazonaws.ecs.task-definition-family": self.task_definition["family"],
            "com.amazonaws.ecs.task-definition-version": str(self.task_definition["revision"]),
        }

    # -- while it runs
    def _supervise(self) -> None:
        while self._stop is None:
            self._wait(lambda: self._interrupted() or self._health() != self.task["healthStatus"])
            self.task["healthStatus"] = self._health()
            self._changed()
            if self._stop is None and self._interrupted():
                self.request_stop("Essential container in task exited", "EssentialContainerExited")

    def _health(self) -> str:
        """The task's health: that of its essential containers with a health check."""
        states = [c.health for c in self.containers if c.essential and c.has_health_check]
        if not states or "UNKNOWN" in states:
            return "UNHEALTHY" if "UNHEALTHY" in states else "UNKNOWN"
        return "UNHEALTHY" if "UNHEALTHY" in states else "HEALTHY"

    # -- end
    def _finish(self) -> None:
        self._changed()
        for step in (self._leave, self._take_down):
            try:
                step()
            except Exception:
                # Whatever is left behind: a task that never ends is worse.
                logger.exception("task %s", self.task_id)
        for token in self.task.pop("_metadata_tokens", []):
            ecs_metadata.unregister_token(token)
        for record in self.task["containers"]:
            record["lastStatus"] = "STOPPED"
            exec_command.agent_state(self.task, record, "STOPPED", now_iso())
        self.task.update(
            lastStatus="STOPPED", desiredStatus="STOPPED", stoppedAt=now_iso(), _docker_ids=[], _stopped=time.time()
        )
        network_interfaces.detach(self.task)
        environment.end_session(self._credentials)
        ecs._bump_task_version(self.task)
        self._changed()

    def _take_down(self) -> None:
        """Stop and remove the containers, then the volumes."""
        if self.task["lastStatus"] in ("RUNNING", "DEACTIVATING"):
            self.task["lastStatus"] = "STOPPING"
        threads = [
            threading.Thread(target=self._stop_in_order, args=(container,), daemon=True)
            for container in self.containers
            if container.started
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.task["executionStoppedAt"] = now_iso()
        self.task["lastStatus"] = "DEPROVISIONING"
        owner = containers.network_owner(self.task_definition["containerDefinitions"])
        # The engine keeps a container whose network namespace another one uses.
        for container in sorted(self.containers, key=lambda container: container.name == owner):
            container.remove()
        self._remove_volumes()

    def _stop_in_order(self, container: RunningContainer) -> None:
        """A container stops after those that depend on it."""
        for other in self.containers:
            if other.running and any(
                entry["containerName"] == container.name for entry in other.definition.get("dependsOn") or []
            ):
                other.exited.wait()
        container.stop()

    def _remove_volumes(self) -> None:
        for name in containers.task_volumes(self.task_definition):
            try:
                engine_api.client().api.remove_volume(containers.volume_name(self.task_id, name), force=True)
            except docker.errors.NotFound:
                logger.debug("volume %s was never made", name)
            except engine_api.FAILURES as error:
                logger.warning("volume %s: %s", name, error)

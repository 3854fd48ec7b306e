"""Connects the protection of `protection` to a Celery worker: a step of the consumer's blueprint.

Between the broker and the pool stands `on_task_request`, which Celery calls for each message in the main process, and
which is replaced here. Calls to the ECS agent block the main process' event loop for some milliseconds, five seconds at
worst; tasks go on in their own processes meanwhile.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import bootsteps, signals
from celery.worker import state as celery_state

from airflow_fargate.worker import deadline, protection
from airflow_fargate.worker.ecs_agent import Agent, Answer
from airflow_fargate.worker.protection import Action, Event, Phase, State
from airflow_fargate.worker.retirement import Watch
from airflow_fargate.worker.settings import Settings

log = logging.getLogger(__name__)

TICK = 1.0


class ScaleInProtection(bootsteps.StartStopStep):
    """Lets tasks run only while ECS protects the worker, and ends what it cannot finish after SIGTERM."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.settings = Settings.from_environment(os.environ)
        self.timing = self.settings.timing
        self.agent = Agent(self.settings.agent_uri) if self.settings.agent_uri else None
        self.watch = Watch(self.settings.metadata_uri or "", self.settings.retirement_period)
        self.state = State()
        self.held: list[Any] = []
        self.consumer = consumer
        self.start_task: Callable[[Any], None] = consumer.on_task_request
        self.timer: Any = None
        self.terminated = threading.Event()
        consumer.on_task_request = self.on_task_request
        signals.worker_shutting_down.connect(self.on_shutting_down)
        if self.agent is None:
            log.warning("ECS_AGENT_URI is not set: the worker runs without scale-in protection")
        elif self.settings.metadata_uri:
            self.watch.start()
        threading.Thread(target=self.end_tasks_in_time, name="stop-timeout", daemon=True).start()

    # --- Called by Celery ---

    def start(self, consumer: Any) -> None:
        """A connection to the broker stands; also after one was lost."""
        self.held.clear()
        self.handle(protection.Connected())
        self.timer = consumer.timer.call_repeatedly(TICK, self.tick)

    def stop(self, consumer: Any) -> None:
        """The connection was lost, or the worker stops."""
        if self.timer is not None:
            self.timer.cancel()
        if self.terminated.is_set() or consumer.controller.blueprint.state != bootsteps.RUN:
            self.handle(protection.Terminated())
        self.held.clear()

    def on_task_request(self, request: Any) -> None:
        """A message arrived."""
        if self.agent is None and not self.terminated.is_set():
            self.start_task(request)
            return
        self.held.append(request)
        self.handle(protection.Received())

    def on_shutting_down(self, **_: object) -> None:
        """Runs inside the handler of SIGTERM: the rest is done where nothing is interrupted, within seconds."""
        self.terminated.set()

    def tick(self) -> None:
        if self.agent is not None or self.terminated.is_set():
            self.handle(protection.Ticked(self.busy(), self.watch.unwanted))

    # --- The state machine ---

    def handle(self, event: Event) -> None:
        """Make the transition, do what it asks for, and go on with the answer of ECS."""
        following: Event | None = event
        while following is not None:
            # SIGTERM may have come while ECS was asked: no task starts after it.
            if self.terminated.is_set() and self.state.phase is not Phase.DRAINING:
                self.transition(protection.Terminated())
            following = self.transition(following)

    def transition(self, event: Event) -> Event | None:
        before = self.state.phase
        self.state, actions = protection.step(self.state, event, time.monotonic(), self.timing)
        if self.state.phase is not before:
            self.ask_whether_it_is_wanted()
            log.info("scale-in protection: %s -> %s", before.value, self.state.phase.value)
        answer = None
        for action in actions:
            answer = self.perform(action)
        return answer

    def ask_whether_it_is_wanted(self) -> None:
        """Not an unprotected one: ECS stops it when it likes."""
        if self.state.phase in (Phase.IDLE, Phase.DRAINING):
            self.watch.wanted.clear()
        else:
            self.watch.wanted.set()

    def perform(self, action: Action) -> Event | None:
        """Do it; what ECS answered is an event of its own."""
        match action:
            case Action.PAUSE:
                self.consumer.task_consumer.cancel()
            case Action.RESUME:
                self.consumer.task_consumer.consume()
            case Action.RELEASE:
                held, self.held = self.held, []
                for request in held:
                    self.start_task(request)
            case Action.GIVE_BACK:
                held, self.held = self.held, []
                for request in held:
                    log.warning("task %s goes back to the broker: the worker is %s", request.id, self.state.phase.value)
                    request.reject(requeue=True)
                    celery_state.task_ready(request)
            case Action.PROTECT:
                return self.protect()
            case Action.UNPROTECT:
                return self.unprotect()
        return None

    def protect(self) -> Event | None:
        if self.agent is None:
            return None
        asked_at = time.monotonic()
        answer, reason = self.agent.protect(self.settings.protection_minutes)
        if answer is Answer.DONE:
            return protection.Granted(asked_at)
        log.warning("ECS does not protect this worker: %s", reason)
        return protection.Denied(refused=answer is Answer.REFUSED)

    def unprotect(self) -> Event | None:
        if self.agent is None:
            return None
        answer, reason = self.agent.unprotect()
        if answer is Answer.DONE:
            return protection.Ended()
        log.warning("ECS may still protect this worker: %s", reason)
        return protection.EndFailed()

    def busy(self) -> bool:
        return bool(celery_state.active_requests) or any(
            request not in self.held for request in tuple(celery_state.reserved_requests)
        )

    def end_tasks_in_time(self) -> None:
        """Celery waits for the running tasks, for ever if need be; ECS does not.

        A worker that was told to stop by other means than a signal, `airflow celery shutdown-worker` for example, has
        all the time it wants.
        """
        self.terminated.wait()
        time.sleep(self.settings.grace)
        unfinished = ", ".join(request.id for request in tuple(celery_state.active_requests))
        deadline.end_tasks(self.consumer.pool.info.get("processes") or [])
        log.warning("the stop time-out is nearly over: killed the unfinished tasks %s", unfinished or "(none)")

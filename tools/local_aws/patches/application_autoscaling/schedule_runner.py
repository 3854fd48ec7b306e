"""Scheduled actions are carried out when they are due by the clock of `patches.clock`."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from tools.local_aws.patches import clock
from tools.local_aws.patches.application_autoscaling import capacity, schedules, store
from tools.local_aws.patches.application_autoscaling.store import Target

logger = logging.getLogger("local_aws.application_autoscaling")
TICK = 1.0


class Runner:
    def __init__(self) -> None:
        self._checked: dict[str, float] = {}
        """ScheduledActionARN -> until when it has been looked at."""

    def loop(self) -> None:
        while True:
            time.sleep(TICK)
            try:
                self.tick()
            except Exception:
                logger.exception("scheduled actions")

    def tick(self) -> None:
        """Carry out what became due since the last look, in order of time.

        When the clock was moved far, an action was due many times; the last time is the one that matters.
        """
        with store.lock:
            now = clock.now()
            due = []
            for target in store.all_targets():
                for action in target.scheduled_actions.values():
                    arn = action["ScheduledActionARN"]
                    since = min(self._checked.get(arn, now), now)
                    self._checked[arn] = now
                    moment = schedules.action_due(action, since, now)
                    if moment is not None:
                        due.append((moment, action["ScheduledActionName"], target, action))
            for dummy, dummy, target, action in sorted(due, key=lambda entry: entry[:2]):
                run(target, action)


def run(target: Target, action: dict[str, Any]) -> None:
    if target.is_suspended("ScheduledScalingSuspended"):
        return
    wanted = action["ScalableTargetAction"]
    minimum = int(wanted.get("MinCapacity", target.minimum))
    maximum = int(wanted.get("MaxCapacity", target.maximum))
    description = f"Setting min capacity to {minimum} and max capacity to {maximum}"
    cause = f"scheduled action name {action['ScheduledActionName']} was triggered"
    if minimum > maximum:
        capacity.record(target, description, cause, "Maximum capacity cannot be less than minimum capacity", "Failed")
        return
    target.minimum, target.maximum = minimum, maximum
    capacity.record(target, description, cause, description.replace("Setting", "Successfully set", 1))
    capacity.enforce_bounds(target)


def start() -> None:
    runner = Runner()
    clock.on_move(runner.tick)
    threading.Thread(target=runner.loop, name="scheduled-actions", daemon=True).start()

"""Two tasks that are watched while they are at it: one runs on a worker, one is deferred to the triggerer.

The first one goes on when its worker has the file /tmp/<message>.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk import BaseOperator, Param, dag, task, timezone

log = logging.getLogger(__name__)


class Wait(BaseOperator):
    """Waits in the triggerer, which logs how long it still has to."""

    def execute(self, context: Any) -> None:
        seconds = context["params"]["seconds"]
        trigger = DateTimeTrigger(moment=timezone.utcnow() + timedelta(seconds=seconds))
        self.defer(trigger=trigger, method_name="resume")

    def resume(self, context: Any, event: Any) -> None:
        log.info("%s, and back from the triggerer", context["params"]["message"])


@dag(
    schedule=None,
    catchup=False,
    params={"message": Param("hello", type="string"), "seconds": Param(45, type="integer", minimum=1, maximum=120)},
)
def two_logs() -> None:
    @task(execution_timeout=timedelta(minutes=15))
    def work(params: dict[str, Any]) -> None:
        log.info("%s from a worker", params["message"])
        while not Path("/tmp", params["message"]).exists():
            time.sleep(1)
        log.info("%s at the end", params["message"])

    work()
    Wait(task_id="wait")


two_logs()

"""Tasks of given lengths that tell when they begin and end: the load of benchmarks/scale_in.py."""

from __future__ import annotations

import logging
import time
from typing import Any

from airflow.sdk import Param, dag, task

log = logging.getLogger(__name__)
TASKS = 3


# Without retries: a task that does not succeed at once has failed.
@dag(
    schedule=None,
    catchup=False,
    max_active_runs=8,
    default_args={"retries": 0},
    params={"seconds": Param([1] * TASKS, type="array", minItems=TASKS, maxItems=TASKS)},
)
def steady_load() -> None:
    @task
    def work(index: int, params: dict[str, Any], run_id: str) -> None:
        log.info("steady load: began %s %d", run_id, index)
        time.sleep(params["seconds"][index])
        log.info("steady load: ended %s %d", run_id, index)

    work.expand(index=list(range(TASKS)))


steady_load()

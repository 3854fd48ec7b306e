"""Many tasks at once, and one on another queue."""

from __future__ import annotations

import time
from typing import Any

from airflow.sdk import Param, dag, task


@dag(schedule=None, catchup=False, max_active_tasks=64, params={"seconds": Param(10, type="integer")})
def fan_out() -> None:
    @task
    def wait(number: int, params: dict[str, Any]) -> int:
        time.sleep(params["seconds"])
        return number

    wait.expand(number=list(range(20)))


@dag(schedule=None, catchup=False)
def on_reports() -> None:
    @task(queue="reports")
    def report() -> str:
        return "done"

    report()


fan_out()
on_reports()

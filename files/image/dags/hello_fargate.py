"""Shows that a deployment works: run it, and read the line with your message in the task's log.

    airflow dags trigger hello_fargate --conf '{"message": "good morning", "sleep_seconds": 60}'

With `sleep_seconds` the first task stays long enough to watch its log while it runs.
"""

from __future__ import annotations

import logging
import socket
import time
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param, dag, task

log = logging.getLogger(__name__)


@dag(
    schedule=None,
    catchup=False,
    tags=["example"],
    doc_md=__doc__,
    default_args={"execution_timeout": timedelta(hours=2)},
    params={
        "message": Param("hello", type="string", description="Written to the log of the task `greet`."),
        "sleep_seconds": Param(0, type="integer", minimum=0, maximum=3600, description="How long `greet` takes."),
        "numbers": Param([1, 2, 3], type="array", description="One `square` task runs for each."),
    },
)
def hello_fargate() -> None:
    @task
    def greet(params: dict[str, Any]) -> None:
        log.info("%s (from %s)", params["message"], socket.gethostbyname(socket.gethostname()))
        for second in range(1, params["sleep_seconds"] + 1):
            time.sleep(1)
            log.info("second %d of %d", second, params["sleep_seconds"])

    @task
    def numbers(params: dict[str, Any]) -> list[int]:
        return params["numbers"]

    @task
    def square(number: int) -> int:
        return number * number

    @task
    def total(squares: list[int]) -> int:
        result = sum(squares)
        log.info("the squares add up to %d", result)
        return result

    shell = BashOperator(
        task_id="shell",
        bash_command='echo "$MESSAGE, says $(id -un) on Debian $(cat /etc/debian_version)"',
        env={"MESSAGE": "{{ params.message }}"},
        append_env=True,
    )

    summed = total(square.expand(number=numbers()))
    greet() >> shell >> summed


hello_fargate()

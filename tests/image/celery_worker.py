"""A Celery worker without Airflow but with its scale-in protection, and its client: runs in a container of the image.

celery_worker.py work        a worker of two processes, whose tasks do not end while there is the file /tmp/hold
celery_worker.py send NAME SECONDS PAUSE [NAME SECONDS PAUSE ...]
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

HOLD = Path("/tmp/hold")
app = Celery("probe", broker="redis://127.0.0.1:6379/0")
# As Airflow's DEFAULT_CELERY_CONFIG has it.
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    task_default_queue="default",
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)


@celeryd_init.connect
def protect(instance: Any, **_: object) -> None:
    from airflow_fargate.worker.bootstep import ScaleInProtection

    instance.app.steps["consumer"].add(ScaleInProtection)


def protected() -> bool | None:
    uri = os.environ.get("ECS_AGENT_URI")
    if uri is None:
        return None
    with urllib.request.urlopen(f"{uri}/task-protection/v1/state", timeout=10) as response:
        return json.load(response)["protection"]["ProtectionEnabled"]


@app.task(name="sleep")
def sleep(name: str, seconds: float) -> None:
    """Like Airflow's supervisor, in the pool's process, with the task in a process of its own."""
    tell(event="started", name=name, protected=protected())
    code = subprocess.run(["sleep", str(seconds)], check=False).returncode
    while HOLD.exists():
        time.sleep(0.1)
    tell(event="finished", name=name, protected=protected(), code=code)


def tell(**facts: object) -> None:
    # One write a line: two processes share the pipe.
    os.write(1, (json.dumps(facts) + "\n").encode())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    verb, *rest = sys.argv[1:]
    if verb == "work":
        app.worker_main(["worker", "-O", "fair", "--queues", "default", "--concurrency", "2", "--loglevel", "INFO"])
    else:
        for name, seconds, pause in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            sleep.apply_async((name, float(seconds)))
            time.sleep(float(pause))

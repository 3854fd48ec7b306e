"""A load that never stops while the pool of workers changes, and what became of each of its tasks."""

from __future__ import annotations

import http.client
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.e2e.airflow_api import Airflow

DAG = "steady_load"
RUNS = f"/api/v2/dags/{DAG}/dagRuns"
TASKS = 3
LINE = re.compile(r"steady load: (began|ended) ([\w.:+-]+) (\d+)")
# Seconds between two looks at a run: the API server has better things to do.
PAUSE = 2.0

Task = tuple[str, int]


@dataclass(frozen=True)
class Verdict:
    tasks: int
    killed: int
    """Began and did not succeed in its first try."""
    twice: int
    """Began more than once."""
    lost: int
    """Never began."""

    @property
    def clean(self) -> bool:
        return self.tasks > 0 and not (self.killed or self.twice or self.lost)


def judge(instances: list[dict[str, Any]], lines: list[str]) -> Verdict:
    """From what Airflow says of its tasks, and from what the tasks themselves wrote."""
    told: dict[str, Counter[Task]] = {"began": Counter(), "ended": Counter()}
    for line in lines:
        for event, run, index in LINE.findall(line):
            told[event][run, int(index)] += 1
    began, ended = told["began"], told["ended"]
    succeeded = {
        (task["dag_run_id"], task["map_index"])
        for task in instances
        if task["state"] == "success" and task["try_number"] == 1
    }
    wanted = {(task["dag_run_id"], task["map_index"]) for task in instances}
    return Verdict(
        tasks=len(wanted),
        killed=sum(task not in succeeded or task not in ended for task in wanted if task in began),
        twice=sum(count > 1 for count in began.values()),
        lost=len(wanted - set(began)),
    )


@dataclass
class Load:
    """Several DAG runs side by side; each one that ends is followed by another, until the load is stopped."""

    airflow: Airflow
    lanes: int
    longest: float
    random: random.Random
    instances: list[dict[str, Any]] = field(default_factory=list)
    failure: Exception | None = None

    def __enter__(self) -> Load:
        self.airflow.unpause(DAG)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._lane) for _lane in range(self.lanes)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Returns when every task has ended."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self.failure:
            raise self.failure

    def running(self) -> int:
        """Tasks that run now."""
        path = f"{RUNS}/~/taskInstances?state=running&limit=1"
        return int(self.airflow.must("GET", path)["total_entries"])

    def _lane(self) -> None:
        try:
            while not self._stop.is_set():
                self._run()
        except (AssertionError, OSError, http.client.HTTPException) as error:
            self.failure = error

    def _run(self) -> None:
        seconds = [round(self.random.uniform(1, self.longest), 1) for _task in range(TASKS)]
        run = self.airflow.must("POST", RUNS, {"logical_date": None, "conf": {"seconds": seconds}})
        path = f"{RUNS}/{quote(run['dag_run_id'], safe='')}"
        pause = threading.Event()
        while run["state"] not in ("success", "failed"):
            pause.wait(PAUSE)
            run = self.airflow.seen(path) or run
        self.instances += self.airflow.tasks(DAG, run)

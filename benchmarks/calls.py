"""What a run asked of AWS: the embedded AWS's request log, and which module each call belongs to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Request = dict[str, Any]
OURS = "airflow.fargate."


@dataclass(frozen=True)
class Task:
    """A task of a run, and the part of the request log that was written meanwhile."""

    name: str
    module: str
    started: float
    """Seconds since the run's first task began."""
    seconds: float
    begin: int
    end: int


@dataclass(frozen=True)
class Call:
    """A call and the task that made it (None: none of this run's)."""

    task: Task | None
    request: Request

    @property
    def module(self) -> str:
        return self.task.module if self.task else ""

    @property
    def service(self) -> str:
        return str(self.request["service"])

    @property
    def operation(self) -> str:
        return f"{self.service}:{self.request['operation']}"


def tasks(lines: Iterable[str]) -> list[Task]:
    """The tasks of a run from what the callback plugin has noted."""
    notes = [json.loads(line) for line in lines]
    return [
        Task(
            name=this["task"],
            module=this["module"],
            started=this["time"] - notes[0]["time"],
            seconds=following["time"] - this["time"],
            begin=this["offset"],
            end=following["offset"],
        )
        for this, following in pairwise(notes)
    ]


def attribute(log: bytes, start: int, known: Sequence[Task]) -> list[Call]:
    """The calls that this machine made.

    :param log: The request log from the byte `start` on.
    """
    calls, offset = [], start
    for line in log.splitlines(keepends=True):
        task = next((task for task in known if task.begin <= offset < task.end), None)
        offset += len(line)
        request = json.loads(line)
        if request["source"] == "host":
            calls.append(Call(task, request))
    return calls


def count(names: Iterable[str]) -> dict[str, int]:
    """How often each name occurs, the most frequent first."""
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def repeated_reads(calls: Iterable[Call]) -> dict[str, int]:
    """Reads that our own modules made more than once with the same parameters, and how often beyond the first time.

    What was asked before a write may be asked again after it.
    """
    seen: set[tuple[str, str]] = set()
    repeated = []
    for call in calls:
        if not call.request["read_only"]:
            seen.clear()
        elif call.module.startswith(OURS):
            key = (call.operation, json.dumps(call.request["parameters"], sort_keys=True))
            if key in seen:
                repeated.append(f"{call.module} {call.operation}")
            seen.add(key)
    return count(repeated)

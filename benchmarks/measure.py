"""Runs a command and tells what it cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.calls import Call, Task, count, repeated_reads

TICKS = os.sysconf("SC_CLK_TCK")


class CommandError(Exception):
    """A measured command failed: its numbers would mean nothing."""


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time and of CPU, those of all child processes included."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Run:
    """A measured run of a playbook."""

    cost: Cost
    aws_cpu: float
    """CPU seconds of the embedded AWS meanwhile, which shares the machine."""
    calls: list[Call] = field(repr=False)
    tasks: list[Task] = field(repr=False)
    output: str = field(repr=False)

    @property
    def took(self) -> str:
        """What the run itself says that it took."""
        lines = [line for line in self.output.splitlines() if line.startswith("Took:")]
        return lines[-1].removeprefix("Took:").strip() if lines else ""


def execute(command: Sequence[str], env: Mapping[str, str], cwd: Path, output: Path) -> Cost:
    """Run a command to its end; it must succeed."""
    start = time.monotonic()
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandError(f"{' '.join(command)} ended with {process.returncode}:\n{tail(output)}")
    return Cost(time.monotonic() - start, usage.ru_utime + usage.ru_stime)


def tail(output: Path, lines: int = 40) -> str:
    return "\n".join(output.read_text(errors="replace").splitlines()[-lines:])


def cpu_of(pid: int) -> float:
    """CPU seconds of a process so far, all its threads included."""
    # The name, which may hold anything, ends with the last bracket.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def summarize(runs: Sequence[Run]) -> dict[str, Any]:
    """Medians over equal runs, and the calls of the last of them."""
    last = runs[-1]
    return {
        **costs([run.cost for run in runs]),
        "aws_cpu": round(statistics.median(run.aws_cpu for run in runs), 2),
        "calls": len(last.calls),
        "by_service": count(call.service for call in last.calls),
        "by_module": count(call.module or "(none)" for call in last.calls),
        "repeated_reads": repeated_reads(last.calls),
        "slowest_tasks": slowest(last.tasks),
        "took": last.took,
    }


def costs(measured: Sequence[Cost]) -> dict[str, Any]:
    medians = Cost(
        wall=round(statistics.median(cost.wall for cost in measured), 2),
        cpu=round(statistics.median(cost.cpu for cost in measured), 2),
    )
    return {**asdict(medians), "runs": len(measured)}


def slowest(tasks: Sequence[Task], number: int = 8) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for task in tasks:
        seconds[task.name] = seconds.get(task.name, 0.0) + task.seconds
    ordered = sorted(seconds.items(), key=lambda item: -item[1])[:number]
    return {name: round(value, 1) for name, value in ordered}

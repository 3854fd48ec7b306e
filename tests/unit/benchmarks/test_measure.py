"""What a command costs, and what is kept of several runs."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from benchmarks.calls import Task
from benchmarks.measure import CommandError, Cost, Run, costs, cpu_of, execute, slowest, summarize

# Two processes that reckon for a while, one of them the other's child.
REST = "end = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
BUSY = f"import subprocess, sys, time\nsubprocess.run([sys.executable, '-c', sys.argv[1]], check=True)\n{REST}"
CHILD = f"import time\n{REST}"


def run(seconds: float, tasks: list[Task] | None = None, output: str = "") -> Run:
    return Run(Cost(seconds, seconds / 2), seconds / 4, [], tasks or [], output)


def test_children_count(tmp_path: Path) -> None:
    cost = execute([sys.executable, "-c", BUSY, CHILD], os.environ, tmp_path, tmp_path / "log")
    assert cost.cpu >= 0.4


def test_a_failed_command_has_no_cost(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ended with 3:\nsorry"):
        execute([sys.executable, "-c", "print('sorry'); raise SystemExit(3)"], os.environ, tmp_path, tmp_path / "log")


def test_cpu_of_a_process_grows() -> None:
    before = cpu_of(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert cpu_of(os.getpid()) > before


def test_medians() -> None:
    assert costs([Cost(1, 4), Cost(9, 5), Cost(2, 6)]) == {"wall": 2, "cpu": 5, "runs": 3}


def test_summary_of_runs() -> None:
    result = summarize([run(4), run(8), run(6, output="Changed: nothing\nTook:      6 s (a task 5 s)\n")])
    assert (result["wall"], result["cpu"], result["aws_cpu"]) == (6, 3, 1.5)
    assert result["took"] == "6 s (a task 5 s)"


def test_the_slowest_tasks_are_added_up_by_name() -> None:
    tasks = [Task("a", "", 0, 1, 0, 0), Task("b", "", 0, 3, 0, 0), Task("a", "", 0, 4, 0, 0)]
    assert slowest(tasks) == {"a": 5, "b": 3}
    assert slowest(tasks, 1) == {"a": 5}

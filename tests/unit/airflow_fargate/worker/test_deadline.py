"""The end of unfinished tasks, with processes that only take notes."""

from __future__ import annotations

import sys
import types

import pytest

from airflow_fargate.worker import deadline


class FakePsutil(types.ModuleType):
    """Supervisors 1 and 2 with their processes; what has gone already raises."""

    class NoSuchProcess(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("psutil")
        self.children = {1: [11, 12], 2: [21]}
        self.gone: set[int] = set()
        self.killed: list[int] = []
        machine = self

        class Process:
            def __init__(self, pid: int) -> None:
                if pid in machine.gone:
                    raise machine.NoSuchProcess
                self.pid = pid

            def children(self, recursive: bool) -> list[Process]:
                assert recursive
                return [Process(pid) for pid in machine.children.get(self.pid, [])]

            def kill(self) -> None:
                if self.pid == 12:
                    raise machine.NoSuchProcess
                machine.killed.append(self.pid)

        self.Process = Process


@pytest.fixture
def psutil(monkeypatch: pytest.MonkeyPatch) -> FakePsutil:
    fake = FakePsutil()
    monkeypatch.setitem(sys.modules, "psutil", fake)
    return fake


def test_everything_below_the_supervisors_is_killed_and_they_are_not(psutil: FakePsutil) -> None:
    deadline.end_tasks([1, 2])

    assert psutil.killed == [11, 21]


def test_a_supervisor_that_has_gone_is_passed_over(psutil: FakePsutil) -> None:
    psutil.gone = {1}

    deadline.end_tasks([1, 2])

    assert psutil.killed == [21]

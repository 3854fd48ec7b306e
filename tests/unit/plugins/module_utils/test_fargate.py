"""Sizes of tasks."""

from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._fargate import size_problem


@pytest.mark.parametrize(("cpu", "memory"), [(256, 512), (512, 4096), (1024, 8192), (16384, 122880)])
def test_a_size_that_exists(cpu: int, memory: int) -> None:
    assert size_problem(cpu, memory) == ""


@pytest.mark.parametrize(
    ("cpu", "memory", "ways_out"),
    [
        (
            512,
            8192,
            ["512 CPU units go with 1024 to 4096 in steps of 1024 MiB", "8192 MiB go with 1024 or 2048 or 4096"],
        ),
        (256, 4096, ["256 CPU units go with 512 or 1024 or 2048 MiB", "4096 MiB go with 512 or 1024 or 2048"]),
        (300, 1024, ["1024 MiB go with 256 or 512 CPU units"]),
        (300, 300, ["Possible are: 256 with 512 or 1024 or 2048 MiB; 512 with"]),
        (512, 1500, ["512 CPU units go with 1024 to 4096"]),
    ],
)
def test_a_size_that_does_not_exist(cpu: int, memory: int, ways_out: list[str]) -> None:
    problem = size_problem(cpu, memory)
    assert problem.startswith(f"Fargate has no size of {cpu} CPU units and {memory} MiB of memory.")
    for text in ways_out:
        assert text in problem

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Sizes that Fargate sells. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"""

from __future__ import annotations

import typing as t

# CPU units -> MiB of memory.
MEMORY: dict[int, t.Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
EPHEMERAL_STORAGE = range(21, 200 + 1)


def list_sizes(sizes: t.Sequence[int]) -> str:
    """The sizes in words."""
    if isinstance(sizes, range):
        return f"{sizes[0]} to {sizes[-1]} in steps of {sizes.step}"
    return " or ".join(str(size) for size in sizes)


def cpus_with(memory: int) -> list[int]:
    """The CPU units that go with so many MiB."""
    return [cpu for cpu, sizes in MEMORY.items() if memory in sizes]


def size_problem(cpu: int, memory: int) -> str:
    """Why there is no such size, and the pairs that are possible; empty if there is one."""
    sizes = MEMORY.get(cpu)
    if sizes is not None and memory in sizes:
        return ""
    problem = f"Fargate has no size of {cpu} CPU units and {memory} MiB of memory. "
    if sizes is not None:
        problem += f"{cpu} CPU units go with {list_sizes(sizes)} MiB. "
    if others := cpus_with(memory):
        problem += f"{memory} MiB go with {' or '.join(map(str, others))} CPU units."
    elif sizes is None:
        problem += "Possible are: " + "; ".join(f"{key} with {list_sizes(value)} MiB" for key, value in MEMORY.items())
    return problem.rstrip()

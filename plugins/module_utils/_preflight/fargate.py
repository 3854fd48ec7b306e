# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Sizes that Fargate sells. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

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


def check_size(service_cpu: int, service_memory: int) -> t.Iterator[Problem]:
    """CPU units and MiB that do not go together."""
    sizes = MEMORY.get(service_cpu)
    if sizes is None:
        listed = ", ".join(str(cpu) for cpu in MEMORY)
        yield Problem("service_cpu", service_cpu, "Fargate has no task of so many CPU units", f"choose one of {listed}")
    elif service_memory not in sizes:
        other = [str(cpu) for cpu, memory in MEMORY.items() if service_memory in memory]
        fix = f"choose {_list_sizes(sizes)} MiB" + (f", or service_cpu {' or '.join(other)}" if other else "")
        yield Problem("service_memory", service_memory, f"Fargate has no such size with {service_cpu} CPU units", fix)


def check_ephemeral_storage(service_ephemeral_storage: int) -> t.Iterator[Problem]:
    """GiB of disk of a task."""
    if service_ephemeral_storage not in EPHEMERAL_STORAGE:
        yield Problem(
            "service_ephemeral_storage",
            service_ephemeral_storage,
            "Fargate has 20 GiB when nothing is set, and 21 to 200 GiB to choose",
            "choose 21 to 200, or remove it",
        )


def _list_sizes(sizes: t.Sequence[int]) -> str:
    if isinstance(sizes, range):
        return f"{sizes[0]} to {sizes[-1]} in steps of {sizes.step}"
    return " or ".join(str(size) for size in sizes)

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Sizes that Fargate does not sell."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._fargate import (
    EPHEMERAL_STORAGE,
    MEMORY,
    cpus_with,
    list_sizes,
)
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem


def check_size(service_cpu: int, service_memory: int) -> t.Iterator[Problem]:
    """CPU units and MiB that do not go together."""
    sizes = MEMORY.get(service_cpu)
    if sizes is None:
        listed = ", ".join(str(cpu) for cpu in MEMORY)
        yield Problem("service_cpu", service_cpu, "Fargate has no task of so many CPU units", f"choose one of {listed}")
    elif service_memory not in sizes:
        other = [str(cpu) for cpu in cpus_with(service_memory)]
        fix = f"choose {list_sizes(sizes)} MiB" + (f", or service_cpu {' or '.join(other)}" if other else "")
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

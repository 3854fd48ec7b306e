"""Limits a container can have here.

A container whose limits exceed the engine's own hard limits does not start at all where CAP_SYS_RESOURCE is missing,
and a list of limits given for one container replaces the engine's defaults, so both are always given together.
"""

from __future__ import annotations

import resource
from pathlib import Path

WANTED = 65535
"""What Fargate allows by default for open files."""


def clip(hard: int, wanted: int = WANTED) -> int:
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def ulimits() -> dict[str, int]:
    """Ulimit name -> value that every container may have, soft and hard."""
    # Podman lowers its own limit of processes to the number of process ids.
    pid_max = int(Path("/proc/sys/kernel/pid_max").read_text(encoding="ascii"))
    return {
        "nofile": clip(resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
        "nproc": min(pid_max, clip(resource.getrlimit(resource.RLIMIT_NPROC)[1])),
    }

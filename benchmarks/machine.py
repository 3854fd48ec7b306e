"""What the numbers were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from pathlib import Path
from typing import Any

PACKAGES = ("ansible-core", "ansible", "boto3", "botocore")


def first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return " ".join(found[1].split()) if found else "unknown"


def describe(engine: str) -> dict[str, Any]:
    """Only what says how fast the machine is, nothing that says whose it is."""
    memory = int(first(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()))
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 1024**2),
        "cpu": first(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text()),
        "engine": engine,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }

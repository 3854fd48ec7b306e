"""The messages of a service's event stream, in the words of ECS, newest first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from ministack.core.responses import now_iso

KEEP = 100
"""ECS keeps the last hundred."""


def add(service: dict[str, Any], message: str) -> None:
    text = f"(service {service['serviceName']}) {message}"
    service["events"].insert(0, {"id": str(uuid.uuid4()), "createdAt": now_iso(), "message": text})
    del service["events"][KEEP:]


def names(tasks: Iterable[Mapping[str, Any]]) -> str:
    return " ".join(f"(task {task['taskArn'].rsplit('/', 1)[-1]})" for task in tasks)

"""Where a container's output goes, and how it is cut into log events."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

MAX_EVENT_BYTES = 256 * 1024 - 26
"""CloudWatch Logs: largest message of one event."""


@dataclasses.dataclass(frozen=True)
class LogStream:
    account: str
    region: str
    group: str
    stream: str


def configuration(definition: Mapping[str, Any], task: Mapping[str, Any]) -> tuple[LogStream, bool] | None:
    """(stream, may create the group); None when the container logs elsewhere."""
    log = definition.get("logConfiguration") or {}
    if log.get("logDriver") != "awslogs":
        return None
    options = log.get("options") or {}
    dummy, dummy, dummy, region, account, dummy = task["taskArn"].split(":", 5)
    task_id = task["taskArn"].rsplit("/", 1)[-1]
    stream = f"{options.get('awslogs-stream-prefix', 'ecs')}/{definition['name']}/{task_id}"
    return (
        LogStream(account, options.get("awslogs-region") or region, options["awslogs-group"], stream),
        str(options.get("awslogs-create-group", "")).lower() == "true",
    )


def lines(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Whole lines, however the engine cuts the output; the rest at the end."""
    buffer = b""
    for chunk in chunks:
        *whole, buffer = (buffer + chunk).split(b"\n")
        yield from whole
        while len(buffer) > MAX_EVENT_BYTES:
            yield buffer[:MAX_EVENT_BYTES]
            buffer = buffer[MAX_EVENT_BYTES:]
    if buffer:
        yield buffer

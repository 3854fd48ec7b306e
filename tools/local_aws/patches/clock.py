"""The clock that schedules follow. A test moves it, so that a day, or a change to summer time, passes at once.

Only scheduled actions look at it: alarms, cooldowns and task protection count real seconds.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

_offset = 0.0
_listeners: list[Callable[[], None]] = []


def now() -> float:
    return time.time() + _offset


def on_move(listener: Callable[[], None]) -> None:
    """`listener` is called just before and just after the clock is moved."""
    _listeners.append(listener)


def move(offset: float) -> None:
    """Let the clock differ from real time by so many seconds; what became due by this is done on return."""
    global _offset
    for listener in _listeners:
        listener()
    _offset = offset
    for listener in _listeners:
        listener()


def state() -> dict[str, object]:
    return {"time": datetime.datetime.fromtimestamp(now(), datetime.UTC).isoformat(), "offset": _offset}


def endpoint(method: str, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    """GET shows the clock; PUT takes `offset` (seconds ahead of real time) or `time` (ISO 8601 with its zone)."""
    if method == "PUT":
        try:
            if "time" in body:
                wanted = datetime.datetime.fromisoformat(str(body["time"]))
                if wanted.tzinfo is None:
                    raise ValueError(f"{body['time']} needs a time zone, such as Z")
                move(wanted.timestamp() - time.time())
            else:
                move(float(str(body["offset"])))
        except (KeyError, ValueError) as error:
            return 400, {"message": f"offset (seconds) or time (ISO 8601) expected: {error}"}
    return 200, state()

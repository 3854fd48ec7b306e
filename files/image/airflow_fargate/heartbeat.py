"""When a component of this container last showed that it works: the age of a file.

The Celery worker touches it with each heartbeat it sends to the broker: every two seconds from the main process's event
loop, and not while it has no connection. The metrics publisher touches it once a period. That tells a working process
from a hung one without asking the broker or the database, which would cost a connection at each check.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

FOLDER = Path(tempfile.gettempdir())


def record(component: str) -> None:
    _file(component).touch()


def age(component: str) -> float | None:
    """Seconds since the last heartbeat; None when there was none yet."""
    try:
        return time.time() - _file(component).stat().st_mtime
    except FileNotFoundError:
        return None


def _file(component: str) -> Path:
    return FOLDER / f"airflow-{component}-heartbeat"

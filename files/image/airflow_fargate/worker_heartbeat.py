"""When the Celery worker in this container last sent its heartbeat to the broker.

Celery sends one every two seconds from the main process's event loop, and stops while it has no connection to the
broker. A file's age therefore tells a working worker from a hung or a disconnected one without asking the broker,
which would cost a connection and the import of Celery at each check.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

FILE = Path(tempfile.gettempdir()) / "airflow-worker-heartbeat"


def record() -> None:
    FILE.touch()


def age() -> float | None:
    """Seconds since the last heartbeat; None when there was none yet."""
    try:
        return time.time() - FILE.stat().st_mtime
    except FileNotFoundError:
        return None

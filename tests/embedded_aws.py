"""The checkout's embedded AWS, for tests that only need one: used if it runs already, else started for them.

LOCAL_AWS_PORT and LOCAL_AWS_STATE_DIR choose the instance, as for `python3 -m tools.local_aws`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def command_line(verb: str) -> int:
    return subprocess.run([sys.executable, "-m", "tools.local_aws", verb], cwd=ROOT, check=False).returncode


@contextmanager
def running() -> Iterator[None]:
    """An instance that runs already is left running."""
    was_running = command_line("status") == 0
    assert command_line("start") == 0
    yield
    if not was_running:
        assert command_line("stop") == 0

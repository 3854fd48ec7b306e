# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Polling with a back-off: quick answers stay quick, slow ones do not flood the API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

FIRST_DELAY = 0.5
LONGEST_DELAY = 5.0
BACK_OFF = 1.5


def poll(
    probe: Callable[[], T],
    timeout: float,
    first_delay: float = FIRST_DELAY,
    longest_delay: float = LONGEST_DELAY,
) -> Iterator[T]:
    """Yield what probe() answers until the caller breaks off or the time-out (seconds) has passed.

    Use with ``for ... else``: the ``else`` branch is the time-out. The probe is asked once more at the very end.
    """
    deadline = time.monotonic() + timeout
    delay = first_delay
    while True:
        yield probe()
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return
        time.sleep(min(delay, remaining))
        delay = min(delay * BACK_OFF, longest_delay)

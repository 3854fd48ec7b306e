# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waiting for a state: a pure judgement of what was seen, and one loop around it."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

Seen = t.TypeVar("Seen")


@dataclass(frozen=True)
class Verdict:
    """What one look says: done, not yet, or why it is pointless to wait any longer."""

    done: bool = False
    failure: str | None = None
    progress: str = ""  # what was seen, for the message of a timeout


DONE = Verdict(done=True)
NOT_YET = Verdict()


def not_yet(progress: str) -> Verdict:
    return Verdict(progress=progress)


def failed(reason: str) -> Verdict:
    return Verdict(failure=reason)


class WaitError(AnsibleAWSError):
    """The awaited state cannot be reached, or was not reached in time."""


def pause(waited: float) -> float:
    """Seconds until the next look: often at first, at most every 15 s for what takes minutes."""
    return min(15.0, 1.0 + waited / 8)


def poll(
    look: t.Callable[[], Seen],
    judge: t.Callable[[Seen], Verdict],
    timeout: float,
    goal: str,
    explain: t.Callable[[], str] = lambda: "",
) -> Seen:
    """Look until the judgement is "done" and return what was seen; explain() adds AWS's own events to an error."""
    start = time.monotonic()
    while True:
        seen = look()
        verdict = judge(seen)
        if verdict.done:
            return seen
        if verdict.failure:
            raise WaitError(message=_sentence(f"Failed waiting for {goal}: {verdict.failure}", explain()))
        waited = time.monotonic() - start
        if waited >= timeout:
            last = f": {verdict.progress}" if verdict.progress else ""
            raise WaitError(message=_sentence(f"Timed out after {timeout} s waiting for {goal}{last}", explain()))
        time.sleep(min(pause(waited), timeout - waited))


def _sentence(message: str, explanation: str) -> str:
    return f"{message}. {explanation}" if explanation else message

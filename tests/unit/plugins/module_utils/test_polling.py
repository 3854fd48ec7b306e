"""The loop around a judgement."""

from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils import _polling
from ansible_collections.airflow.fargate.plugins.module_utils._polling import (
    DONE,
    Verdict,
    WaitError,
    failed,
    not_yet,
    pause,
    poll,
)


class Clock:
    """Time passes only in sleep()."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_polling, "time", clock)
    return clock


def judge(status: str) -> Verdict:
    return {"available": DONE, "failed": failed("it failed")}.get(status, not_yet(f"the status is {status}"))


def test_it_looks_until_done_and_returns_what_it_saw(clock: Clock) -> None:
    seen = iter(["creating", "creating", "available", "failed"])

    assert poll(lambda: next(seen), judge, 60, "x to be available") == "available"
    assert next(seen) == "failed"
    assert 2 <= clock.now < 4


def test_a_failure_ends_the_wait_at_once_and_says_why(clock: Clock) -> None:
    with pytest.raises(WaitError) as error:
        poll(lambda: "failed", judge, 60, "x to be available", lambda: "Last events: no subnet")

    assert str(error.value) == "Failed waiting for x to be available: it failed. Last events: no subnet"
    assert clock.now == 0


def test_a_timeout_is_kept_and_says_what_was_seen_last(clock: Clock) -> None:
    with pytest.raises(WaitError) as error:
        poll(lambda: "creating", judge, 100, "x to be available", lambda: "No events")

    assert str(error.value) == "Timed out after 100 s waiting for x to be available: the status is creating. No events"
    assert clock.now == 100


def test_it_looks_often_at_first_and_every_15_seconds_later() -> None:
    assert pause(0) == 1
    assert pause(3600) == 15

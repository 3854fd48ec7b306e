"""How often a state is asked for, and when that ends."""

from __future__ import annotations

from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll


def test_starts_quickly_and_slows_down_to_the_longest_delay(clock: Any) -> None:
    assert sum(1 for dummy in poll(lambda: None, timeout=60)) == len(clock.sleeps) + 1
    assert clock.sleeps[:3] == [0.5, 0.75, 1.125]
    assert max(clock.sleeps) == 5.0


def test_asks_once_more_exactly_at_the_end(clock: Any) -> None:
    asked = [clock.now for dummy in poll(lambda: None, timeout=7)]
    assert asked[0] == 1000.0
    assert asked[-1] == 1007.0


def test_asks_once_without_any_time(clock: Any) -> None:
    assert list(poll(lambda: "answer", timeout=0)) == ["answer"]
    assert clock.sleeps == []


def test_stops_asking_when_the_caller_does(clock: Any) -> None:
    answers = iter(["no", "yes", "never"])
    assert next(answer for answer in poll(lambda: next(answers), timeout=60) if answer == "yes") == "yes"
    assert clock.sleeps == [0.5]

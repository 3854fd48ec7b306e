"""The arithmetic of worker capacity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.metrics import capacity
from airflow_fargate.metrics.capacity import Load

LOADS = st.builds(Load, queued=st.integers(0, 10**6), running=st.integers(0, 10**6), oldest_queued=st.floats(0, 1e9))
CONCURRENCY = st.integers(1, 1000)
WORKERS = st.integers(0, 10**6)


@pytest.mark.parametrize(
    ("queued", "running", "concurrency", "needed"),
    [(0, 0, 4, 0), (1, 0, 4, 1), (20, 0, 4, 5), (17, 4, 4, 6), (0, 4, 4, 1), (1, 4, 4, 2), (3, 0, 1, 3)],
)
def test_workers_needed(queued: int, running: int, concurrency: int, needed: int) -> None:
    assert capacity.workers_needed(Load(queued, running), concurrency) == needed


@given(LOADS, CONCURRENCY)
def test_the_workers_needed_suffice_and_one_fewer_would_not(load: Load, concurrency: int) -> None:
    needed = capacity.workers_needed(load, concurrency)

    assert needed * concurrency >= load.tasks
    assert needed == 0 or (needed - 1) * concurrency < load.tasks


@given(LOADS, CONCURRENCY, WORKERS)
def test_adding_the_gap_once_is_enough(load: Load, concurrency: int, desired: int) -> None:
    needed = capacity.workers_needed(load, concurrency)

    assert capacity.gap(needed, desired + capacity.gap(needed, desired)) == 0


@pytest.mark.parametrize(
    ("needed", "busy", "desired", "surplus"), [(0, 0, 5, 5), (2, 5, 5, 0), (2, 1, 5, 3), (0, 3, 5, 2), (7, 0, 5, 0)]
)
def test_surplus(needed: int, busy: int, desired: int, surplus: int) -> None:
    assert capacity.surplus(needed, busy, desired) == surplus


@given(WORKERS, WORKERS, WORKERS)
def test_removing_the_surplus_leaves_the_busy_and_the_needed(needed: int, busy: int, desired: int) -> None:
    left = desired - capacity.surplus(needed, busy, desired)

    assert min(desired, max(needed, busy)) == left


@given(LOADS, LOADS, CONCURRENCY)
def test_more_tasks_never_need_fewer_workers(load: Load, more: Load, concurrency: int) -> None:
    both = capacity.of_queues({"a": load, "b": more}, ["a", "b"])

    assert capacity.workers_needed(both, concurrency) >= capacity.workers_needed(load, concurrency)
    assert both.tasks == load.tasks + more.tasks
    assert both.oldest_queued == max(load.oldest_queued, more.oldest_queued)


def test_a_worker_of_two_queues_is_busy_once() -> None:
    loads = {"a": Load(running=1, hosts=frozenset({"x", "y"})), "b": Load(running=1, hosts=frozenset({"y"}))}
    assert capacity.of_queues(loads, ["a", "b"]).hosts == {"x", "y"}


def test_a_queue_without_tasks_counts_as_empty() -> None:
    assert capacity.of_queues({"other": Load(1, 1, 5)}, ["default"]) == Load()


@pytest.mark.parametrize(
    ("tasks", "concurrency", "present", "percent"),
    [(0, 4, 0, 100), (1, 4, 0, 200), (500, 4, 0, 200), (0, 4, 2, 0), (8, 4, 2, 100), (6, 4, 3, 50), (40, 4, 2, 500)],
)
def test_reservation(tasks: int, concurrency: int, present: int, percent: float) -> None:
    assert capacity.reservation(Load(queued=tasks), concurrency, present) == percent


@given(LOADS, CONCURRENCY, WORKERS)
def test_above_the_target_there_are_too_few_workers_and_below_too_many(
    load: Load, concurrency: int, present: int
) -> None:
    percent = capacity.reservation(load, concurrency, present)

    assert percent >= 0
    assert (percent > 100) == (load.tasks > concurrency * present)
    assert (percent < 100) == (load.tasks < concurrency * present)

"""The metrics of a period, as PutMetricData takes them.

Every metric has the dimensions `environment` and `queue`. QueuedTasks, RunningTasks and OldestQueuedTask belong to a
queue; the others to a pool of workers, whose `queue` is the list of its queues, joined by commas: most pools have one.

QueuedTasks                  tasks that wait for a worker
RunningTasks                 tasks that run
OldestQueuedTask             seconds since the oldest of the waiting ones was queued
WorkersNeeded                ceil((queued + running) / worker_concurrency)
WorkersBusy                  workers on which tasks run
WorkersGap                   needed - desired; missing while ECS does not answer, as are the two below
WorkersSurplus               desired - the larger one of needed and busy, at least 0
NumberOfActiveRunningTasks   queued + running
CapacityProviderReservation  percent: queued + running tasks of the slots that the present workers have
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from airflow_fargate.metrics import capacity
from airflow_fargate.metrics.capacity import Load
from airflow_fargate.metrics.settings import Pool
from airflow_fargate.metrics.workers import Workers

# Seconds: what makes alarms with a period of 10 seconds possible.
RESOLUTION = 1


def metric_data(
    environment: str,
    pools: Sequence[Pool],
    loads: Mapping[str, Load],
    workers: Mapping[str, Workers],
    at: datetime,
) -> list[dict[str, Any]]:
    def datum(queue: str, name: str, value: float, unit: str) -> dict[str, Any]:
        return {
            "MetricName": name,
            "Dimensions": [{"Name": "environment", "Value": environment}, {"Name": "queue", "Value": queue}],
            "Timestamp": at,
            "Value": float(value),
            "Unit": unit,
            "StorageResolution": RESOLUTION,
        }

    return [
        datum(*metric)
        for pool in pools
        for metric in (*_of_queues(pool, loads), *_of_pool(pool, loads, workers.get(pool.service)))
    ]


Metric = tuple[str, str, float, str]


def _of_queues(pool: Pool, loads: Mapping[str, Load]) -> Iterator[Metric]:
    for queue in pool.queues:
        load = loads.get(queue, capacity.NO_LOAD)
        yield queue, "QueuedTasks", load.queued, "Count"
        yield queue, "RunningTasks", load.running, "Count"
        yield queue, "OldestQueuedTask", load.oldest_queued, "Seconds"


def _of_pool(pool: Pool, loads: Mapping[str, Load], workers: Workers | None) -> Iterator[Metric]:
    load = capacity.of_queues(loads, pool.queues)
    needed = capacity.workers_needed(load, pool.concurrency)
    yield pool.queue, "WorkersNeeded", needed, "Count"
    yield pool.queue, "WorkersBusy", len(load.hosts), "Count"
    yield pool.queue, "NumberOfActiveRunningTasks", load.tasks, "Count"
    if workers is not None:
        yield pool.queue, "WorkersGap", capacity.gap(needed, workers.desired), "Count"
        yield pool.queue, "WorkersSurplus", capacity.surplus(needed, len(load.hosts), workers.desired), "Count"
        reservation = capacity.reservation(load, pool.concurrency, workers.present)
        yield pool.queue, "CapacityProviderReservation", reservation, "Percent"

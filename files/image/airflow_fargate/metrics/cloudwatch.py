"""The metrics of a period, as PutMetricData takes them.

Every metric has the dimension `environment`; those of the load have `queue` too. QueuedTasks, RunningTasks and
OldestQueuedTask belong to a queue; the others to a pool of workers, whose `queue` is the list of its queues, joined by
commas: most pools have one.

QueuedTasks                  tasks that wait for a worker
RunningTasks                 tasks that run
OldestQueuedTask             seconds since the oldest of the waiting ones was queued
WorkersNeeded                ceil((queued + running) / worker_concurrency)
WorkersBusy                  workers on which tasks run
WorkersGap                   needed - desired; missing while ECS does not answer, as are the three below and the last
WorkersSurplus               desired - the larger one of needed and busy, at least 0
WorkersDesired               workers that the service is to have
WorkersRunning               workers that run
NumberOfActiveRunningTasks   queued + running
CapacityProviderReservation  percent: queued + running tasks of the slots that the present workers have

HeartbeatAge                 by `component`: seconds since the newest heartbeat of a scheduler, dag-processor, triggerer
                             or since it was to have none; missing while its service is to have no tasks
DesiredTasks                 by `service`: tasks that a service is to have that is no pool; missing without ECS
ImportErrors                 DAG files that cannot be imported
FinishedTasks                by `state` (success, failed, up_for_retry): tasks that ended since the last period
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from airflow_fargate.metrics import capacity, vitals
from airflow_fargate.metrics.capacity import Load
from airflow_fargate.metrics.settings import Pool
from airflow_fargate.metrics.vitals import Vitals
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
    return [
        datum(environment, {"queue": queue}, name, value, unit, at)
        for pool in pools
        for queue, name, value, unit in (*_of_queues(pool, loads), *_of_pool(pool, loads, workers.get(pool.service)))
    ]


def vital_data(environment: str, found: Vitals, at: datetime) -> list[dict[str, Any]]:
    return [datum(environment, *metric, at) for metric in vitals.metrics(found)]


def desired_data(
    environment: str, services: Iterable[str], found: Mapping[str, Workers], at: datetime
) -> list[dict[str, Any]]:
    return [
        datum(environment, {"service": service}, "DesiredTasks", found[service].desired, "Count", at)
        for service in services
        if service in found
    ]


def datum(
    environment: str, dimensions: Mapping[str, str], name: str, value: float, unit: str, at: datetime
) -> dict[str, Any]:
    return {
        "MetricName": name,
        "Dimensions": [
            {"Name": key, "Value": text} for key, text in {"environment": environment, **dimensions}.items()
        ],
        "Timestamp": at,
        "Value": float(value),
        "Unit": unit,
        "StorageResolution": RESOLUTION,
    }


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
        yield pool.queue, "WorkersDesired", workers.desired, "Count"
        yield pool.queue, "WorkersRunning", workers.running, "Count"
        reservation = capacity.reservation(load, pool.concurrency, workers.present)
        yield pool.queue, "CapacityProviderReservation", reservation, "Percent"

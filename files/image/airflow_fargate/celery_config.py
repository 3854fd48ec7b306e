"""Celery configuration: named by `[celery] celery_config_options`, so imported by the scheduler and the workers."""

from __future__ import annotations

from typing import Any

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery.signals import celeryd_init, heartbeat_sent

from airflow_fargate import heartbeat

CELERY_CONFIG: dict[str, Any] = {**DEFAULT_CELERY_CONFIG}


@heartbeat_sent.connect
def record_heartbeat(**_: object) -> None:
    """Let the health check see that the worker's event loop turns and its connection to the broker stands."""
    heartbeat.record("worker")


@celeryd_init.connect
def protect_from_scale_in(instance: Any, **_: object) -> None:
    """Let tasks run only while ECS protects the worker. Imported here, because the scheduler needs none of it."""
    from airflow_fargate.worker.bootstep import ScaleInProtection

    instance.app.steps["consumer"].add(ScaleInProtection)

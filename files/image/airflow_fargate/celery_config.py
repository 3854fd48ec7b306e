"""Celery configuration: named by `[celery] celery_config_options`, so imported by the scheduler and the workers."""

from __future__ import annotations

from typing import Any

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery.signals import heartbeat_sent

from airflow_fargate import worker_heartbeat

CELERY_CONFIG: dict[str, Any] = {**DEFAULT_CELERY_CONFIG}


@heartbeat_sent.connect
def record_heartbeat(**_: object) -> None:
    """Let the health check see that the worker's event loop turns and its connection to the broker stands."""
    worker_heartbeat.record()

"""What the metrics publisher reads from its environment. Every variable is named here.

AIRFLOW_FARGATE_ENVIRONMENT               dimension `environment` of the metrics
AIRFLOW_FARGATE_CLUSTER                   ECS cluster of the workers
AIRFLOW_FARGATE_POOLS                     worker pools by ECS service:
                                          {"worker": {"queues": ["default"], "concurrency": 4}}
AIRFLOW_FARGATE_SERVICES                  the other services, with their components: {"scheduler": "scheduler"}.
                                          Those at zero have no heartbeats that could be missing. Without it,
                                          every component is taken for wanted
AIRFLOW_FARGATE_METRICS_NAMESPACE         CloudWatch namespace (AirflowFargate)
AIRFLOW_FARGATE_METRICS_PERIOD            seconds between two publications (10)
AIRFLOW__DATABASE__SQL_ALCHEMY_CONN       metadata database; without it libpq's PG* variables
AIRFLOW__OPERATORS__DEFAULT_QUEUE         queue of tasks that name none (default)
AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT
                                          seconds after which a task without heartbeat counts as dead (300)

and what every AWS client reads: AWS_REGION, AWS_ENDPOINT_URL, the credentials of the task role.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class SettingsError(Exception):
    """Which setting is wrong, in one line."""


@dataclass(frozen=True)
class Pool:
    """The workers of one ECS service."""

    service: str
    queues: tuple[str, ...]
    concurrency: int

    @property
    def queue(self) -> str:
        """Dimension `queue` of the pool's metrics: what its workers' --queues says."""
        return ",".join(self.queues)


@dataclass(frozen=True)
class Settings:
    environment: str
    cluster: str
    pools: tuple[Pool, ...]
    region: str
    services: Mapping[str, str] = field(default_factory=dict)
    """Component by ECS service, of those that are no worker pools."""
    namespace: str = "AirflowFargate"
    period: float = 10
    default_queue: str = "default"
    heartbeat_timeout: float = 300

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        def required(*names: str) -> str:
            for name in names:
                if environment.get(name):
                    return environment[name]
            raise SettingsError(f"{names[0]} is not set")

        def seconds(name: str, default: float) -> float:
            text = environment.get(name) or str(default)
            try:
                value = float(text)
            except ValueError:
                value = 0
            if not 1 <= value <= 86400:
                raise SettingsError(f"{name} is {text}; it has to be a number of seconds from 1 to 86400")
            return value

        return cls(
            environment=required("AIRFLOW_FARGATE_ENVIRONMENT"),
            cluster=required("AIRFLOW_FARGATE_CLUSTER"),
            pools=read_pools(required("AIRFLOW_FARGATE_POOLS")),
            region=required("AWS_REGION", "AWS_DEFAULT_REGION"),
            services=read_services(environment.get("AIRFLOW_FARGATE_SERVICES") or "{}"),
            namespace=environment.get("AIRFLOW_FARGATE_METRICS_NAMESPACE") or cls.namespace,
            period=seconds("AIRFLOW_FARGATE_METRICS_PERIOD", cls.period),
            default_queue=environment.get("AIRFLOW__OPERATORS__DEFAULT_QUEUE") or cls.default_queue,
            heartbeat_timeout=seconds("AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT", cls.heartbeat_timeout),
        )


def read_pools(text: str) -> tuple[Pool, ...]:
    """The pools, in the order of their services. A queue belongs to one pool: else its tasks would count twice."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"AIRFLOW_FARGATE_POOLS is not JSON: {error}") from None
    if not isinstance(value, dict) or not value:
        raise SettingsError("AIRFLOW_FARGATE_POOLS is not an object with at least one service")
    pools = tuple(_pool(service, value[service]) for service in sorted(value))
    owners: dict[str, str] = {}
    for pool in pools:
        for queue in pool.queues:
            if queue in owners:
                raise SettingsError(
                    f"AIRFLOW_FARGATE_POOLS: queue {queue} belongs to {owners[queue]} and {pool.service}"
                )
            owners[queue] = pool.service
    return pools


def read_services(text: str) -> dict[str, str]:
    """The component of each service, in the order of the services."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"AIRFLOW_FARGATE_SERVICES is not JSON: {error}") from None
    if not isinstance(value, dict) or not all(isinstance(item, str) and item for item in [*value, *value.values()]):
        raise SettingsError("AIRFLOW_FARGATE_SERVICES is not an object of services and the names of their components")
    return dict(sorted(value.items()))


def _pool(service: str, value: Any) -> Pool:
    match value:
        case {"queues": [_, *_] as queues, "concurrency": int(concurrency)} if len(value) == 2 and concurrency > 0:
            if all(isinstance(queue, str) and queue for queue in queues) and not isinstance(concurrency, bool):
                return Pool(service, tuple(queues), concurrency)
    raise SettingsError(
        f'AIRFLOW_FARGATE_POOLS: {service} is not {{"queues": [at least one name], "concurrency": at least 1}}'
    )

"""The loop: measure, publish, say so in one line, wait for the next period.

Nothing but SIGTERM ends it. While the database or CloudWatch does not answer nothing is published: an old number would
be worse than none. Periods that were missed are not made up for.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, CredentialRetrievalError, NoCredentialsError

from airflow_fargate import heartbeat
from airflow_fargate.metrics import capacity, cloudwatch, workers
from airflow_fargate.metrics.capacity import Load
from airflow_fargate.metrics.load import Database, DatabaseError
from airflow_fargate.metrics.settings import Settings
from airflow_fargate.metrics.vitals import Vitals
from airflow_fargate.metrics.wanted import Wanted
from airflow_fargate.metrics.workers import Workers

AWS_ERRORS = (BotoCoreError, ClientError)
# The next period is the next attempt. Together with those of the database, these seconds are fewer than the minute
# after which the health check takes the publisher for hung.
CLIENT = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})


class Aws:
    """Clients of ECS and CloudWatch, made when they are needed: credentials may come later than the process."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.session: botocore.session.Session | None = None
        self.clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if self.session is None:
            self.session = botocore.session.get_session()
        if service not in self.clients:
            self.clients[service] = self.session.create_client(service, region_name=self.region, config=CLIENT)
        return self.clients[service]

    def failed(self, error: Exception) -> None:
        """A session remembers that it found no credentials; the next one looks again."""
        if isinstance(error, (NoCredentialsError, CredentialRetrievalError)):
            self.session = None
            self.clients = {}


class Publisher:
    def __init__(self, settings: Settings, database: Database, aws: Aws) -> None:
        self.settings = settings
        self.database = database
        self.aws = aws
        self.wanted = Wanted(settings.services)
        self.failures = 0
        self.counted_until = datetime.now(UTC)

    def publish(self) -> dict[str, Any]:
        """Measure and publish once; return what to write about it."""
        at = datetime.now(UTC)
        line: dict[str, Any] = {"time": at.isoformat(timespec="milliseconds"), "level": "info", "event": "published"}
        begin = time.monotonic()
        try:
            loads = self.database.loads()
            vitals = self.database.vitals(self.counted_until)
            present = self.workers(line)
            ages = self.wanted.heartbeat_ages(vitals.heartbeat_ages, present, begin)
            self.put(loads, present, replace(vitals, heartbeat_ages=ages), at)
        except DatabaseError as error:
            self.note_failure(line, "not published: the database does not answer", error)
        except AWS_ERRORS as error:
            self.aws.failed(error)
            self.note_failure(line, "not published: CloudWatch does not take it", error)
        else:
            self.failures = 0
            # Tasks that ended in a period that was not published are counted in the next one.
            self.counted_until = vitals.until
            line.update(summary(self.settings, loads, present))
        line["seconds"] = round(time.monotonic() - begin, 3)
        return line

    def workers(self, line: dict[str, Any]) -> dict[str, Workers]:
        """What ECS says of all services; without it everything but the gap and the wanted tasks is published."""
        services = [*(pool.service for pool in self.settings.pools), *self.settings.services]
        try:
            return workers.describe(self.aws.client("ecs"), self.settings.cluster, services)
        except AWS_ERRORS as error:
            self.aws.failed(error)
            line.update(level="warning", event="published without gap: ECS does not answer", reason=one_line(error))
            return {}

    def put(self, loads: dict[str, Load], present: dict[str, Workers], vitals: Vitals, at: datetime) -> None:
        settings = self.settings
        data = cloudwatch.metric_data(settings.environment, settings.pools, loads, present, at)
        data += cloudwatch.vital_data(settings.environment, vitals, at)
        data += cloudwatch.desired_data(settings.environment, settings.services, present, at)
        self.aws.client("cloudwatch").put_metric_data(Namespace=settings.namespace, MetricData=data)

    def note_failure(self, line: dict[str, Any], event: str, error: Exception) -> None:
        self.failures += 1
        line.update(level="error", event=event, reason=one_line(error), failures=self.failures)

    def run(self) -> None:
        while True:
            begin = time.monotonic()
            print(json.dumps(self.publish()), flush=True)
            heartbeat.record("metrics")
            time.sleep(max(0, begin + delay(self.settings.period, self.failures) - time.monotonic()))


def delay(period: float, failures: int) -> float:
    """Seconds between two attempts: more after failures in a row, but few enough to notice their end soon."""
    return period * min(max(failures, 1), 3)


def summary(settings: Settings, loads: dict[str, Load], present: dict[str, Workers]) -> dict[str, Any]:
    pools = {}
    for pool in settings.pools:
        load = capacity.of_queues(loads, pool.queues)
        needed = capacity.workers_needed(load, pool.concurrency)
        found = present.get(pool.service)
        pools[pool.service] = {
            "queued": load.queued,
            "running": load.running,
            "needed": needed,
            "busy": len(load.hosts),
            "desired": found.desired if found else None,
            "present": found.present if found else None,
        }
    served = {queue for pool in settings.pools for queue in pool.queues}
    unserved = {queue: load.tasks for queue, load in loads.items() if queue not in served}
    return {"pools": pools} | ({"tasks_in_queues_without_workers": unserved} if unserved else {})


def one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def run(settings: Settings, database: Database) -> None:
    # Raised wherever the loop happens to be: nothing it does needs to be finished.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Publisher(settings, database, Aws(settings.region)).run()

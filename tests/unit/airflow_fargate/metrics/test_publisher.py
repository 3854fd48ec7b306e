"""One period of the publisher: botocore's own clients against a stub that knows the shapes of the API, no database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError
from botocore.session import Session
from botocore.stub import ANY, Stubber
from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.metrics import cloudwatch, workers
from airflow_fargate.metrics.capacity import Load
from airflow_fargate.metrics.load import Database, DatabaseError
from airflow_fargate.metrics.publisher import Aws, Publisher, delay
from airflow_fargate.metrics.settings import Pool, Settings
from airflow_fargate.metrics.vitals import Vitals
from airflow_fargate.metrics.workers import Workers

SETTINGS = Settings("prod", "airflow-prod", (Pool("worker", ("default",), 4),), "eu-west-1")
SERVICE = {"serviceName": "worker", "status": "ACTIVE", "desiredCount": 1, "runningCount": 1, "pendingCount": 1}
HOSTS = frozenset({"10.0.0.7", "10.0.0.8"})
EXPECTED = {
    "QueuedTasks": 18,
    "RunningTasks": 2,
    "OldestQueuedTask": 7.5,
    "WorkersNeeded": 5,
    "WorkersBusy": 2,
    "NumberOfActiveRunningTasks": 20,
    "WorkersGap": 4,
    "WorkersSurplus": 0,
    "WorkersDesired": 1,
    "WorkersRunning": 1,
    "CapacityProviderReservation": 250,
}


class FakeDatabase(Database):
    def __init__(self) -> None:
        self.answer: dict[str, Load] | Exception = {"default": Load(18, 2, 7.5, HOSTS)}
        self.ages: dict[str, float] = {}
        self.asked: list[datetime] = []
        self.counted: list[datetime] = []

    def loads(self) -> dict[str, Load]:
        match self.answer:
            case Exception() as error:
                raise error
            case loads:
                return loads

    def vitals(self, since: datetime) -> Vitals:
        self.asked.append(since)
        self.counted.append(since + timedelta(seconds=10))
        return Vitals(self.counted[-1], self.ages)


class Stage:
    """A publisher, and what it talks to."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.database = FakeDatabase()
        self.aws = Aws("eu-west-1")
        self.aws.session = Session()
        self.aws.session.set_credentials("key", "secret")
        self.ecs = Stubber(self.aws.client("ecs"))
        self.cloudwatch = Stubber(self.aws.client("cloudwatch"))
        self.publisher = Publisher(settings, self.database, self.aws)
        self.ecs.activate()
        self.cloudwatch.activate()

    def takes(self) -> None:
        self.cloudwatch.add_response("put_metric_data", {}, {"Namespace": "AirflowFargate", "MetricData": ANY})

    def describes(self) -> None:
        asked = {"cluster": "airflow-prod", "services": ["worker"]}
        self.ecs.add_response("describe_services", {"services": [SERVICE], "failures": []}, asked)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.ecs.assert_no_pending_responses()
    stage.cloudwatch.assert_no_pending_responses()


def test_a_period(stage: Stage) -> None:
    stage.describes()
    stage.takes()

    line = stage.publisher.publish()

    datetime.fromisoformat(line.pop("time"))
    line.pop("seconds")
    assert line == {
        "level": "info",
        "event": "published",
        "pools": {"worker": {"queued": 18, "running": 2, "needed": 5, "busy": 2, "desired": 1, "present": 2}},
    }


@pytest.mark.parametrize(("desired", "published"), [(0, False), (1, True)])
def test_who_is_at_zero_on_purpose_has_no_heartbeats(desired: int, published: bool) -> None:
    stage = Stage(replace(SETTINGS, services={"beat": "scheduler"}))
    stage.database.ages = {"scheduler": 5000.0}
    beat = {**SERVICE, "serviceName": "beat", "desiredCount": desired}
    asked = {"cluster": "airflow-prod", "services": ["worker", "beat"]}
    stage.ecs.add_response("describe_services", {"services": [SERVICE, beat], "failures": []}, asked)
    taken: list[dict[str, Any]] = []
    stage.aws.client("cloudwatch").meta.events.register(
        "provide-client-params.cloudwatch.PutMetricData", lambda params, **_: taken.extend(params["MetricData"])
    )
    stage.takes()

    assert stage.publisher.publish()["event"] == "published"

    values = {datum["MetricName"]: datum["Value"] for datum in taken}
    assert ("HeartbeatAge" in values) is published
    assert values["DesiredTasks"] == desired


def test_the_metrics_of_a_period() -> None:
    loads = {"default": Load(18, 2, 7.5, HOSTS)}
    found = {"worker": Workers(desired=1, present=2, running=1)}
    at = datetime.fromisoformat("2026-07-01T12:00:00+00:00")

    data = cloudwatch.metric_data("prod", SETTINGS.pools, loads, found, at)

    assert {datum["MetricName"]: datum["Value"] for datum in data} == EXPECTED
    dimensions = [{"Name": "environment", "Value": "prod"}, {"Name": "queue", "Value": "default"}]
    assert all(datum["Dimensions"] == dimensions for datum in data)
    assert {(datum["StorageResolution"], datum["Timestamp"]) for datum in data} == {(1, at)}


def test_how_airflow_is() -> None:
    at = datetime.fromisoformat("2026-07-01T12:00:00+00:00")
    found = Vitals(at, {"scheduler": 2.5}, import_errors=1, finished={"failed": 2})

    data = cloudwatch.vital_data("prod", found, at)

    environment = {"Name": "environment", "Value": "prod"}
    assert [(datum["MetricName"], datum["Dimensions"], datum["Value"], datum["Unit"]) for datum in data] == [
        ("HeartbeatAge", [environment, {"Name": "component", "Value": "scheduler"}], 2.5, "Seconds"),
        ("ImportErrors", [environment], 1, "Count"),
        ("FinishedTasks", [environment, {"Name": "state", "Value": "success"}], 0, "Count"),
        ("FinishedTasks", [environment, {"Name": "state", "Value": "failed"}], 2, "Count"),
        ("FinishedTasks", [environment, {"Name": "state", "Value": "up_for_retry"}], 0, "Count"),
    ]


def test_the_desired_count_of_what_ecs_knows() -> None:
    at = datetime.fromisoformat("2026-07-01T12:00:00+00:00")

    [datum] = cloudwatch.desired_data("prod", ["api-server", "gone"], {"api-server": Workers(0, 1)}, at)

    dimensions = [{"Name": "environment", "Value": "prod"}, {"Name": "service", "Value": "api-server"}]
    assert (datum["MetricName"], datum["Value"], datum["Dimensions"]) == ("DesiredTasks", 0, dimensions)


def test_a_pool_of_two_queues_needs_workers_for_both_together() -> None:
    pool = Pool("worker", ("default", "reports"), 4)
    loads = {"default": Load(queued=2), "reports": Load(queued=2)}

    data = cloudwatch.metric_data("prod", [pool], loads, {}, datetime.now())

    found = {(datum["Dimensions"][1]["Value"], datum["MetricName"]): datum["Value"] for datum in data}
    assert found["default", "QueuedTasks"] == found["reports", "QueuedTasks"] == 2
    assert found["default,reports", "WorkersNeeded"] == 1
    assert ("default", "WorkersNeeded") not in found


def test_zero_is_published_too() -> None:
    data = cloudwatch.metric_data("prod", SETTINGS.pools, {}, {"worker": Workers(0, 0)}, datetime.now())

    values = {datum["MetricName"]: datum["Value"] for datum in data}
    assert values == {**dict.fromkeys(EXPECTED, 0), "CapacityProviderReservation": 100}


def test_without_ecs_the_gap_is_missing_and_the_rest_published(stage: Stage) -> None:
    stage.ecs.add_client_error("describe_services", "ThrottlingException", "Rate exceeded")
    stage.takes()

    line = stage.publisher.publish()

    assert (line["level"], line["event"]) == ("warning", "published without gap: ECS does not answer")
    assert line["reason"].endswith("Rate exceeded")
    assert line["pools"]["worker"]["desired"] is None
    names = [datum["MetricName"] for datum in cloudwatch.metric_data("prod", SETTINGS.pools, {}, {}, datetime.now())]
    of_ecs = {"WorkersGap", "WorkersSurplus", "WorkersDesired", "WorkersRunning", "CapacityProviderReservation"}
    assert set(EXPECTED) - set(names) == of_ecs


def test_a_throttled_cloudwatch_is_tried_again_more_rarely(stage: Stage) -> None:
    for _time in range(2):
        stage.describes()
        stage.cloudwatch.add_client_error("put_metric_data", "Throttling", "Rate exceeded")
    stage.describes()
    stage.takes()

    lines = [stage.publisher.publish() for _time in range(3)]

    assert [line["event"] for line in lines] == ["not published: CloudWatch does not take it"] * 2 + ["published"]
    assert [line.get("failures") for line in lines] == [1, 2, None]
    assert stage.publisher.failures == 0
    stage.describes()
    stage.takes()
    stage.publisher.publish()
    # What ended meanwhile is counted once it can be published, and then no more.
    begin, counted = stage.database.asked[0], stage.database.counted
    assert stage.database.asked == [begin, begin, begin, counted[2]]


def test_without_the_database_nothing_is_published(stage: Stage) -> None:
    stage.database.answer = DatabaseError("connection failed: Connection refused")

    line = stage.publisher.publish()

    assert (line["level"], line["event"]) == ("error", "not published: the database does not answer")
    assert line["reason"] == "connection failed: Connection refused"


def test_credentials_are_looked_for_again(stage: Stage) -> None:
    session = stage.aws.session
    stage.aws.failed(NoCredentialsError())

    assert stage.aws.session is None
    assert stage.aws.client("ecs") is not None
    assert stage.aws.session is not session


def test_tasks_in_a_queue_nobody_works_on_are_told(stage: Stage) -> None:
    stage.database.answer = {"typo": Load(queued=3)}
    stage.describes()
    stage.takes()

    assert stage.publisher.publish()["tasks_in_queues_without_workers"] == {"typo": 3}


@given(st.floats(1, 60), st.integers(0, 10**9))
def test_the_wait_after_failures_has_bounds(period: float, failures: int) -> None:
    assert period <= delay(period, failures) <= 3 * period
    assert delay(period, failures) <= delay(period, failures + 1)


@pytest.mark.parametrize(("count", "calls"), [(1, 1), (10, 1), (11, 2), (25, 3)])
def test_services_are_described_in_batches(count: int, calls: int) -> None:
    asked: list[list[str]] = []

    class Client:
        def describe_services(self, cluster: str, services: list[str]) -> dict[str, Any]:
            asked.append(services)
            return {"services": [{**SERVICE, "serviceName": name} for name in services]}

    names = [f"worker-{number}" for number in range(count)]

    assert list(workers.describe(Client(), "airflow-prod", names)) == names
    assert len(asked) == calls
    assert list(itertools.chain(*asked)) == names


@pytest.mark.parametrize("services", [[], [{**SERVICE, "status": "INACTIVE"}], [{**SERVICE, "status": "DRAINING"}]])
def test_a_service_that_is_gone_has_no_workers(services: list[dict[str, Any]]) -> None:
    class Client:
        def describe_services(self, **_: object) -> dict[str, Any]:
            return {"services": services}

    assert workers.describe(Client(), "airflow-prod", ["worker"]) == {}

"""The story of a pool of workers, in the order of the tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.airflow_api import Airflow
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run, wait_until
from tests.scaling.scaling import Scaling

MOST = 5
TASKS = 20
REPORTS = {"service_queues": ["reports"], "service_concurrency": 2, "service_max_count": 2}


class Burst:
    """A DAG run of many tasks, and a deployment while its workers run."""

    def __init__(self, environment: Environment, airflow: Airflow, scaling: Scaling) -> None:
        aws = environment.aws
        self.began = datetime.now(UTC)
        airflow.unpause("fan_out")
        path = "/api/v2/dags/fan_out/dagRuns"
        self.run = airflow.must("POST", path, {"logical_date": None, "conf": {"seconds": 20}})
        wait_until(lambda: scaling.desired()["worker"] > 0, 300, "workers are wanted")
        mark = aws.mark()
        self.deployment = environment.deploy()
        self.writes = aws.writes(mark)

        def ended() -> bool:
            self.run = airflow.seen(f"{path}/{self.run['dag_run_id']}") or self.run
            return self.run["state"] in ("success", "failed")

        wait_until(ended, 600, "the run has ended")
        self.tasks = airflow.tasks("fan_out", self.run)


@pytest.fixture(scope="module")
def at_rest(environment: Environment, scaling: Scaling) -> dict[str, int]:
    """Counts once the worker of the tests before has left."""
    scaling.wait_for("worker", 0, 600)
    return scaling.desired()


@pytest.fixture(scope="module")
def burst(at_rest: dict[str, int], environment: Environment, airflow: Airflow, scaling: Scaling) -> Burst:
    return Burst(environment, airflow, scaling)


def test_workers_start_from_zero(at_rest: dict[str, int]) -> None:
    assert at_rest.pop("worker") == 0
    assert set(at_rest.values()) == {1}


def test_all_workers_that_are_needed_come_in_one_step(burst: Burst, scaling: Scaling) -> None:
    assert scaling.steps("worker", burst.began)[0] == MOST


def test_every_task_runs_once(burst: Burst) -> None:
    assert len(burst.tasks) == TASKS
    assert {(task["state"], task["try_number"]) for task in burst.tasks} == {("success", 1)}


def test_a_deployment_meanwhile_changes_nothing(burst: Burst) -> None:
    assert burst.deployment.changed_hosts == set()
    assert burst.writes == []


class Queue:
    """A second queue: its host added, used, and removed again."""

    def __init__(self, environment: Environment, airflow: Airflow, scaling: Scaling) -> None:
        inventory = environment.inventory / "hosts.yml"
        before = inventory.read_text()
        architecture = yaml.safe_load(before)
        groups = architecture["airflow"]["children"]["airflow_services"]["children"]
        groups["airflow_workers"]["hosts"]["reports"] = REPORTS
        inventory.write_text(yaml.safe_dump(architecture))
        self.added = environment.deploy()
        self.scaled_by = scaling.of_service("reports")
        self.run = airflow.run_dag("on_reports", {}, seconds=600)
        inventory.write_text(before)
        self.plan = environment.play("--check")
        self.limited = environment.play("--tags", "services", "--limit", "scheduler")
        self.still_there = scaling.services()["reports"]["status"]
        self.removed = environment.deploy()


@pytest.fixture(scope="module")
def queue(burst: Burst, environment: Environment, airflow: Airflow, scaling: Scaling) -> Queue:
    return Queue(environment, airflow, scaling)


def test_a_second_queue_is_one_host(queue: Queue, environment: Environment) -> None:
    # The log groups of all services are one task, which the first of them runs.
    assert queue.added.changed_hosts == {"aws", "api-server", "metrics", "reports"}
    [rolled_out] = re.findall(r"^  - \S+ : Roll out the service \((.*)\)$", queue.added.output, re.MULTILINE)
    assert set(rolled_out.split(", ")) == {"metrics", "reports"}
    assert queue.scaled_by["policies"] == ["workers-in", "workers-out"]
    assert len(queue.scaled_by["alarms"]) == 2
    assert queue.run["state"] == "success"


def test_a_limited_run_removes_nothing(queue: Queue) -> None:
    assert queue.limited.code == 0, queue.limited
    assert queue.still_there == "ACTIVE"


def test_a_host_that_left_takes_all_but_its_log_along(queue: Queue, scaling: Scaling, environment: Environment) -> None:
    assert "aws" in queue.plan.changed_hosts
    assert queue.removed.changed_hosts == {"aws", "metrics"}
    assert "reports" not in scaling.services()
    assert scaling.of_service("reports") == {"targets": [], "policies": [], "alarms": [], "definitions": []}
    groups = environment.aws.pages(
        "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=f"/{environment.prefix}/reports"
    )
    assert [group["retentionInDays"] for group in groups] == [30]


def test_the_pool_is_back_at_zero(queue: Queue, burst: Burst, scaling: Scaling) -> None:
    scaling.wait_for("worker", 0, 600)
    steps = scaling.steps("worker", burst.began)
    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == 0


def test_the_publisher_says_what_it_counts(queue: Queue, environment: Environment) -> None:
    logs = environment.aws.client("logs")
    events = logs.filter_log_events(logGroupName=f"/{environment.prefix}/metrics")["events"]
    lines = [json.loads(event["message"]) for event in events if event["message"].startswith("{")]
    assert {line["event"] for line in lines} >= {"published"}
    assert max(line["pools"]["worker"]["busy"] for line in lines if line["event"] == "published") <= MOST


@pytest.fixture(scope="module")
def clock(aws: EmbeddedAws) -> Iterator[Any]:
    def move(time: str) -> None:
        aws.command("clock", time)

    yield move
    move("now")


@pytest.fixture(scope="module")
def business_hours(queue: Queue, environment: Environment) -> Run:
    settings = environment.inventory / "group_vars/airflow.yml"
    hours = {"days": "MON-FRI", "start": "08:00", "end": "19:00", "timezone": "Europe/Berlin"}
    append(settings, airflow_business_hours=hours)
    # The one that opts out.
    environment.set_host_vars("dag-processor", service_business_hours={})
    return environment.deploy("--tags", "autoscaling")


def append(path: Path, **variables: object) -> None:
    path.write_text(path.read_text() + yaml.safe_dump(variables))


def test_business_hours_follow_daylight_saving(business_hours: Run, clock: Any, scaling: Scaling) -> None:
    """Berlin's clocks go forward on Sunday, 28 March 2027: 08:00 is 07:00 UTC before, and 06:00 UTC after."""
    kept = {"dag-processor": 1, "metrics": 1}
    awake = {**kept, "api-server": 1, "scheduler": 1, "triggerer": 1, "worker": 0}
    asleep = {**dict.fromkeys(awake, 0), **kept}
    assert business_hours.changed_hosts == {"aws"}

    clock("2027-03-26T17:59:00+00:00")
    assert scaling.desired() == awake
    clock("2027-03-26T18:00:30+00:00")
    assert scaling.desired() == asleep
    clock("2027-03-29T05:59:00+00:00")
    assert scaling.desired() == asleep
    clock("2027-03-29T06:00:30+00:00")
    assert scaling.desired() == awake


def test_a_deployment_at_night_leaves_it_night(
    business_hours: Run, clock: Any, environment: Environment, scaling: Scaling
) -> None:
    clock("2027-03-29T17:00:30+00:00")
    night = scaling.desired()
    run = environment.deploy("--tags", "autoscaling")
    assert run.changed_hosts == set()
    assert scaling.desired() == night
    assert night["api-server"] == 0

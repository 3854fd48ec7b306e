"""The environment sleeps and wakes up, killed on the way, and has lost nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, wait_until
from tests.running.numbers import Numbers, acting_alarms, read, records, running

DAG = "hello_fargate"
CONNECTION = {"connection_id": "keep", "conn_type": "http", "host": "example.com", "password": "kept-in-the-database"}


def status(environment: Environment) -> str:
    rds = environment.aws.client("rds")
    return str(rds.describe_db_instances(DBInstanceIdentifier=environment.prefix)["DBInstances"][0]["DBInstanceStatus"])


def path_of(run: dict[str, Any]) -> str:
    return f"/api/v2/dags/{DAG}/dagRuns/{quote(run['dag_run_id'], safe='')}"


def task(airflow: Airflow, run: dict[str, Any], task_id: str) -> dict[str, Any]:
    return dict(airflow.must("GET", f"{path_of(run)}/taskInstances/{task_id}"))


@pytest.fixture(scope="module")
def finished(former: Numbers, environment: Environment) -> dict[str, Any]:
    """A run that has ended before, and a connection."""
    nobody = Airflow(f"{environment.prefix}.alb.localhost", environment.aws.port)
    wait_until(lambda: nobody.call("GET", "/api/v2/monitor/health")[0] == 200, 300, "the load balancer has a target")
    airflow = log_in(environment)
    airflow.must("POST", "/api/v2/connections", CONNECTION)
    return airflow.run_dag(DAG, {"message": "before"})


@pytest.fixture(scope="module")
def long(finished: dict[str, Any], environment: Environment) -> dict[str, Any]:
    """A run whose first task is running when the environment is sent to sleep.

    The scheduler sends nothing else to the broker meanwhile: a task that it is just about to send when it is stopped
    stays queued, and is waited for in vain.
    """
    airflow = log_in(environment)
    body = {"logical_date": None, "conf": {"message": "long", "sleep_seconds": 30, "numbers": []}}
    run = dict(airflow.must("POST", f"/api/v2/dags/{DAG}/dagRuns", body))
    greet = f"{path_of(run)}/taskInstances/greet"
    wait_until(lambda: airflow.seen(greet).get("state") == "running", 300, "the task runs")
    return run


@pytest.fixture(scope="module")
def asleep(long: dict[str, Any], environment: Environment) -> None:
    environment.deploy_and_kill("ecs:UpdateService", "--tags", "hibernate")
    run = environment.play(playbook="playbooks/hibernate.yml")
    assert run.code == 0, run


@pytest.mark.usefixtures("asleep")
def test_nothing_runs_and_the_database_is_stopped(environment: Environment, former: Numbers) -> None:
    assert set(running(environment).values()) == {0}
    assert status(environment) == "stopped"
    assert acting_alarms(environment) == {False}
    assert records(environment).keys() == {*former, "hibernated"}


@pytest.mark.usefixtures("asleep")
def test_a_repetition_changes_nothing(environment: Environment) -> None:
    assert environment.deploy("--tags", "hibernate").changed_hosts == set()


@pytest.mark.usefixtures("asleep")
@pytest.mark.parametrize("arguments", [(), ("--tags", "scale-up")])
def test_what_needs_the_database_is_refused(
    environment: Environment, aws: EmbeddedAws, arguments: tuple[str, ...]
) -> None:
    mark = aws.mark()
    run = environment.play(*arguments)
    assert run.code != 0
    assert "it hibernates since 20" in run.output
    assert "run playbooks/wake.yml first" in run.output
    assert aws.writes(mark) == []


@pytest.fixture(scope="module")
def awake(asleep: None, environment: Environment) -> Airflow:
    environment.deploy_and_kill("rds:StartDBInstance", "--tags", "wake")
    run = environment.play(playbook="playbooks/wake.yml")
    assert run.code == 0, run
    return log_in(environment)


def test_everything_is_as_it_was(environment: Environment, former: Numbers, awake: Airflow) -> None:
    assert read(environment) == former
    assert acting_alarms(environment) == {True}
    assert all(running(environment)[name] >= numbers["desired"] for name, numbers in former.items())
    assert records(environment) == {}
    assert environment.deploy("--tags", "wake").changed_hosts == set()


def test_nothing_is_lost(awake: Airflow, finished: dict[str, Any], long: dict[str, Any]) -> None:
    assert awake.must("GET", path_of(finished))["state"] == "success"
    assert awake.must("GET", "/api/v2/connections/keep")["host"] == "example.com"
    wait_until(lambda: awake.seen(path_of(long)).get("state") in ("success", "failed"), 300, "the long run ends")
    assert awake.must("GET", path_of(long))["state"] == "success"
    greet = task(awake, long, "greet")
    # Ended by the worker that it ran on, and not once more after the sleep.
    assert (greet["state"], greet["try_number"]) == ("success", 1)
    assert task(awake, long, "shell")["state"] == "success"


def test_a_dag_runs_after_it(awake: Airflow) -> None:
    assert awake.run_dag(DAG, {"message": "after"})["state"] == "success"

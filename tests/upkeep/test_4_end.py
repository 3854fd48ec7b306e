"""Nobody waits an hour for a task before the environment goes to sleep, and it is removed in its sleep."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, wait_until
from tests.e2e.snapshot import Reader
from tests.running.numbers import running

DAG = "hello_fargate"
HIBERNATE = ("--tags", "hibernate", "-e")


@pytest.fixture(scope="module")
def busy(environment: Environment) -> tuple[Airflow, str]:
    """A worker, with little time to stop, runs a task of an hour; and the path of that task."""
    environment.set_host_vars("worker", service_min_count=1, service_stop_timeout=20)
    environment.deploy("--tags", "services", "--limit", "worker")
    airflow = log_in(environment)
    airflow.unpause(DAG)
    runs = f"/api/v2/dags/{DAG}/dagRuns"
    run = airflow.must("POST", runs, {"logical_date": None, "conf": {"sleep_seconds": 3600}})
    path = f"{runs}/{quote(run['dag_run_id'], safe='')}/taskInstances/greet"
    wait_until(lambda: airflow.seen(path).get("state") == "running", 300, "the task runs")
    return airflow, path


def test_a_time_out_names_the_task_and_leaves_it_alone(busy: tuple[Airflow, str], environment: Environment) -> None:
    airflow, path = busy
    run = environment.play(*HIBERNATE, '{"airflow_drain_timeout": 1}')
    assert run.code != 0
    assert f"{DAG} greet (running)" in run.output
    assert running(environment)["scheduler"] == 0
    task = airflow.must("GET", path)
    assert (task["state"], task["try_number"]) == ("running", 1)


@pytest.fixture(scope="module")
def asleep(busy: tuple[Airflow, str], environment: Environment) -> None:
    """The task is stopped."""
    environment.deploy(*HIBERNATE, '{"airflow_drain_timeout": 1, "airflow_drain_stops_tasks": true}')


@pytest.mark.usefixtures("asleep")
def test_or_the_task_is_stopped(environment: Environment) -> None:
    assert set(running(environment).values()) == {0}


@pytest.mark.usefixtures("asleep")
def test_an_environment_that_hibernates_can_be_removed(environment: Environment, aws: EmbeddedAws) -> None:
    run = environment.destroy()
    assert run.code == 0, run
    left = Reader(aws, environment.name).read()
    assert {kind: things for kind, things in left.items() if things} == {}

"""A task that takes longer than one wants to wait, and an environment that is removed in its sleep."""

from __future__ import annotations

import pytest

from tests.e2e.airflow_api import log_in
from tests.e2e.playbooks import Environment, wait_until
from tests.e2e.snapshot import Reader
from tests.operation.numbers import running

DAG = "hello_fargate"


@pytest.fixture(scope="module")
def busy(environment: Environment) -> None:
    """A worker runs a task that takes an hour."""
    airflow = log_in(environment)
    body = {"logical_date": None, "conf": {"message": "endless", "sleep_seconds": 3600}}
    run = airflow.must("POST", f"/api/v2/dags/{DAG}/dagRuns", body)
    wait_until(lambda: "running" in {task["state"] for task in airflow.tasks(DAG, run)}, 60, "a task runs")


@pytest.mark.usefixtures("busy")
def test_a_time_out_names_the_task_and_leaves_it_alone(environment: Environment) -> None:
    run = environment.play("--tags", "hibernate", "-e", '{"airflow_drain_timeout": 1}')
    assert run.code != 0
    assert f"{DAG} greet (running)" in run.output
    assert running(environment)["worker"] == 1
    assert running(environment)["scheduler"] == 0


@pytest.mark.usefixtures("busy")
def test_or_the_task_is_stopped(environment: Environment) -> None:
    wanted = '{"airflow_drain_timeout": 1, "airflow_drain_stops_tasks": true}'
    environment.deploy("--tags", "hibernate", "-e", wanted)
    assert set(running(environment).values()) == {0}


@pytest.mark.usefixtures("busy")
def test_an_environment_that_hibernates_can_be_removed(environment: Environment) -> None:
    run = environment.destroy()
    assert run.code == 0, run
    assert not any(Reader(environment.aws, environment.name).read().values())

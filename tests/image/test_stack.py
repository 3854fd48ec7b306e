"""Airflow from the image at work."""

from __future__ import annotations

import json
import secrets

import pytest

from tests.image.airflow_stack import COMMANDS, Stack
from tests.image.engine import Result, wait_until

JOBS = ["scheduler", "dag-processor", "triggerer"]


@pytest.mark.parametrize("component", COMMANDS)
def test_a_health_check_costs_less_than_a_second_of_cpu(stack: Stack, component: str) -> None:
    script = f"TIMEFORMAT='%U %S'; time airflow-fargate health {component}"
    results: list[Result] = []

    def healthy() -> bool:
        results.append(stack.execute(component, "bash", "-c", script))
        return results[-1].code == 0

    # On a busy machine a component may not answer in time.
    wait_until(healthy, what=lambda: str(results[-1]))
    assert sum(map(float, results[-1].errors.split())) < 1


@pytest.mark.parametrize("component", COMMANDS)
def test_a_component_that_does_not_run_is_unhealthy(stack: Stack, component: str) -> None:
    # A host of its own: another component's heartbeat must not count.
    result = stack.containers.run(
        stack.image, "airflow-fargate", "health", component, environment={"PGCONNECT_TIMEOUT": "2"}
    )

    assert result.code == 1
    assert result.errors.startswith("unhealthy: "), result
    assert len(result.errors.splitlines()) == 1


@pytest.mark.parametrize("component", JOBS)
def test_a_hung_component_is_unhealthy(stack: Stack, component: str) -> None:
    stack.containers.must("pause", stack.components[component])
    try:
        wait_until(
            lambda: "s old, more than 6 s" in stack.run("airflow-fargate", "health", component, "--max-age=6").errors,
            what=lambda: str(stack.run("airflow-fargate", "health", component, "--max-age=6")),
        )
    finally:
        stack.containers.must("unpause", stack.components[component])
    stack.wait_healthy(component)


def test_a_worker_without_its_broker_is_unhealthy(stack: Stack) -> None:
    stack.containers.must("pause", stack.valkey)
    try:
        wait_until(
            lambda: "s old, more than 6 s" in stack.health("worker", max_age=6).errors,
            what=lambda: str(stack.health("worker", max_age=6)),
        )
    finally:
        stack.containers.must("unpause", stack.valkey)
    wait_until(lambda: stack.health("worker", max_age=6).code == 0, what=lambda: str(stack.health("worker")))


def test_the_example_dag_succeeds_and_its_message_is_in_the_log(stack: Stack) -> None:
    message = f"message-{secrets.token_hex(8)}"
    assert stack.request("GET", "/api/v2/importErrors")["import_errors"] == []
    stack.request("PATCH", "/api/v2/dags/hello_fargate", {"is_paused": False})

    run = stack.trigger("hello_fargate", message=message, numbers=[2, 3])

    assert stack.wait_for_run(run) == "success", stack.task_states(run)
    assert stack.task_states(run)["square"] == ["success"] * 2
    lines = stack.containers.logs(stack.components["worker"]).splitlines()
    events = [json.loads(line)["event"] for line in lines if line.startswith("{") and message in line]
    assert any(event.startswith(f"{message} (from ") for event in events)
    assert any(event.startswith(f"{message}, says airflow") for event in events)


def test_tasks_run_although_their_worker_cannot_reach_the_result_backend(stack: Stack) -> None:
    """As while the database fails over, or its password is new and the worker's is not yet."""
    stack.request("PATCH", "/api/v2/dags/hello_fargate", {"is_paused": False})
    stack.sql(f"CREATE ROLE results SUPERUSER LOGIN PASSWORD '{stack.password}'")
    backend = f"db+postgresql+psycopg2://results:{stack.password}@127.0.0.1:5432/airflow"
    stack.replace("worker", AIRFLOW__CELERY__RESULT_BACKEND=backend)
    try:
        stack.sql("ALTER ROLE results NOLOGIN")
        stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'results'")
        run = stack.trigger("hello_fargate", numbers=[1, 2])
        assert stack.wait_for_run(run) == "success", stack.task_states(run)
        assert "Failed operation _store_result" in stack.containers.logs(stack.components["worker"])
    finally:
        stack.replace("worker")


def test_a_worker_that_is_stopped_finishes_its_task(stack: Stack) -> None:
    stack.request("PATCH", "/api/v2/dags/hello_fargate", {"is_paused": False})
    run = stack.trigger("hello_fargate", sleep_seconds=6)
    wait_until(
        lambda: "second 1 of 6" in stack.containers.logs(stack.components["worker"]),
        what=lambda: str(stack.task_states(run)),
    )

    stack.containers.must("kill", "--signal", "TERM", stack.components["worker"])
    code = stack.containers.must("wait", stack.components["worker"])

    assert code.strip() == "0"
    assert stack.task_states(run)["greet"] == ["success"]
    stack.wait_healthy("scheduler")

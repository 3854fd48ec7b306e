"""What becomes of Airflow's tasks when ECS stops their worker. Last of all: the stack's worker is replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.image.airflow_stack import Stack
from tests.image.engine import Containers, wait_until

AGENT = (Path(__file__).parent / "fake_ecs_agent.py").read_text()
PORT = 9898
PROTECTED = {"ECS_AGENT_URI": f"http://127.0.0.1:{PORT}/v4", "AIRFLOW_FARGATE_IDLE_SECONDS": "0"}


@pytest.fixture(scope="module")
def agent(containers: Containers, stack: Stack) -> str:
    stack.request("PATCH", "/api/v2/dags/hello_fargate", {"is_paused": False})
    return containers.start("stack-agent", stack.image, "python", "-c", AGENT, str(PORT), network=stack.network)


def worker_log(stack: Stack) -> str:
    return stack.containers.logs(stack.components["worker"])


def phases(stack: Stack) -> list[str]:
    """What the worker has told of its protection; it may write something else after the last."""
    return [json.loads(line)["event"] for line in worker_log(stack).splitlines() if "scale-in protection: " in line]


def start_endless_task(stack: Stack) -> str:
    run = stack.trigger("hello_fargate", sleep_seconds=3600)
    wait_until(lambda: "second 1 of 3600" in worker_log(stack), what=lambda: str(stack.task_states(run)))
    return run


def stop_worker(stack: Stack) -> None:
    stack.containers.must("kill", "--signal", "TERM", stack.components["worker"])
    assert stack.containers.must("wait", stack.components["worker"]).strip() == "0", worker_log(stack)


def greet(stack: Stack, run: str) -> dict[str, Any]:
    return stack.request("GET", f"{run}/taskInstances/greet")


def test_a_dag_runs_protected_and_the_worker_gives_protection_up(stack: Stack, agent: str) -> None:
    stack.replace("worker", **PROTECTED)

    run = stack.trigger("hello_fargate")

    assert stack.wait_for_run(run) == "success", stack.task_states(run)
    wait_until(lambda: phases(stack)[-1].endswith("leaving -> idle"), what=lambda: worker_log(stack))
    requests = [json.loads(line) for line in stack.containers.logs(agent).splitlines() if line.startswith("{")]
    wanted = [request["body"]["ProtectionEnabled"] for request in requests]
    assert wanted == [True, False] * (len(wanted) // 2)
    assert phases(stack)[0] == "scale-in protection: idle -> securing"


def test_a_task_that_the_stop_timeout_cuts_off_is_retried(stack: Stack, agent: str) -> None:
    stack.replace("worker", **PROTECTED, AIRFLOW_FARGATE_STOP_TIMEOUT="10")
    run = start_endless_task(stack)

    stop_worker(stack)

    task = greet(stack, run)
    assert (task["state"], task["try_number"], task["max_tries"]) == ("up_for_retry", 1, 1)
    stack.request("PATCH", run, {"state": "failed"})


def test_a_task_that_has_not_started_is_left_to_another_worker(stack: Stack, agent: str) -> None:
    stack.containers.must("exec", agent, "sh", "-c", "echo refused > /tmp/answer")
    stack.replace("worker", **PROTECTED)
    run = stack.trigger("hello_fargate")
    wait_until(lambda: "goes back to the broker" in worker_log(stack), what=lambda: worker_log(stack))

    stop_worker(stack)
    assert greet(stack, run)["state"] == "queued"
    stack.containers.must("exec", agent, "sh", "-c", "echo yes > /tmp/answer")
    stack.replace("worker", **PROTECTED)

    assert stack.wait_for_run(run) == "success", stack.task_states(run)
    assert greet(stack, run)["try_number"] == 1

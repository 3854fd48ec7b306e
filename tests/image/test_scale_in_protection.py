"""A worker's scale-in protection: real Celery and Valkey, an ECS agent that answers as told."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.image.airflow_stack import VALKEY
from tests.image.engine import Containers, wait_until

FOLDER = Path(__file__).parent
AGENT = (FOLDER / "fake_ecs_agent.py").read_text()
WORKER = (FOLDER / "celery_worker.py").read_text()
PORT = 9898
# A worker that gives its protection up as soon as it can.
EAGER = {"ECS_AGENT_URI": f"http://127.0.0.1:{PORT}/v4", "AIRFLOW_FARGATE_IDLE_SECONDS": "0"}
# A worker that asks every second whether a deployment replaces it, and would otherwise stay protected for ever.
WATCHING = {
    "ECS_AGENT_URI": f"http://127.0.0.1:{PORT}/v4",
    "ECS_CONTAINER_METADATA_URI_V4": f"http://127.0.0.1:{PORT}/v4/metadata",
    "AIRFLOW_FARGATE_IDLE_SECONDS": "3600",
    "AIRFLOW_FARGATE_RETIREMENT_SECONDS": "1",
    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}",
    "AWS_ACCESS_KEY_ID": "123456789012",
    "AWS_SECRET_ACCESS_KEY": "none",
}


class Pool:
    """A broker, an ECS agent and one worker, in a network namespace of their own."""

    def __init__(self, containers: Containers, image: str, name: str) -> None:
        self.containers = containers
        self.image = image
        self.name = name
        self.valkey = containers.start(f"{name}-valkey", VALKEY)
        self.network = f"container:{self.valkey}"
        self.agent = self._start("agent", AGENT, str(PORT))
        self.worker = ""

    def _start(self, name: str, source: str, *arguments: str, **environment: str) -> str:
        command = ("python", "-c", source, *arguments)
        return self.containers.start(
            f"{self.name}-{name}", self.image, *command, network=self.network, environment=environment
        )

    def start_worker(self, **environment: str) -> None:
        self.worker = self._start("worker", WORKER, "work", **environment)
        self.wait_for_log(" ready.")

    def send(self, *tasks: str | float) -> None:
        """Name, duration, and pause after it, in turn."""
        self.containers.must("exec", self.agent, "python", "-c", WORKER, "send", *map(str, tasks))

    def answer(self, answer: str) -> None:
        self.containers.must("exec", self.agent, "sh", "-c", f"echo {answer} > /tmp/answer")

    def deploy(self, deployment: str) -> None:
        """The worker has been told of it on return."""

        def told() -> int:
            return self.containers.logs(self.agent).count(f"told: {deployment}\n")

        before = told()
        self.containers.must("exec", self.agent, "sh", "-c", f"echo {deployment} > /tmp/primary")
        wait_until(lambda: told() > before, what=self.log)

    def hold(self) -> None:
        """From here on no task ends, until `release`."""
        self.containers.must("exec", self.worker, "touch", "/tmp/hold")

    def release(self) -> None:
        self.containers.must("exec", self.worker, "rm", "/tmp/hold")

    def log(self) -> str:
        return self.containers.logs(self.worker)

    def wait_for_log(self, text: str, times: int = 1) -> None:
        wait_until(lambda: self.log().count(text) >= times, what=self.log)

    def last_phase(self) -> str:
        return self.log().rsplit("scale-in protection: ", 1)[-1].split()[2]

    def told(self, event: str) -> list[dict[str, Any]]:
        """What the tasks told."""
        lines = [json.loads(line) for line in self.log().splitlines() if line.startswith('{"event"')]
        return [line for line in lines if line["event"] == event]

    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.containers.logs(self.agent).splitlines() if line.startswith("{")]

    def queued(self) -> int:
        return int(self.containers.must("exec", self.valkey, "valkey-cli", "llen", "default"))

    def unacknowledged(self) -> int:
        return int(self.containers.must("exec", self.valkey, "valkey-cli", "hlen", "unacked"))

    def remove(self) -> None:
        for container in (self.worker, self.agent, self.valkey):
            if container:
                self.containers.remove(container)


@pytest.fixture
def pool(containers: Containers, image: str, request: pytest.FixtureRequest) -> Iterator[Pool]:
    pool = Pool(containers, image, request.node.name.split("[")[0][-40:])
    yield pool
    pool.remove()


def test_no_task_runs_unprotected_and_an_idle_worker_is_not_protected(pool: Pool) -> None:
    pool.start_worker(**EAGER)
    assert pool.requests() == []

    for turn in ("first", "second"):
        pool.send(turn, 1, 0)
        pool.wait_for_log("scale-in protection: leaving -> idle", times=1 if turn == "first" else 2)

    on = {"ProtectionEnabled": True, "ExpiresInMinutes": 60}
    assert [request["body"] for request in pool.requests()] == [on, {"ProtectionEnabled": False}] * 2
    assert [line["protected"] for line in pool.told("started") + pool.told("finished")] == [True] * 4


def test_messages_that_come_while_the_worker_leaves_are_worked_on_once_and_protected(pool: Pool) -> None:
    pool.start_worker(**EAGER)
    names = [f"task-{number}" for number in range(14)]

    # Leaving takes two to three seconds: with growing pauses between them, messages meet every moment of it.
    for_each: list[tuple[str | float, ...]] = [(name, 0, 1.2 + number / 7) for number, name in enumerate(names)]
    pool.send(*itertools.chain.from_iterable(for_each))
    wait_until(lambda: len(pool.told("finished")) >= len(names), what=pool.log)
    wait_until(lambda: pool.last_phase() == "idle", what=pool.log)

    assert sorted(line["name"] for line in pool.told("finished")) == sorted(names)
    assert all(line["protected"] for line in pool.told("started") + pool.told("finished"))
    assert (pool.queued(), pool.unacknowledged()) == (0, 0)


@pytest.mark.parametrize("answer", ["refused", "error", "lost"])
def test_without_protection_the_message_goes_back_to_the_broker(pool: Pool, answer: str) -> None:
    pool.answer(answer)
    pool.start_worker(**EAGER)

    pool.send("patient", 0, 0)
    pool.wait_for_log("goes back to the broker")
    wait_until(lambda: (pool.queued(), pool.unacknowledged()) == (1, 0), what=pool.log)
    assert pool.told("started") == []
    pool.answer("yes")
    wait_until(lambda: len(pool.told("finished")) == 1, what=pool.log)
    wait_until(lambda: pool.last_phase() == "idle", what=pool.log)

    assert [line["protected"] for line in pool.told("started")] == [True]
    assert (pool.queued(), pool.unacknowledged()) == (0, 0)


def test_protection_that_may_not_have_ended_is_ended_again(pool: Pool) -> None:
    # From the start: whoever changes the answer while a task runs may come too late.
    pool.answer("end-error")
    pool.start_worker(**EAGER)
    pool.send("short", 1, 0)
    pool.wait_for_log("securing -> protected")
    pool.wait_for_log("ECS may still protect this worker: ThrottlingException: Rate exceeded")
    pool.answer("yes")

    wait_until(lambda: pool.requests()[-1] == _ended("yes"), what=pool.log)
    pool.send("after", 0, 0)
    wait_until(lambda: len(pool.told("finished")) == 2, what=pool.log)

    assert [line["protected"] for line in pool.told("started")] == [True, True]


def test_after_a_lost_connection_to_the_broker_it_goes_on(pool: Pool) -> None:
    pool.start_worker(**EAGER)
    pool.send("long", 8, 0)
    wait_until(lambda: len(pool.told("started")) == 1, what=pool.log)

    pool.containers.must("exec", pool.valkey, "valkey-cli", "client", "kill", "type", "normal", "skipme", "yes")
    pool.wait_for_log("Connection to broker lost")
    pool.send("next", 0, 0)
    wait_until(lambda: len(pool.told("finished")) >= 2, what=pool.log)
    wait_until(lambda: pool.last_phase() == "idle", what=pool.log)

    assert all(line["protected"] for line in pool.told("started") + pool.told("finished"))


def test_a_deployment_ends_although_tasks_come_back_to_back(pool: Pool) -> None:
    pool.start_worker(**WATCHING)
    # Tasks of two seconds for a worker of two processes, which have not all been done when it hears of the deployment.
    names = [f"task-{number}" for number in range(12)]
    tasks: list[tuple[str | float, ...]] = [(name, 2, 0) for name in names]
    pool.hold()
    pool.send(*itertools.chain.from_iterable(tasks))
    wait_until(lambda: len(pool.told("started")) == 2, what=pool.log)

    pool.deploy("ecs-svc/2")
    pool.release()
    pool.wait_for_log("leaving -> retired")

    done = len(pool.told("finished"))
    assert done == len(pool.told("started")) < len(names)
    assert [line["code"] for line in pool.told("finished")] == [0] * done
    assert pool.queued() + pool.unacknowledged() == len(names) - done
    assert pool.requests()[-1] == _ended("yes")

    # ECS returns to the worker's own deployment: the rest of the work is done.
    pool.deploy("ecs-svc/1")
    wait_until(lambda: len(pool.told("finished")) == len(names), what=pool.log)
    assert "retired -> idle" in pool.log()
    assert sorted(line["name"] for line in pool.told("finished")) == sorted(names)
    assert all(line["protected"] for line in pool.told("started") + pool.told("finished"))


def test_after_sigterm_it_takes_no_message_and_finishes_its_task(pool: Pool) -> None:
    pool.start_worker(**EAGER)
    pool.send("long", 5, 0)
    wait_until(lambda: len(pool.told("started")) == 1, what=pool.log)

    pool.containers.must("kill", "--signal", "TERM", pool.worker)
    pool.send("too-late", 0, 0)
    code = pool.containers.must("wait", pool.worker)

    assert code.strip() == "0"
    assert [(line["name"], line["code"]) for line in pool.told("finished")] == [("long", 0)]
    assert (pool.queued(), pool.unacknowledged()) == (1, 0)


def test_what_the_stop_timeout_does_not_suffice_for_is_killed_and_reported(pool: Pool) -> None:
    # Half of it is for the tasks: the short one ends in that time.
    pool.start_worker(**EAGER, AIRFLOW_FARGATE_STOP_TIMEOUT="20")
    pool.send("endless", 3600, 0, "short", 1, 0)
    wait_until(lambda: len(pool.told("started")) == 2, what=pool.log)

    pool.containers.must("kill", "--signal", "TERM", pool.worker)
    code = pool.containers.must("wait", pool.worker)

    assert code.strip() == "0"
    assert sorted((line["name"], line["code"]) for line in pool.told("finished")) == [("endless", -9), ("short", 0)]
    assert "the stop time-out is nearly over: killed the unfinished tasks " in pool.log()
    assert (pool.queued(), pool.unacknowledged()) == (0, 0)


def test_without_an_agent_it_works_unprotected_and_says_so_once(pool: Pool) -> None:
    pool.start_worker()
    pool.send("one", 0, 0, "two", 0, 0)
    wait_until(lambda: len(pool.told("finished")) == 2, what=pool.log)
    pool.containers.must("kill", "--signal", "TERM", pool.worker)

    assert pool.containers.must("wait", pool.worker).strip() == "0"
    assert pool.log().count("ECS_AGENT_URI is not set: the worker runs without scale-in protection") == 1
    assert pool.log().count("scale-in protection: ") == pool.log().count("idle -> draining") == 1


def _ended(answer: str) -> dict[str, Any]:
    return {"path": "/v4/task-protection/v1/state", "body": {"ProtectionEnabled": False}, "answer": answer}

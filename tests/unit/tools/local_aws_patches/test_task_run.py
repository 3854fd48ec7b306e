"""A task comes to its end whatever fails on the way, and waits for its containers without asking all the time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

ARN = "arn:aws:ecs:us-east-1:123456789012:task/cluster/0123"


def made(module: Any, *definitions: dict[str, Any], leave: Callable[[], None] = lambda: None) -> Any:
    task = {
        "taskArn": ARN,
        "lastStatus": "RUNNING",
        "healthStatus": "UNKNOWN",
        "containers": [{"name": definition["name"]} for definition in definitions],
    }
    return module.TaskRun(task, {"containerDefinitions": list(definitions)}, None, (), lambda: None, leave)


@pytest.fixture
def module(patched: Callable[[str], Any]) -> Any:
    return patched("ecs.task_run")


def test_a_task_is_stopped_although_it_cannot_leave_its_load_balancer(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave() -> None:
        raise KeyError("TargetGroup")

    run = made(module, {"name": "main", "image": "debian"}, leave=leave)
    done: list[str] = []
    (container,) = run.containers
    container.engine_id = "c1"
    monkeypatch.setattr(container, "stop", lambda: done.append("stopped"))
    monkeypatch.setattr(container, "remove", lambda: done.append("removed"))
    run._finish()
    assert done == ["stopped", "removed"]
    assert run.task["lastStatus"] == "STOPPED"


def test_a_task_is_stopped_although_its_containers_cannot_be_removed(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("the engine is gone")

    run = made(module, {"name": "main", "image": "debian"})
    monkeypatch.setattr(run.containers[0], "remove", fail)
    run._finish()
    assert run.task["lastStatus"] == run.task["containers"][0]["lastStatus"] == "STOPPED"


def test_a_task_that_the_engine_does_not_answer_has_failed_to_start(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise requests.ConnectionError("reset by peer")

    run = made(module, {"name": "main", "image": "debian"})
    monkeypatch.setattr(run, "_start", fail)
    run.run("123456789012", "us-east-1")
    assert (run.task["lastStatus"], run.task["stopCode"]) == ("STOPPED", "TaskFailedToStart")


def test_a_container_that_waits_for_its_network_is_not_looked_at_all_the_time(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`main` holds the network and waits for `init`; `side` could start, but for the network."""
    init = {"name": "init", "image": "debian", "essential": False}
    main = {"name": "main", "image": "debian", "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]}
    run = made(module, init, main, {"name": "side", "image": "debian"})
    started: list[str] = []
    looks: list[str] = []
    met, begun = run._dependencies_met, threading.Event()

    def start(container: Any, *rest: Any) -> None:
        started.append(container.name)
        container.engine_id = container.name
        begun.set()

    def look(container: Any) -> bool:
        looks.append(container.name)
        return bool(met(container))

    monkeypatch.setattr(run, "_prepare", lambda container: ("", {}, None))
    monkeypatch.setattr(run, "_start_container", start)
    monkeypatch.setattr(run, "_dependencies_met", look)
    thread = threading.Thread(target=run._start, daemon=True)
    thread.start()
    assert begun.wait(10)
    thread.join(0.2)
    assert started == ["init"]
    assert len(looks) < 20
    first = run.container("init")
    first.record["exitCode"] = 0
    first.exited.set()
    run._container_changed()
    thread.join(10)
    assert started == ["init", "main", "side"]

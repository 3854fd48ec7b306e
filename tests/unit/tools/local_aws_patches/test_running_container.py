"""A container is stopped even where the engine fails at first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from docker.errors import APIError


@pytest.fixture
def container(patched: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    module = patched("ecs.running_container")
    monkeypatch.setattr(module, "STOP_PAUSE", 0.01)
    result = module.RunningContainer({"name": "main", "stopTimeout": 2}, {}, lambda: None)
    result.engine_id = "c1"
    return result


class Engine:
    """Fails in turn with what it was given; then it stops the container."""

    def __init__(self, exited: threading.Event, *failures: Exception) -> None:
        self.api = self
        self.stops = 0
        self._exited, self._failures = exited, list(failures)

    def stop(self, identifier: str, timeout: int) -> None:
        self.stops += 1
        if self._failures:
            raise self._failures.pop(0)
        self._exited.set()

    def exec_create(self, identifier: str, command: list[str]) -> dict[str, str]:
        return {"Id": "check"}

    def exec_start(self, identifier: str) -> None:
        time.sleep(1.5)

    def exec_inspect(self, identifier: str) -> dict[str, int]:
        return {"ExitCode": 0}

    def remove_container(self, identifier: str, **options: bool) -> None:
        raise requests.ConnectionError("reset by peer")


def stop(container: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.local_aws.patches.engine_api.client", lambda: engine)
    thread = threading.Thread(target=container.stop, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "waits for ever"


def test_it_is_stopped_once(container: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(container.exited)
    stop(container, engine, monkeypatch)
    stop(container, engine, monkeypatch)
    assert engine.stops == 1


def test_an_engine_that_fails_is_asked_again(container: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(container.exited, APIError("did not die"), requests.ConnectionError("reset by peer"))
    stop(container, engine, monkeypatch)
    assert engine.stops == 3


def test_what_cannot_be_removed_is_left(container: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = SimpleNamespace(api=Engine(container.exited))
    monkeypatch.setattr("tools.local_aws.patches.engine_api.client", lambda: engine)
    container.remove()


def test_who_is_slow_on_this_machine_has_not_failed(container: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.local_aws.patches.engine_api.client", lambda: Engine(container.exited))
    assert container._succeeds(["true"], 1)

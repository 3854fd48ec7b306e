"""A container engine that fails to describe a container is asked again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import requests
from docker.errors import APIError

from tools.local_aws.patches import engine_api


def refusal(status: int) -> APIError:
    response = requests.Response()
    response.status_code = status
    return APIError("refused", response)


class Engine:
    """Answers in turn with what it was given; an error is raised."""

    def __init__(self, *answers: dict | APIError) -> None:
        self.answers = list(answers)
        self.api = self

    def inspect_container(self, identifier: str) -> dict:
        answer = self.answers.pop(0)
        if isinstance(answer, APIError):
            raise answer
        return {"Id": identifier, **answer}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_api, "time", SimpleNamespace(sleep=lambda seconds: None))


def test_a_process_that_ends_while_the_engine_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(refusal(500), {"State": "exited"})
    monkeypatch.setattr(engine_api, "client", lambda: engine)
    assert engine_api.inspect("c1") == {"Id": "c1", "State": "exited"}


def test_an_engine_that_hears_late_of_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine that takes seconds."""
    engine = Engine(*[refusal(500)] * int(5 / engine_api.INSPECT_PAUSE), {"State": "exited"})
    monkeypatch.setattr(engine_api, "client", lambda: engine)
    assert engine_api.inspect("c1")["State"] == "exited"


def test_a_container_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(refusal(404), {"State": "running"})
    monkeypatch.setattr(engine_api, "client", lambda: engine)
    with pytest.raises(APIError):
        engine_api.inspect("c1")
    assert len(engine.answers) == 1


def test_an_engine_that_fails_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(*[refusal(500)] * (engine_api.INSPECT_ATTEMPTS + 1))
    monkeypatch.setattr(engine_api, "client", lambda: engine)
    with pytest.raises(APIError):
        engine_api.inspect("c1")
    assert len(engine.answers) == 1

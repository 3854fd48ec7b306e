from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from tools.local_aws import images
from tools.local_aws.console import LocalAwsError
from tools.local_aws.engines import Engine

POSTGRES, VALKEY = images.SERVERS


def test_pulled_images_are_used_as_they_are() -> None:
    present: dict[str, dict[str, str]] = {name: {} for name in (images.BASE, POSTGRES.name, VALKEY.name)}

    assert images.missing(present) == (False, [])


def test_images_made_here_are_made_anew_when_their_sources_change() -> None:
    current = {images.CONTENT_LABEL: POSTGRES.content()}
    stale = {images.CONTENT_LABEL: "0" * 16}
    present = {images.BASE: {}, POSTGRES.name: stale, VALKEY.name: {}}

    assert images.missing(present) == (False, [POSTGRES])
    assert images.missing({**present, POSTGRES.name: current}) == (False, [])


def test_nothing_is_there() -> None:
    assert images.missing({}) == (True, [POSTGRES, VALKEY])


def test_contents_differ() -> None:
    assert POSTGRES.content() != VALKEY.content()


class FakeEngine:
    """Runs nothing; remembers what it should run, and that makes the image it names last."""

    def __init__(self, refuses: str = "") -> None:
        self.api = self
        self.refuses = refuses
        self.commands: list[list[str]] = []
        self.present: dict[str, dict[str, str]] = {}

    def images(self) -> dict[str, dict[str, str]]:
        return self.present

    def command(self, *arguments: str) -> list[str]:
        return list(arguments)

    def run(self, command: list[str], what: str) -> str:
        self.commands.append(command)
        name = command[command.index("--tag") + 1] if "--tag" in command else command[-1]
        if command[0] == "pull" and name == self.refuses:
            raise LocalAwsError("pulling failed\ntoo many requests")
        self.present[name] = {}
        return ""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    result = FakeEngine()
    monkeypatch.setattr(images, "run", result.run)
    monkeypatch.setattr(images, "registry_answers", lambda: True)
    monkeypatch.setattr(images, "make_base", lambda _engine: result.run(["import", images.BASE], "importing"))
    return result


def ensure(engine: FakeEngine) -> list[str]:
    images.ensure(cast(Engine, engine))
    return [command[0] for command in engine.commands]


def test_images_are_pulled(engine: FakeEngine) -> None:
    assert ensure(engine) == ["pull", "pull", "pull"]
    assert images.missing(engine.present) == (False, [])


def test_nothing_is_done_when_they_are_there(engine: FakeEngine) -> None:
    ensure(engine)
    engine.commands.clear()

    assert ensure(engine) == []


def test_no_registry_means_debian_packages(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "registry_answers", lambda: False)

    assert ensure(engine) == ["import", "build", "build"]
    assert images.missing(engine.present) == (False, [])


def test_what_cannot_be_pulled_is_made(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.refuses = VALKEY.name

    assert ensure(engine) == ["pull", "pull", "pull", "build"]
    assert "too many requests" in capsys.readouterr().out


@pytest.fixture
def registry() -> Iterator[tuple[str, dict[str, int]]]:
    status = {"code": 401}

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status["code"])
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v2/", status
        server.shutdown()


@pytest.mark.parametrize(("code", "answers"), [(401, True), (200, True), (403, False), (502, False)])
def test_registry(registry: tuple[str, dict[str, int]], code: int, answers: bool) -> None:
    url, status = registry
    status["code"] = code

    assert images.registry_answers(url) is answers


def test_no_registry() -> None:
    assert not images.registry_answers("http://127.0.0.1:9/v2/", 0.5)

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tools.local_aws import images

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

"""The clock that schedules follow, and the way to it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tools.local_aws.patches import clock, private_endpoints


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    private_endpoints.serve("clock", clock.endpoint)
    yield
    clock.move(0)


def put(body: object) -> tuple[int, dict[str, object]]:
    return private_endpoints.answer("PUT", "/_local_aws/clock", json.dumps(body).encode())


def test_it_is_moved_by_seconds_or_to_a_time() -> None:
    before = clock.now()
    assert put({"offset": 86400})[0] == 200
    assert clock.now() >= before + 86400
    status, shown = put({"time": "2027-03-28T06:59:00+00:00"})
    assert status == 200
    assert str(shown["time"]).startswith("2027-03-28T06:")
    assert private_endpoints.answer("GET", "/_local_aws/clock", b"")[1]["offset"] == shown["offset"]


@pytest.mark.parametrize("body", [{}, {"offset": "soon"}, {"time": "tomorrow"}, {"time": "2027-03-28T06:59:00"}])
def test_nonsense_is_refused(body: dict[str, str]) -> None:
    assert put(body)[0] == 400


def test_listeners_look_before_and_after() -> None:
    seen: list[object] = []
    clock.on_move(lambda: seen.append(clock.state()["offset"]))
    clock.move(50.0)
    assert seen == [0.0, 50.0]


def test_unknown_endpoints_and_broken_bodies() -> None:
    assert private_endpoints.answer("GET", "/_local_aws/nothing", b"")[0] == 404
    assert private_endpoints.answer("PUT", "/_local_aws/clock", b"{")[0] == 400

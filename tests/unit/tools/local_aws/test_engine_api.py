"""Against a small engine of our own on a real socket."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from tools.local_aws.console import LocalAwsError
from tools.local_aws.engine_api import EngineApi, full_name, mounted_volumes

REQUESTS: list[tuple[str, str, Any]] = []
ANSWERS: dict[tuple[str, str], tuple[int, Any]] = {}


class Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        REQUESTS.append((self.command, self.path, body))
        status, content = ANSWERS.get((self.command, urlparse(self.path).path), (404, {"message": "no such thing"}))
        payload = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def address_string(self) -> str:
        return "unix"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[EngineApi]:
    REQUESTS.clear()
    ANSWERS.clear()
    path = str(tmp_path / "s")
    with socketserver.ThreadingUnixStreamServer(path, Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield EngineApi(f"unix://{path}")
        server.shutdown()


def test_answers(api: EngineApi) -> None:
    assert not api.answers()
    ANSWERS["GET", "/_ping"] = (200, "OK")
    assert api.answers()


def test_no_engine_there(tmp_path: Path) -> None:
    assert not EngineApi(f"unix://{tmp_path}/nothing").answers()


def test_images_by_full_name(api: EngineApi) -> None:
    ANSWERS["GET", "/images/json"] = (
        200,
        [
            {"RepoTags": ["postgres:17-alpine", "localhost/mine:1"], "Labels": {"a": "b"}},
            {"RepoTags": None, "Labels": None},
            {"RepoTags": ["docker.io/valkey/valkey:8.1-alpine"], "Labels": None},
        ],
    )

    assert api.images() == {
        "docker.io/library/postgres:17-alpine": {"a": "b"},
        "localhost/mine:1": {"a": "b"},
        "docker.io/valkey/valkey:8.1-alpine": {},
    }


def test_network_has_the_given_bridge_and_addresses(api: EngineApi) -> None:
    ANSWERS["POST", "/networks/create"] = (201, {"Id": "x"})
    api.create_network("local-aws-4600", "10.17.248.0/24", "10.17.248.1", "local-aws:4600")

    body = REQUESTS[0][2]
    assert body["IPAM"]["Config"] == [{"Subnet": "10.17.248.0/24", "Gateway": "10.17.248.1"}]
    assert body["Options"]["com.docker.network.bridge.name"] == "local-aws-4600"
    assert body["Labels"] == {"ministack.instance": "local-aws:4600"}


def test_only_containers_of_the_instance_are_listed(api: EngineApi) -> None:
    ANSWERS["GET", "/containers/json"] = (200, [])
    api.containers("local-aws:4600")

    query = parse_qs(urlparse(REQUESTS[0][1]).query)
    assert query["all"] == ["true"]
    assert json.loads(query["filters"][0]) == {"label": ["ministack.instance=local-aws:4600"]}


def test_running_containers_are_killed_and_all_removed(api: EngineApi) -> None:
    ANSWERS["POST", "/containers/a/kill"] = (409, {"message": "not running any more"})
    ANSWERS["DELETE", "/containers/b"] = (204, "")
    api.remove_containers([{"Id": "a", "State": "running"}, {"Id": "b", "State": "exited"}])

    calls = {(method, urlparse(path).path) for method, path, _body in REQUESTS}
    assert calls == {("POST", "/containers/a/kill"), ("DELETE", "/containers/a"), ("DELETE", "/containers/b")}


def test_containers_are_removed_until_none_is_left(api: EngineApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is just starting is listed as created, and cannot be removed yet."""
    listings = [[{"Id": "a", "State": "created"}], [{"Id": "a", "State": "running"}], []]
    monkeypatch.setattr(api, "containers", lambda _instance: listings.pop(0))
    ANSWERS["DELETE", "/containers/a"] = (500, {"message": "container state improper"})
    ANSWERS["POST", "/containers/a/kill"] = (204, "")
    assert [container["Id"] for container in api.clear_containers()] == ["a", "a"]
    assert [method for method, _path, _body in REQUESTS] == ["DELETE", "POST", "DELETE"]


def test_an_engine_that_fails_while_a_process_ends_is_asked_again(
    api: EngineApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """podman looks into /proc for each container of a list, and fails when one is not there any more."""
    monkeypatch.setattr("tools.local_aws.engine_api.PAUSE", 0)
    listings: list[Any] = [LocalAwsError("500"), [{"Id": "a", "State": "exited"}], [{"Id": "a", "State": "exited"}], []]

    def listed(_instance: str | None) -> Any:
        listing = listings.pop(0)
        if isinstance(listing, Exception):
            raise listing
        if len(listings) == 1:
            ANSWERS["DELETE", "/containers/a"] = (204, "")
        return listing

    monkeypatch.setattr(api, "containers", listed)
    ANSWERS["DELETE", "/containers/a"] = (500, {"message": "given PID did not die within timeout"})
    assert [container["Id"] for container in api.clear_containers()] == ["a", "a"]


def test_an_engine_that_always_fails_says_why(api: EngineApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.local_aws.engine_api.PAUSE", 0)
    ANSWERS["GET", "/containers/json"] = (500, {"message": "database is locked"})
    with pytest.raises(LocalAwsError, match="database is locked"):
        api.clear_containers()


def test_a_container_that_stays_is_named(api: EngineApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.local_aws.engine_api.PAUSE", 0)
    ANSWERS["GET", "/containers/json"] = (200, [{"Id": "a", "Names": ["/sleeper"], "State": "exited"}])
    ANSWERS["DELETE", "/containers/a"] = (409, {"message": "in use"})
    with pytest.raises(LocalAwsError, match="sleeper"):
        api.clear_containers()


def test_refusal_is_an_error(api: EngineApi) -> None:
    ANSWERS["DELETE", "/volumes/data"] = (409, {"message": "volume is in use"})
    with pytest.raises(LocalAwsError, match="volume is in use"):
        api.remove_volumes(["data"])


def test_what_is_gone_is_gone(api: EngineApi) -> None:
    api.remove_volumes(["data"])
    api.remove_network("local-aws-4600")

    assert len(REQUESTS) == 2


def test_volumes_of_containers() -> None:
    containers: list[dict[str, Any]] = [
        {"Mounts": [{"Type": "volume", "Name": "data"}, {"Type": "bind", "Source": "/etc"}]},
        {"Mounts": None},
    ]

    assert mounted_volumes(containers) == {"data"}


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("postgres:17", "docker.io/library/postgres:17"),
        ("valkey/valkey:8", "docker.io/valkey/valkey:8"),
        ("docker.io/library/postgres:17", "docker.io/library/postgres:17"),
        ("localhost/x:1", "localhost/x:1"),
        ("127.0.0.1:4566/x:1", "127.0.0.1:4566/x:1"),
    ],
)
def test_full_name(name: str, full: str) -> None:
    assert full_name(name) == full

"""The HTTP client of the Airflow API, against a server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._airflow import client


class Server(ThreadingHTTPServer):
    """Answers everything with `status` and `body` and remembers the last request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.body = b"{}"
        self.request_line = ""
        self.request_headers: dict[str, str] = {}
        self.request_body = b""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        self.server.request_line = f"{self.command} {self.path}"
        self.server.request_headers = dict(self.headers)
        self.server.request_body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST = do_PATCH = answer

    def log_message(self, format: str, *args: Any) -> None:
        """The tests read what the server remembers."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def api(server: Server) -> client.AirflowClient:
    return client.AirflowClient(f"http://127.0.0.1:{server.server_port}/")


def test_localhost_names_are_this_machine_without_a_resolver() -> None:
    url, headers = client.loopback_address("http://airflow-x.alb.localhost:4566/api/v2/version?a=b")
    assert url == "http://127.0.0.1:4566/api/v2/version?a=b"
    assert headers == {"Host": "airflow-x.alb.localhost:4566"}


@pytest.mark.parametrize("url", ["https://airflow.example.com/x", "http://notlocalhost:80/x", "http://10.0.0.1/x"])
def test_other_names_are_resolved(url: str) -> None:
    assert client.loopback_address(url) == (url, {})


def test_the_load_balancers_name_reaches_the_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    named = client.AirflowClient(f"http://airflow-x.alb.localhost:{server.server_port}")
    assert named.get("/api/v2/version") == {}
    assert server.request_headers["Host"] == f"airflow-x.alb.localhost:{server.server_port}"


def test_log_in_gives_later_calls_the_token(server: Server, api: client.AirflowClient) -> None:
    server.body = b'{"access_token": "t0ken"}'
    assert api.log_in("admin", "pass") == "t0ken"
    assert server.request_line == "POST /auth/token"
    assert "Authorization" not in server.request_headers
    assert json.loads(server.request_body) == {"username": "admin", "password": "pass"}
    api.patch("/api/v2/dags/x", {"is_paused": False})
    assert server.request_line == "PATCH /api/v2/dags/x"
    assert server.request_headers["Authorization"] == "Bearer t0ken"
    assert server.request_headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, client.AirflowUnauthorized),
        (404, client.AirflowNotFound),
        (422, client.AirflowError),
        (503, client.AirflowUnavailable),
    ],
)
def test_errors_name_url_call_and_reason(
    server: Server, api: client.AirflowClient, status: int, kind: type[client.AirflowError]
) -> None:
    server.status, server.body = status, b'{"detail": "because"}'
    with pytest.raises(client.AirflowError) as raised:
        api.get("/api/v2/dags")
    assert raised.type is kind
    assert raised.value.message == f"Airflow at {api.url} answered GET /api/v2/dags with HTTP {status}: because"


def test_unreachable() -> None:
    with pytest.raises(client.AirflowUnavailable, match=r"Cannot reach Airflow at http://127.0.0.1:9: .*refused"):
        client.AirflowClient("http://127.0.0.1:9").get("/api/v2/version")


def test_something_else_answers(server: Server, api: client.AirflowClient) -> None:
    server.body = b"<html>"
    with pytest.raises(client.AirflowError, match="is not Airflow: GET / returned no JSON"):
        api.get("/")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"detail": [{"loc": ["conf"]}]}', '[{"loc": ["conf"]}]'),
        (b"<h1>Bad Gateway</h1>", "<h1>Bad Gateway</h1>"),
        (b"[]", "[]"),
    ],
)
def test_error_detail(body: bytes, detail: str) -> None:
    assert client.error_detail(body) == detail

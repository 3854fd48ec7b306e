"""Health checks, without Airflow and without a database."""

from __future__ import annotations

import http.server
import re
import socket
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_fargate import health, heartbeat
from airflow_fargate.health import Unhealthy

CONN = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


class FakePsycopg(types.ModuleType):
    """A database that answers with one age, or with an error."""

    class Error(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("psycopg2")
        self.age: float | None = 1.5
        self.problem = ""
        self.connected: tuple[str | None, int] | None = None
        self.asked: tuple[Any, ...] = ()
        self.closed = False

    def connect(self, url: str | None, connect_timeout: int) -> FakePsycopg:
        if self.problem:
            raise self.Error(self.problem)
        self.connected = (url, connect_timeout)
        return self

    def cursor(self) -> FakePsycopg:
        return self

    def close(self) -> None:
        self.closed = True

    def execute(self, _query: str, arguments: tuple[Any, ...]) -> None:
        self.asked = arguments

    def fetchone(self) -> tuple[float | None]:
        return (self.age,)


@pytest.fixture
def psycopg(monkeypatch: pytest.MonkeyPatch) -> FakePsycopg:
    fake = FakePsycopg()
    monkeypatch.setitem(sys.modules, "psycopg2", fake)
    monkeypatch.setattr(health, "host_ip_address", lambda: "10.0.0.7")
    monkeypatch.setenv(CONN, "postgresql+psycopg2://user:p%40ss@host:5432/airflow")
    return fake


@pytest.mark.parametrize(
    ("component", "job_type"),
    [("scheduler", "SchedulerJob"), ("dag-processor", "DagProcessorJob"), ("triggerer", "TriggererJob")],
)
def test_the_heartbeat_of_this_hosts_job_counts(psycopg: FakePsycopg, component: str, job_type: str) -> None:
    assert health.check(component, 60) == f"the {component}'s last heartbeat is 2 s old"
    assert psycopg.asked == (job_type, "10.0.0.7")
    assert psycopg.connected == ("postgresql://user:p%40ss@host:5432/airflow", 8)
    assert psycopg.closed


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (None, "the scheduler on this host has not sent a heartbeat yet"),
        (61.0, "the scheduler's last heartbeat is 61 s old, more than 60 s"),
    ],
)
def test_no_heartbeat_or_an_old_one_is_unhealthy(psycopg: FakePsycopg, age: float | None, reason: str) -> None:
    psycopg.age = age

    with pytest.raises(Unhealthy, match=f"^{reason}$"):
        health.check("scheduler", 60)


def test_a_database_out_of_reach_is_one_line(psycopg: FakePsycopg) -> None:
    psycopg.problem = "connection failed:\n\tConnection refused\n"

    expected = "cannot read the heartbeat of the scheduler from the database: connection failed: Connection refused"
    with pytest.raises(Unhealthy, match=f"^{expected}$"):
        health.check("scheduler", 60)


def test_without_a_url_libpq_reads_its_own_variables() -> None:
    assert health.database({}) == {}


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_the_driver_of_sqlalchemy_is_dropped(scheme: str) -> None:
    assert health.database({CONN: f"{scheme}://u:p@h/d?x=y"}) == {"conninfo": "postgresql://u:p@h/d?x=y"}


@pytest.mark.parametrize("url", ["sqlite:////tmp/airflow.db", "host=x password=secret"])
def test_another_database_is_refused_without_showing_the_url(url: str) -> None:
    with pytest.raises(Unhealthy) as refusal:
        health.database({CONN: url})
    assert url not in str(refusal.value)


@pytest.mark.parametrize("component", ["worker", "metrics"])
def test_what_has_a_heartbeat_file(monkeypatch: pytest.MonkeyPatch, component: str) -> None:
    monkeypatch.setattr(heartbeat, "age", {component: 3.0}.__getitem__)
    assert health.check(component, 60) == f"the {component}'s last heartbeat is 3 s old"

    monkeypatch.setattr(heartbeat, "age", {component: None}.__getitem__)
    with pytest.raises(Unhealthy, match=f"the {component} on this host has not sent a heartbeat yet"):
        health.check(component, 60)


class Server(http.server.ThreadingHTTPServer):
    status = 200


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the server's status."""

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.send_response(self.server.status if self.path == "/api/v2/version" else 404)
        self.end_headers()
        self.wfile.write(b"the body")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setenv("AIRFLOW__API__PORT", str(server.server_address[1]))
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


def test_the_api_server(server: Server) -> None:
    assert health.check("api-server", 60) == "the api-server answers"


def test_an_api_server_that_answers_with_an_error(server: Server) -> None:
    server.status = 503

    expected = re.escape("the api-server answers HTTP 503 on /api/v2/version: b'the body'")
    with pytest.raises(Unhealthy, match=expected):
        health.check("api-server", 60)


def test_an_api_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AIRFLOW__API__PORT", str(unused.getsockname()[1]))
        with pytest.raises(Unhealthy, match="the api-server does not answer on port"):
            health.check("api-server", 60)


def test_the_address_of_a_host_with_a_canonical_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "short")
    info = (socket.AF_INET, socket.SOCK_DGRAM, 17, "short.example", ("10.0.0.7", 0))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [info])
    monkeypatch.setattr(socket, "gethostbyname", {"short.example": "10.0.0.7"}.__getitem__)

    assert health.host_ip_address() == "10.0.0.7"


def test_the_address_of_a_host_that_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "gethostname", lambda: "short")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(socket, "gethostbyname", {"short": "10.0.0.8"}.__getitem__)

    assert health.host_ip_address() == "10.0.0.8"

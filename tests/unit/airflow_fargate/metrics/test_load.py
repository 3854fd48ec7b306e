"""The connection to the metadata database; the query itself is tested against PostgreSQL, in tests/image."""

from __future__ import annotations

import signal
import sys
import time
import types
from typing import Any

import pytest

from airflow_fargate.metrics import load
from airflow_fargate.metrics.capacity import Load
from airflow_fargate.metrics.load import Database, DatabaseError


class FakePsycopg(types.ModuleType):
    """A server that counts connections, and breaks when told."""

    class Error(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("psycopg")
        self.connections: list[dict[str, Any]] = []
        self.closed = 0
        self.broken = False

    def connect(self, **arguments: Any) -> FakePsycopg:
        self.connections.append(arguments)
        return self

    def execute(self, _query: str, parameters: dict[str, Any]) -> FakePsycopg:
        assert parameters == {"default_queue": "default", "heartbeat_timeout": 300}
        if self.broken:
            raise self.Error("server closed the connection\n\tunexpectedly\n")
        return self

    def fetchall(self) -> list[tuple[str, int, int, str, list[str]]]:
        return [("default", 2, 1, "3.5", ["10.0.0.7"])]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def psycopg(monkeypatch: pytest.MonkeyPatch) -> FakePsycopg:
    fake = FakePsycopg()
    monkeypatch.setitem(sys.modules, "psycopg", fake)
    return fake


def test_one_connection_serves_all_periods(psycopg: FakePsycopg) -> None:
    database = Database({"conninfo": "postgresql://host/airflow"}, "default", 300)

    assert [database.loads() for _time in range(3)] == [{"default": Load(2, 1, 3.5, frozenset({"10.0.0.7"}))}] * 3

    [arguments] = psycopg.connections
    assert arguments["conninfo"] == "postgresql://host/airflow"
    assert arguments["autocommit"] is True
    assert "statement_timeout" in arguments["options"]


def test_after_an_error_the_next_period_connects_anew(psycopg: FakePsycopg) -> None:
    database = Database({}, "default", 300)
    database.loads()
    psycopg.broken = True
    for _time in range(2):
        with pytest.raises(DatabaseError, match=r"^server closed the connection unexpectedly$"):
            database.loads()
    psycopg.broken = False

    assert database.loads() == {"default": Load(2, 1, 3.5, frozenset({"10.0.0.7"}))}
    assert (len(psycopg.connections), psycopg.closed) == (3, 2)


def test_a_server_that_hangs_is_given_up(psycopg: FakePsycopg, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGALRM)
    monkeypatch.setattr(load, "TIME_LIMIT", 0.05)
    monkeypatch.setattr(psycopg, "fetchall", lambda: time.sleep(60))

    with pytest.raises(DatabaseError, match=r"^no answer within 0\.05 s$"):
        Database({}, "default", 300).loads()

    assert psycopg.closed == 1
    assert signal.getsignal(signal.SIGALRM) is before

"""The connection to the metadata database; the query itself is tested against PostgreSQL, in tests/image."""

from __future__ import annotations

import signal
import sys
import time
import types
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_fargate.metrics import load, vitals
from airflow_fargate.metrics.capacity import Load
from airflow_fargate.metrics.load import Database, DatabaseError

UNTIL = datetime(2026, 7, 1, 12, tzinfo=UTC)
VITALS = (UNTIL, {"SchedulerJob": 2.5, "DagProcessorJob": None, "TriggererJob": 1}, 3, {"success": 7})


class FakePsycopg(types.ModuleType):
    """A server that counts connections, and breaks when told."""

    class Error(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("psycopg")
        self.connections: list[dict[str, Any]] = []
        self.closed = 0
        self.broken = False
        self.query = ""
        self.parameters: dict[str, Any] = {}

    def connect(self, **arguments: Any) -> FakePsycopg:
        self.connections.append(arguments)
        return self

    def execute(self, query: str, parameters: dict[str, Any]) -> FakePsycopg:
        self.query, self.parameters = query, parameters
        if self.broken:
            raise self.Error("server closed the connection\n\tunexpectedly\n")
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [VITALS] if self.query == vitals.QUERY else [("default", 2, 1, "3.5", ["10.0.0.7"])]

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
    assert psycopg.parameters == {"default_queue": "default", "heartbeat_timeout": 300}


def test_how_airflow_is_and_what_has_ended(psycopg: FakePsycopg) -> None:
    database = Database({}, "default", 300)
    begin = UNTIL - timedelta(seconds=10)

    found = database.vitals(begin)

    assert (psycopg.parameters["since"], found.until) == (begin, UNTIL)
    assert found.heartbeat_ages == {"scheduler": 2.5, "triggerer": 1.0}
    assert (found.import_errors, found.finished) == (3, {"success": 7})
    assert len(psycopg.connections) == 1


def test_a_database_without_jobs_or_outcomes() -> None:
    found = vitals.from_row((UNTIL, None, 0, None))

    assert (found.heartbeat_ages, found.import_errors, found.finished) == ({}, 0, {})


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
    monkeypatch.setattr(load, "TIME_LIMIT", 0.5)
    monkeypatch.setattr(psycopg, "fetchall", lambda: time.sleep(60))

    with pytest.raises(DatabaseError, match=r"^no answer within 0\.5 s$"):
        Database({}, "default", 300).loads()

    assert psycopg.closed == 1
    assert signal.getsignal(signal.SIGALRM) is before

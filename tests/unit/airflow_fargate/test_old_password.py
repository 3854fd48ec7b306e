"""Whether the database still takes a password."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from airflow_fargate.old_password import StillAccepted, check, with_password

URL = "postgresql://airflow:new@db:5432/airflow"


class FakePsycopg(types.ModuleType):
    class Error(Exception):
        pass

    class OperationalError(Error):
        pass

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__("psycopg")
        self.answers = answers

    @contextmanager
    def connect(self, url: str, connect_timeout: int) -> Iterator[None]:
        reason = self.answers.get(url)
        if reason:
            raise self.OperationalError(reason)
        yield


def run(monkeypatch: pytest.MonkeyPatch, answers: dict[str, str]) -> str:
    monkeypatch.setitem(sys.modules, "psycopg", FakePsycopg(answers))
    return check({"conninfo": URL}, "o/ld")


REFUSED = {"postgresql://airflow:o%2Fld@db:5432/airflow": 'FATAL: password authentication failed for user "airflow"'}


def test_the_old_password_stands_in_the_same_url() -> None:
    assert with_password(URL, "o/ld") in REFUSED


def test_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, REFUSED) == "the database refuses the old password"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "the database still takes the old password"),
        ({**REFUSED, URL: "no route"}, "the present password is not taken either: no route"),
        (dict.fromkeys(REFUSED, "too many\nclients"), "did not say that the password is wrong: too many clients"),
    ],
)
def test_it_is_not_proven(monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], reason: str) -> None:
    with pytest.raises(StillAccepted, match=reason):
        run(monkeypatch, answers)

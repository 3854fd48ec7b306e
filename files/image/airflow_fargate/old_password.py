"""Proof that the metadata database does not take a password any more."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

TIMEOUT = 10


class StillAccepted(Exception):
    """Why it is not proven, in one line."""


def with_password(url: str, password: str) -> str:
    """The URL of the database, with another password."""
    parts = urlsplit(url)
    user, address = parts.netloc.rpartition("@")[0].partition(":")[0], parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{address}"))


def check(database: Mapping[str, str], password: str) -> str:
    """Say that the old password is refused while the present one is taken, or raise StillAccepted."""
    import psycopg

    url = database["conninfo"]
    try:
        with psycopg.connect(url, connect_timeout=TIMEOUT):
            pass
    except psycopg.Error as error:
        raise StillAccepted(f"the present password is not taken either: {one_line(error)}") from error
    try:
        with psycopg.connect(with_password(url, password), connect_timeout=TIMEOUT):
            raise StillAccepted("the database still takes the old password")
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise StillAccepted(f"the database did not say that the password is wrong: {one_line(error)}") from error
    return "the database refuses the old password"


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())

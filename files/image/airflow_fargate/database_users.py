"""Who may log in to the metadata database: two users in turn, so that a new password never shuts out the old one.

Everything in the database belongs to the role `airflow_owner`, which nobody logs in as. Its members are the master
user, which only these commands use, and the users that Airflow logs in as: these act as the owner from the first
statement on.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotation-strategy.html#rotation-strategy-two-users
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

OWNER = "airflow_owner"
# The user that RDS made the database with: roles/database.
MASTER = "airflow"
# Seconds for a connection, and for the locks of what changes its owner.
TIMEOUT, LOCK_TIMEOUT = 10, "10s"
REFUSALS = ("password authentication failed", "is not permitted to log in")

# What AWS's master user, which is no superuser, has made itself before there was an owner.
OWNS = """
SELECT EXISTS (
  SELECT FROM pg_shdepend
  WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass AND refobjid = current_user::regrole
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""


class UserError(Exception):
    """What is wrong, in one line without a password."""


class StillAccepted(UserError):
    """Why it is not proven that somebody is shut out, in one line."""


@dataclass(frozen=True)
class User:
    """A name and a password, as Secrets Manager keeps those of databases."""

    username: str
    password: str = field(repr=False)

    @classmethod
    def of_secret(cls, variable: str, environment: Mapping[str, str]) -> User:
        try:
            value = json.loads(environment[variable])
            return cls(str(value["username"]), str(value["password"]))
        except (KeyError, TypeError, ValueError):
            raise UserError(f'{variable} is not {{"username": ..., "password": ...}}') from None

    @classmethod
    def master(cls, variable: str, environment: Mapping[str, str]) -> User:
        if not environment.get(variable):
            raise UserError(f"{variable} is not set")
        return cls(MASTER, environment[variable])


def url_of(user: User, database: Mapping[str, str]) -> str:
    """The address of the database, for this user."""
    parts = urlsplit(database.get("conninfo", "postgresql://"))
    address = parts.netloc.rpartition("@")[2]
    name, password = quote(user.username, safe=""), quote(user.password, safe="")
    return urlunsplit(parts._replace(netloc=f"{name}:{password}@{address}"))


def create(database: Mapping[str, str], master: User, user: User) -> str:
    """Let the user log in with this password, and say so; what is so already stays."""
    from psycopg import sql

    owner, name = sql.Identifier(OWNER), sql.Identifier(user.username)
    with session(database, master) as connection:
        cursor = connection.cursor()
        if not exists(cursor, OWNER):
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(owner))
        # PostgreSQL 16 and newer let the creator of a role administer it, but not act as it.
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
        cursor.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner))
        if cursor.execute(OWNS).fetchone()[0]:
            cursor.execute(sql.SQL("SET LOCAL lock_timeout TO {}").format(sql.Literal(LOCK_TIMEOUT)))
            cursor.execute(sql.SQL("REASSIGN OWNED BY CURRENT_USER TO {}").format(owner))
        if not exists(cursor, user.username):
            cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
        # Hashed here: a server that logs statements would have the password in its log.
        hashed = connection.pgconn.encrypt_password(user.password.encode(), user.username.encode())
        password = sql.Literal(hashed.decode())
        cursor.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, password))
        cursor.execute(sql.SQL("GRANT {} TO {}").format(owner, name))
        cursor.execute(sql.SQL("ALTER ROLE {} SET role TO {}").format(name, owner))
    with session(database, user):
        return f"user {user.username} may log in to the database"


def retire(database: Mapping[str, str], master: User, old: User) -> str:
    """Let the user log in no more, and say so once that is seen. Sessions that it has open stay open."""
    from psycopg import sql

    with session(database, master) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN PASSWORD NULL").format(sql.Identifier(old.username)))
    see_refused(database, old)
    return f"the database refuses user {old.username}"


def check_old_password(database: Mapping[str, str], master: User, old: User) -> str:
    """Say that the old password is refused while the present one is taken, or raise StillAccepted."""
    with session(database, master):
        see_refused(database, old)
    return "the database refuses the old password"


def see_refused(database: Mapping[str, str], user: User) -> None:
    try:
        with session(database, user):
            pass
    except UserError as error:
        if not any(refusal in str(error) for refusal in REFUSALS):
            raise StillAccepted(f"the database did not say that it refuses user {user.username}: {error}") from error
        return
    raise StillAccepted(f"the database still takes what user {user.username} had")


@contextmanager
def session(database: Mapping[str, str], user: User) -> Iterator[Any]:
    """A connection and a transaction, which is committed at the end of the block.

    Raises:
        UserError: the database refuses the user or a statement.
    """
    import psycopg

    try:
        with psycopg.connect(url_of(user, database), connect_timeout=TIMEOUT) as connection:
            yield connection
    except psycopg.Error as error:
        raise UserError(f"as {user.username}: {' '.join(str(error).split())}") from error


def exists(cursor: Any, role: str) -> bool:
    return cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None

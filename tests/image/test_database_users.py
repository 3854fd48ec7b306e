"""The two users that log in to the metadata database in turn, on a PostgreSQL whose master user is no superuser."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.image.airflow_stack import Stack
from tests.image.engine import Result

FIRST, SECOND = "first-password-of-two", "second-password-of-two"
OWNERS = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"


def as_user(stack: Stack, statement: str, password: str) -> Result:
    return stack.psql(statement, "airflow_2", "airflow", password)


def retire(stack: Stack, password: str, name: str = "airflow_2") -> Result:
    return stack.run(
        "airflow-fargate",
        "retire-database-user",
        AIRFLOW_FARGATE_DATABASE_MASTER_PASSWORD=stack.password,
        AIRFLOW_FARGATE_DATABASE_OLD_USER=json.dumps({"username": name, "password": password}),
    )


@pytest.fixture
def second_user(empty_stack: Stack) -> Iterator[Stack]:
    created = empty_stack.create_user("airflow_2", FIRST)
    assert (created.code, created.output) == (0, "user airflow_2 may log in to the database\n"), created
    yield empty_stack
    retired = retire(empty_stack, FIRST)
    assert retired.code == 0, retired


def test_the_migrated_tables_belong_to_neither(empty_stack: Stack) -> None:
    assert empty_stack.sql(OWNERS, database="airflow") == "airflow_owner"


def test_the_second_user_may_do_what_the_first_may(second_user: Stack) -> None:
    assert int(as_user(second_user, "SELECT count(*) FROM alembic_version", FIRST).output) == 1
    made = as_user(second_user, "CREATE TABLE of_two (id int); ALTER TABLE dag ADD COLUMN of_two int", FIRST)
    assert made.code == 0, made
    undo = "DROP TABLE of_two; ALTER TABLE dag DROP COLUMN of_two"
    second_user.sql(undo, "airflow_1", "airflow")


def test_a_user_that_exists_gets_another_password(second_user: Stack) -> None:
    assert second_user.create_user("airflow_2", SECOND).code == 0
    assert as_user(second_user, "SELECT 1", SECOND).code == 0
    assert "password authentication failed" in as_user(second_user, "SELECT 1", FIRST).errors


def test_a_user_that_is_retired_is_refused_and_can_come_back(second_user: Stack) -> None:
    for _time in range(2):
        retired = retire(second_user, FIRST)
        assert (retired.code, retired.output) == (0, "the database refuses user airflow_2\n"), retired
    assert as_user(second_user, "SELECT 1", FIRST).code != 0
    assert second_user.create_user("airflow_2", FIRST).code == 0
    assert as_user(second_user, "SELECT 1", FIRST).code == 0


def test_what_the_master_user_has_made_itself_becomes_the_owners(second_user: Stack) -> None:
    second_user.sql("CREATE TABLE of_master (id serial)", "airflow", "airflow")
    assert second_user.create_user("airflow_2", FIRST).code == 0
    assert second_user.sql(OWNERS, database="airflow") == "airflow_owner"
    second_user.sql("DROP TABLE of_master", "airflow_1", "airflow")


def test_a_server_that_logs_statements_has_no_password_in_its_log(second_user: Stack) -> None:
    second_user.sql("ALTER SYSTEM SET log_statement = 'all'")
    second_user.sql("SELECT pg_reload_conf()")
    try:
        assert second_user.create_user("airflow_2", SECOND).code == 0
    finally:
        second_user.sql("ALTER SYSTEM RESET log_statement")
        second_user.sql("SELECT pg_reload_conf()")
    log = second_user.containers.logs(second_user.postgres)
    assert 'ALTER ROLE "airflow_2" LOGIN PASSWORD' in log
    assert SECOND not in log


def test_who_may_not_is_told_so_without_a_password(empty_stack: Stack) -> None:
    wrong = {"AIRFLOW_FARGATE_DATABASE_MASTER_PASSWORD": "wrong-password-of-two"}
    refused = empty_stack.create_user("airflow_2", FIRST, **wrong)
    assert refused.code == 1
    assert refused.errors.startswith("error: as airflow: connection failed")
    assert refused.errors.count("\n") == 1
    assert "-password-of-two" not in refused.errors


def test_what_proves_that_the_old_master_password_is_gone(empty_stack: Stack) -> None:
    def check(old: str) -> Result:
        variables = {
            "AIRFLOW_FARGATE_DATABASE_MASTER_PASSWORD": empty_stack.password,
            "AIRFLOW_FARGATE_DATABASE_OLD_PASSWORD": old,
        }
        return empty_stack.run("airflow-fargate", "check-old-password", **variables)

    gone, present = check(FIRST), check(empty_stack.password)
    assert (gone.code, gone.output) == (0, "the database refuses the old password\n")
    assert (present.code, present.errors) == (1, "error: the database still takes what user airflow had\n")

"""A database's address for another user, and nothing of a password where it could be read."""

from __future__ import annotations

import pytest

from airflow_fargate.database_users import User, url_of


@pytest.mark.parametrize(
    ("database", "url"),
    [
        (
            {"conninfo": "postgresql://airflow_1:old@db:5432/airflow?sslmode=require"},
            "@db:5432/airflow?sslmode=require",
        ),
        ({"conninfo": "postgresql://db/airflow"}, "@db/airflow"),
        ({}, "@"),
    ],
)
def test_the_same_database_for_another_user(database: dict[str, str], url: str) -> None:
    assert url_of(User("airflow_2", "p/w@d"), database) == f"postgresql://airflow_2:p%2Fw%40d{url}"


def test_a_user_is_shown_without_its_password() -> None:
    assert str(User("airflow_2", "hidden")) == "User(username='airflow_2')"

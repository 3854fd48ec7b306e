"""The values of generated secrets."""

from __future__ import annotations

import base64
from urllib.parse import unquote, urlsplit

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.values import (
    fernet_key,
    next_username,
    password_request,
    render,
    user,
)
from cryptography.fernet import Fernet


def test_a_fernet_key_is_one() -> None:
    key = fernet_key()

    assert len(base64.urlsafe_b64decode(key)) == 32
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"text")) == b"text"
    assert key != fernet_key()


def test_any_password_stands_in_a_url() -> None:
    url = render("postgresql://airflow:{password}@db:5432/airflow?options={x}", "a/b@c:d%e #é")

    parts = urlsplit(url)
    assert (parts.hostname, parts.port, parts.path) == ("db", 5432, "/airflow")
    assert parts.password == "a%2Fb%40c%3Ad%25e%20%23%C3%A9"
    assert parts.query == "options={x}"


def test_every_placeholder_is_replaced() -> None:
    assert render("{password}:{password}", "x") == "x:x"


def test_password_request() -> None:
    options = {"password_length": 64, "exclude_punctuation": False, "exclude_characters": "/@"}

    assert password_request(options) == {
        "PasswordLength": 64,
        "ExcludePunctuation": False,
        "ExcludeCharacters": "/@",
    }
    assert "ExcludeCharacters" not in password_request({**options, "exclude_characters": None})


def test_a_user_stands_in_a_url() -> None:
    url = render("postgresql://{username}:{password}@db/airflow", user("a/b", "c@{d"))

    parts = urlsplit(url)
    assert parts.hostname == "db"
    assert [unquote(part or "") for part in (parts.username, parts.password)] == ["a/b", "c@{d"]


@pytest.mark.parametrize("source", ["hidden", '{"password": "hidden"}', '["hidden"]'])
def test_what_is_no_user_is_refused_and_not_shown(source: str) -> None:
    with pytest.raises(ValueError, match="not a JSON object with username and password") as caught:
        render("{username}:{password}", source)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("current", "following"),
    [(user("a", "x"), "b"), (user("b", "x"), "a"), (user("c", "x"), "a"), ("a password of once", "a"), ("[]", "a")],
)
def test_users_take_turns(current: str, following: str) -> None:
    assert next_username(["a", "b"], current) == following

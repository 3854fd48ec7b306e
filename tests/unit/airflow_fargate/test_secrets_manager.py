"""A process has one client, and asks for an option of its configuration once."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import pytest

PROVIDER = "airflow.providers.amazon.aws.secrets.secrets_manager"
OURS = "airflow_fargate.secrets_manager"


class ProvidersBackend:
    """As the provider's: a client for each, and a call for each question."""

    clients: int
    asked: list[str]
    values: dict[str, str]

    def __init__(self, config_prefix: str = "airflow/config", **kwargs: Any) -> None:
        self.config_prefix, self.sep, self.kwargs = config_prefix, "/", kwargs
        self.api_version = self.use_ssl = None

    @cached_property
    def client(self) -> int:
        type(self).clients += 1
        return type(self).clients

    def get_config(self, key: str) -> str | None:
        self.asked.append(key)
        return self.values.get(key)


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    parts = PROVIDER.split(".")
    for length in range(1, len(parts)):
        monkeypatch.setitem(sys.modules, ".".join(parts[:length]), ModuleType(parts[length - 1]))
    provider = ModuleType(PROVIDER)
    fresh = {"asked": [], "values": {}, "clients": 0}
    vars(provider)["SecretsManagerBackend"] = type("SecretsManagerBackend", (ProvidersBackend,), fresh)
    monkeypatch.setitem(sys.modules, PROVIDER, provider)
    monkeypatch.delitem(sys.modules, OURS, raising=False)
    yield importlib.import_module(OURS).SecretsManagerBackend
    sys.modules.pop(OURS, None)


def test_backends_of_a_process_share_a_client(backend: Any) -> None:
    assert backend().client is backend().client
    assert backend.clients == 1


def test_another_region_is_another_client(backend: Any) -> None:
    assert backend().client != backend(region_name="eu-west-1").client


def test_a_fork_has_a_client_of_its_own(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = backend().client
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert backend().client != before


def test_an_option_is_asked_for_once(backend: Any) -> None:
    backend.values["fernet_key"] = "one"
    assert [backend().get_config("fernet_key") for _time in range(3)] == ["one"] * 3
    assert backend.asked == ["fernet_key"]


def test_what_is_not_there_is_asked_for_again(backend: Any) -> None:
    assert backend().get_config("fernet_key") is None
    backend.values["fernet_key"] = "there now"
    assert backend().get_config("fernet_key") == "there now"


def test_environments_do_not_mix(backend: Any) -> None:
    backend.values["fernet_key"] = "one"
    assert backend("a/config").get_config("fernet_key") == "one"
    backend.values["fernet_key"] = "two"
    assert backend("b/config").get_config("fernet_key") == "two"

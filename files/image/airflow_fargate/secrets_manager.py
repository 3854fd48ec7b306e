"""Airflow's backend for Secrets Manager, for an environment that keeps its configuration there.

Airflow makes a new backend whenever it looks up an option, and each backend a client of its own, which takes some
tenths of a second: while twenty tasks started at once, the api-server answered with errors. Here a process has one
client, and asks for an option once. A rotated secret reaches the processes that start after it, as it does when it
comes from the environment.
"""

from __future__ import annotations

import os
from typing import Any

from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend as ProvidersBackend

# A client's open connections must not be used by a parent and its fork.
_clients: dict[tuple[int, str], Any] = {}
_options: dict[str, str] = {}


class SecretsManagerBackend(ProvidersBackend):
    """Takes the same `backend_kwargs`."""

    @property
    def client(self) -> Any:
        key = (os.getpid(), repr((self.api_version, self.use_ssl, self.kwargs)))
        if key not in _clients:
            _clients[key] = super().client
        return _clients[key]

    def get_config(self, key: str) -> str | None:
        """The option's value; what is not there is asked for again."""
        path = f"{self.config_prefix}{self.sep}{key}"
        if path not in _options:
            value = super().get_config(key)
            if value is None:
                return None
            _options[path] = value
        return _options[path]

"""A database without a container has failed; another one's that was made meanwhile has not."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


def test_only_a_database_without_a_container_has_failed(
    patched: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = patched("rds")
    instances: dict[str, dict[str, Any]] = {"old": {"DBInstanceStatus": "available", "_docker_container_id": None}}

    def create(params: Any) -> str:
        instances["mine"] = {"DBInstanceStatus": "available", "_docker_container_id": None}
        instances["other"] = {"DBInstanceStatus": "available", "_docker_container_id": "c1"}
        return "created"

    monkeypatch.setattr(module, "rds", SimpleNamespace(_instances=instances))
    monkeypatch.setattr(module, "create_instance", create)
    assert module.create_db_instance({}) == "created"
    states = {name: instance["DBInstanceStatus"] for name, instance in instances.items()}
    assert states == {"old": "available", "mine": "failed", "other": "available"}

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.data import (
    check_broker_node,
    check_broker_version,
    check_database_class,
    check_database_storage,
    check_database_version,
    check_recovery_window,
)


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("17.6", True),
        ("14", True),
        ("17", True),
        (16, True),
        ("13.20", False),
        ("19", False),
        ("latest", False),
        ("17.x", False),
        ("", False),
    ],
)
def test_database_versions(version: Any, good: bool) -> None:
    assert (not list(check_database_version(version))) is good


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("db.t4g.micro", True),
        ("db.m7g.2xlarge", True),
        ("t4g.micro", False),
        ("cache.t4g.micro", False),
        ("db.micro", False),
        ("", False),
    ],
)
def test_database_classes(name: str, good: bool) -> None:
    assert (not list(check_database_class(name))) is good


@pytest.mark.parametrize(
    ("storage", "most", "good"),
    [
        (20, 100, True),
        (20, 22, True),
        (20, 21, False),
        (20, 0, True),
        (100, 20, False),
        (20, 65536, True),
        (20, 65537, False),
    ],
)
def test_database_storage(storage: int, most: int, good: bool) -> None:
    assert (not list(check_database_storage(storage, most))) is good


@pytest.mark.parametrize(
    ("engine", "version", "good"),
    [
        ("valkey", "7.2", True),
        ("valkey", "8.1", True),
        ("valkey", "7.1", False),
        ("valkey", "8", False),
        ("redis", "7.1", True),
        ("redis", "6.x", True),
        ("redis", "7.2", False),
        ("redis", "5.0", False),
        ("redis", "latest", False),
        # An unknown engine is told as a wrong choice.
        ("rabbitmq", "3", True),
    ],
)
def test_broker_versions(engine: str, version: str, good: bool) -> None:
    assert (not list(check_broker_version(engine, version))) is good


@pytest.mark.parametrize(("name", "good"), [("cache.t4g.micro", True), ("db.t4g.micro", False), ("cache.micro", False)])
def test_broker_nodes(name: str, good: bool) -> None:
    assert (not list(check_broker_node(name))) is good


@pytest.mark.parametrize(("days", "good"), [(0, True), (7, True), (30, True), (1, False), (6, False), (31, False)])
def test_recovery_window(days: int, good: bool) -> None:
    assert (not list(check_recovery_window(days))) is good

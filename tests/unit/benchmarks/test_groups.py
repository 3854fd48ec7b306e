"""Inventories that grow, and when AWS was making what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.calls import Call, Task
from benchmarks.groups import creation_windows, never_built, normalize
from benchmarks.measure import Cost, Run
from benchmarks.session import with_pools


def hosts() -> dict[str, Any]:
    workers = {"airflow_workers": {"hosts": {"worker": {"service_queues": ["default"]}}}}
    return {"airflow": {"children": {"airflow_services": {"children": workers}}}}


def workers(inventory: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = inventory["airflow"]["children"]["airflow_services"]["children"]["airflow_workers"][
        "hosts"
    ]
    return result


def test_pools_besides_the_first_are_empty() -> None:
    pools = workers(with_pools(hosts(), 3))
    assert list(pools) == ["worker", "pool-2", "pool-3"]
    assert pools["worker"] == {"service_queues": ["default"]}
    assert pools["pool-3"] == {"service_queues": ["queue-3"], "service_min_count": 0}


def test_an_inventory_that_has_grown_can_grow_again() -> None:
    assert with_pools(with_pools(hosts(), 2), 4) == with_pools(hosts(), 4)


def test_a_creation_begins_with_its_task() -> None:
    task = Task("Create the broker", "a.b.c", 7.0, 2.0, 0, 10)
    request = {"service": "elasticache", "operation": "CreateReplicationGroup", "read_only": False, "parameters": {}}
    other = {**request, "operation": "CreateCacheSubnetGroup"}
    run = Run(Cost(1, 1), 0, [Call(task, other), Call(task, request)], [task], "")
    assert creation_windows(run, {"elasticache": 24.0}) == {"elasticache": [7.0, 31.0]}


def test_contexts_differ_in_content_only(tmp_path: Path) -> None:
    for name, mode in (("script", 0o700), ("text", 0o600)):
        (tmp_path / name).touch(mode)
    normalize(tmp_path)
    seen = {path.name: (path.stat().st_mode & 0o777, path.stat().st_mtime) for path in tmp_path.iterdir()}
    assert seen == {"script": (0o755, 0), "text": (0o644, 0)}
    assert tmp_path.stat().st_mtime == 0


def test_each_stage_is_new_to_the_cache() -> None:
    stages = "ARG BASE=x\nFROM ${BASE} AS one\nRUN true\nFROM ${BASE}\nCOPY --from=one /a /a\n"
    new = "ARG BASE=x\nFROM ${BASE} AS one\nARG NEVER_BUILT=w\nRUN true\n"
    assert never_built(stages, "w") == f"{new}FROM ${{BASE}}\nARG NEVER_BUILT=w\nCOPY --from=one /a /a\n"

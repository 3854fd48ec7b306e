from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.architecture import (
    check_queues,
    check_services,
)

SERVICES = {"api-server": "api-server", "scheduler": "scheduler", "dag-processor": "dag-processor"}


def queues(workers: dict[str, Any], others: dict[str, Any] | None = None, options: Any = None) -> list[str]:
    problems = check_queues(workers, others or {}, options or {})
    return [f"{problem.host}: {problem.why}" for problem in problems]


def test_services() -> None:
    assert list(check_services({**SERVICES, "worker-2": "worker"})) == []


@pytest.mark.parametrize("missing", sorted(SERVICES))
def test_services_that_airflow_needs(missing: str) -> None:
    [problem] = check_services({host: component for host, component in SERVICES.items() if host != missing})
    assert missing in problem.fix


@pytest.mark.parametrize("host", ["worker.gpu", "worker gpu", "w" * 256])
def test_names_that_no_service_can_have(host: str) -> None:
    [problem] = check_services({**SERVICES, host: "worker"})
    assert problem.value == host


def test_queues() -> None:
    workers = {"worker": {"service_queues": ["default", "light"]}, "gpu": {"service_queues": ["gpu"]}}
    assert queues(workers, {"scheduler": {}}) == []


def test_a_queue_on_two_hosts() -> None:
    workers = {"worker": {"service_queues": ["default"]}, "gpu": {"service_queues": ["gpu", "default"]}}
    [problem] = check_queues(workers, {}, {})
    assert problem.value == "default"
    assert "worker and gpu both serve it" in problem.why


def test_a_queue_listed_twice() -> None:
    assert queues({"worker": {"service_queues": ["default", "default"]}}) == ["worker: it is listed more than once"]


@pytest.mark.parametrize("settings", [{}, {"service_queues": []}])
def test_a_worker_without_queue(settings: dict[str, Any]) -> None:
    assert queues({"worker": {"service_queues": ["default"]}, "gpu": settings}) == [
        "gpu: a worker without a queue never gets a task"
    ]


@pytest.mark.parametrize("queue", ["", "a,b", "a b", 7])
def test_no_names_of_queues(queue: Any) -> None:
    assert queues({"worker": {"service_queues": ["default", queue]}}) == ["worker: it is no name of a queue"]


def test_queues_of_others_than_workers() -> None:
    others = {"scheduler": {"service_queues": ["heavy"]}}
    assert queues({"worker": {"service_queues": ["default"]}}, others) == ["scheduler: only workers serve queues"]


def test_somebody_serves_the_default_queue() -> None:
    workers = {"worker": {"service_queues": ["main"]}}
    assert queues(workers) == [": no worker serves default, where a task goes that names no queue"]
    assert queues(workers, options={"operators": {"default_queue": "main"}}) == []
    assert len(queues({})) == 1

"""Nobody says any more how many workers are needed: the pool stays as it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.airflow_api import Airflow
from tests.e2e.playbooks import Environment, wait_until
from tests.scaling.conftest import IDLE
from tests.scaling.scaling import Scaling


@pytest.fixture
def dead_publisher(environment: Environment, airflow: Airflow, scaling: Scaling) -> Iterator[dict[str, Any]]:
    """The publisher is stopped as soon as there are workers, and comes back at the end; the run of their tasks."""
    ecs = environment.aws.client("ecs")
    airflow.unpause("fan_out")
    run = airflow.must("POST", "/api/v2/dags/fan_out/dagRuns", {"logical_date": None, "conf": {"seconds": 20}})
    # The tests before have left one, which may go or have done some of the tasks meanwhile.
    wait_until(lambda: scaling.desired()["worker"] > 1, 300, "more workers are wanted")
    ecs.update_service(cluster=environment.prefix, service="metrics", desiredCount=0)
    wait_until(lambda: scaling.services()["metrics"]["runningCount"] == 0, 120, "the publisher has ended")
    yield dict(run)
    ecs.update_service(cluster=environment.prefix, service="metrics", desiredCount=1)


def test_a_pool_without_a_publisher_does_not_move(
    dead_publisher: dict[str, Any], airflow: Airflow, scaling: Scaling
) -> None:
    wanted = scaling.desired()["worker"]
    path = f"/api/v2/dags/fan_out/dagRuns/{dead_publisher['dag_run_id']}"
    wait_until(lambda: airflow.seen(path).get("state") == "success", 600, "all tasks have ended")
    since = datetime.now(UTC)
    # Longer than idle workers stay when somebody counts them.
    time.sleep(2 * IDLE)
    assert scaling.steps("worker", since) == []
    assert scaling.desired()["worker"] == wanted > 1

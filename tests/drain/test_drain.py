"""No busy worker is stopped by ECS, and a task that Spot takes away in spite of it is a failure, never a success."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from benchmarks import drill
from tests.drain.conftest import Deployed
from tests.e2e.playbooks import wait_until
from tools.local_aws import instance

DAG = "hello_fargate"
RUNS = f"/api/v2/dags/{DAG}/dagRuns"


class LongTask:
    """A task of an hour, which runs on a pool of one worker."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        deployed.pool.update(desiredCount=1)
        deployed.airflow.unpause(DAG)
        conf = {"sleep_seconds": 3600}
        run = deployed.airflow.must("POST", RUNS, {"logical_date": None, "conf": conf})
        self.path = f"{RUNS}/{quote(run['dag_run_id'], safe='')}"
        wait_until(lambda: self.state == ("running", 1), 300, "the task runs")
        self.worker = self.workers()[0]

    @property
    def state(self) -> tuple[Any, int]:
        task = self.deployed.airflow.seen(f"{self.path}/taskInstances/greet")
        return task.get("state", "not seen"), task.get("try_number", 0)

    def workers(self) -> list[str]:
        pool = self.deployed.pool
        return list(pool.ecs.list_tasks(cluster=pool.cluster, serviceName=drill.POOL)["taskArns"])

    def end(self) -> None:
        self.deployed.airflow.must("PATCH", f"{self.path}?update_mask=state", {"state": "failed"})


@pytest.fixture
def long_task(deployed: Deployed) -> Iterator[LongTask]:
    task = LongTask(deployed)
    yield task
    task.end()


def test_scale_ins_and_deployments_under_load_kill_no_task(deployed: Deployed) -> None:
    outcome = drill.run(deployed.aws, deployed.environment.prefix, deployed.airflow, count=2, seed=3, tell=print)

    assert outcome.verdict.tasks >= 3
    assert outcome.clean, outcome


def test_a_run_that_replaces_a_busy_worker_ends_and_the_worker_stays_until_its_task_has_ended(
    deployed: Deployed, long_task: LongTask
) -> None:
    again = json.dumps({"airflow_force_new_deployment": True})
    run = deployed.environment.deploy("--tags", "services", "--limit", drill.POOL, "-e", again)

    assert run.changed_hosts == {drill.POOL}
    assert long_task.state == ("running", 1)
    assert long_task.worker in long_task.workers()
    assert len(long_task.workers()) == 2
    long_task.end()
    wait_until(lambda: long_task.worker not in long_task.workers(), 300, "the old worker has gone")
    assert len(long_task.workers()) == 1


def test_a_task_that_outlasts_a_spot_interruption_is_retried_and_never_a_success(
    deployed: Deployed, long_task: LongTask
) -> None:
    instance.interrupt(instance.from_environment(deployed.aws.variables), long_task.worker)

    # Sooner than the scheduler could have missed its heartbeat.
    wait_until(lambda: long_task.state[0] not in ("running", "not seen"), 240, "the task has ended")
    assert long_task.state == ("up_for_retry", 1)
    described = deployed.pool.ecs.describe_tasks(cluster=deployed.environment.prefix, tasks=[long_task.worker])
    assert described["tasks"][0]["stopCode"] == "SpotInterruption"
    wait_until(lambda: deployed.pool.healthy() == 1, 300, "the service has replaced the worker")

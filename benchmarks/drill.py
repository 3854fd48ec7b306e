"""Scale-ins and deployments of a pool of workers under load, through the API of ECS."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.steady_load import Load, Verdict, judge
from tests.e2e.airflow_api import Airflow
from tests.e2e.embedded_aws import EmbeddedAws

POOL = "worker"
WORKERS = 2
LANES = 2
LONGEST_TASK = 20.0
# What the pool is deployed with: it leaves quickly, so that much happens in little time.
HOST_VARS = {
    "service_min_count": 0,
    "service_max_count": WORKERS,
    "service_concurrency": 2,
    "service_environment": {"AIRFLOW_FARGATE_IDLE_SECONDS": "5", "AIRFLOW_FARGATE_RETIREMENT_SECONDS": "3"},
}
# Seconds: ten times what any step takes on a quiet machine.
PATIENCE = 600.0


@dataclass(frozen=True)
class Step:
    kind: str
    seconds: float
    """From the call to the last old or surplus worker gone."""


@dataclass(frozen=True)
class Outcome:
    steps: list[Step]
    verdict: Verdict
    left_over: int
    """Workers after everything has ended and none is wanted."""

    @property
    def clean(self) -> bool:
        return self.verdict.clean and not self.left_over


class Pool:
    def __init__(self, aws: EmbeddedAws, cluster: str) -> None:
        self.ecs = aws.client("ecs")
        self.logs = aws.client("logs")
        self.scaling = aws.client("application-autoscaling")
        self.cluster = cluster

    def service(self) -> dict[str, Any]:
        return dict(self.ecs.describe_services(cluster=self.cluster, services=[POOL])["services"][0])

    def workers(self) -> int:
        service = self.service()
        return int(service["runningCount"] + service["pendingCount"])

    def stopping(self) -> bool:
        """Whether a task of the pool has not ended yet. What it wrote is in the log once it has."""
        pages = self.ecs.get_paginator("list_tasks").paginate(
            cluster=self.cluster, serviceName=POOL, desiredStatus="STOPPED"
        )
        stopped = [page["taskArns"] for page in pages if page["taskArns"]]
        described = [self.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"] for arns in stopped]
        return any(task["lastStatus"] != "STOPPED" for tasks in described for task in tasks)

    def update(self, **wanted: Any) -> None:
        self.ecs.update_service(cluster=self.cluster, service=POOL, **wanted)

    def suspend_scaling(self) -> None:
        """The drill, and nobody else, decides how many workers there are."""
        target = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{self.cluster}/{POOL}",
            "ScalableDimension": "ecs:service:DesiredCount",
        }
        found = self.scaling.describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[target["ResourceId"]], ScalableDimension=target["ScalableDimension"]
        )["ScalableTargets"]
        if found:
            kinds = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
            self.scaling.register_scalable_target(**target, SuspendedState=dict.fromkeys(kinds, True))

    def healthy(self) -> int:
        tasks = self.ecs.list_tasks(cluster=self.cluster, serviceName=POOL)["taskArns"]
        described = self.ecs.describe_tasks(cluster=self.cluster, tasks=tasks)["tasks"] if tasks else []
        return sum(task["healthStatus"] == "HEALTHY" for task in described)

    def lines(self) -> list[str]:
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/{self.cluster}/{POOL}", filterPattern='"steady load"'
        )
        return [event["message"] for page in pages for event in page["events"]]

    def wait(self, condition: Callable[[], bool], what: str) -> float:
        begin = time.monotonic()
        while not condition():
            waited = time.monotonic() - begin
            assert waited < PATIENCE, f"after {waited:.0f} s still not: {what}; {self.service()}"
            time.sleep(1)
        return time.monotonic() - begin

    # --- Steps ---

    def restore(self) -> None:
        self.update(desiredCount=WORKERS)
        self.wait(lambda: self.healthy() >= WORKERS, f"{WORKERS} healthy workers")

    def scale_in(self, count: int) -> Step:
        self.update(desiredCount=count)
        return Step(f"scale-in to {count}", self.wait(lambda: self.workers() <= count, f"{count} workers"))

    def deploy(self) -> Step:
        self.update(forceNewDeployment=True)

        def done() -> bool:
            deployments = self.service()["deployments"]
            return len(deployments) == 1 and deployments[0]["rolloutState"] == "COMPLETED"

        return Step("deploy", self.wait(done, "the rollout is complete"))


def run(
    aws: EmbeddedAws, cluster: str, airflow: Airflow, count: int, seed: int, tell: Callable[[str], None]
) -> Outcome:
    """So many scale-ins and deployments, in turn; the pool is full again before each of them."""
    pool, chance = Pool(aws, cluster), random.Random(seed)
    pool.suspend_scaling()
    pool.restore()
    steps: list[Step] = []
    with Load(airflow, LANES, LONGEST_TASK, random.Random(seed)) as load:
        for number in range(count):
            pool.wait(lambda: load.running() > 0, "a task runs")
            # The moment within the tasks' lives is different each time.
            time.sleep(chance.uniform(0, 5))
            steps.append(pool.deploy() if number % 2 else pool.scale_in(chance.randrange(WORKERS)))
            tell(f"{number + 1}/{count} {steps[-1].kind}: {steps[-1].seconds:.0f} s, {len(load.instances)} tasks ended")
            pool.restore()
    pool.update(desiredCount=0)
    pool.wait(lambda: pool.workers() == 0, "no worker")
    pool.wait(lambda: not pool.stopping(), "every worker has ended")
    return Outcome(steps, judge(load.instances, pool.lines()), pool.workers())

"""How long it takes from queued tasks to the first one that runs, when there is no worker: both scaling modes.

    python3 -m benchmarks.scale_out [--mode exact --mode target_tracking]

Each mode gets the same DAG run on a deployment of its own. AWS' own times (the start of a Fargate task above all) are
not in it: the embedded AWS starts a container at once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import ROOT, EmbeddedAws, for_tests
from tests.e2e.playbooks import Environment
from tests.scaling.scaling import Scaling

MODES = ("exact", "target_tracking")
# What happens, in its order.
STAGES = ("queued", "published", "alarm", "desired", "running", "first task")
DAG = "fan_out"
# Its twenty tasks, four on a worker.
NEEDED = 5
# AWS itself needs six minutes until target tracking scales out; here it is three.
DEADLINE = 600

Marks = dict[str, datetime]


def seconds_since_queued(marks: Mapping[str, datetime]) -> dict[str, float]:
    """By stage, for those that were seen."""
    return {stage: (marks[stage] - marks["queued"]).total_seconds() for stage in STAGES if stage in marks}


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each mode: seconds since the tasks were queued, and the counts that the pool was given."""
    header = ["mode", *STAGES, "steps"]
    rows = [
        [mode, *(f"{result['seconds'].get(stage, float('nan')):.1f} s" for stage in STAGES), str(result["steps"])]
        for mode, result in results.items()
    ]
    lines = [header, ["---", *["---:"] * len(STAGES), "---"], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def wait_for(look: Callable[[], datetime | None], what: str) -> datetime:
    deadline = time.monotonic() + DEADLINE
    while (found := look()) is None:
        if time.monotonic() > deadline:
            sys.exit(f"after {DEADLINE} s still not: {what}")
        time.sleep(0.5)
    return found


class Watch:
    """Reads when each stage was reached, afterwards: nothing here is on the way."""

    def __init__(self, environment: Environment, airflow: Airflow, began: datetime) -> None:
        self.aws = environment.aws
        self.airflow = airflow
        self.name = environment.prefix
        self.began = began
        self.scaling = Scaling(environment.aws, environment.prefix)

    def task_times(self, run: Mapping[str, Any], field: str) -> list[datetime]:
        tasks = self.airflow.tasks(DAG, dict(run))
        return sorted(datetime.fromisoformat(task[field]) for task in tasks if task[field])

    def published(self, needed: int) -> datetime | None:
        """When the publisher first said how many workers it takes."""
        events = self.aws.client("logs").filter_log_events(logGroupName=f"/{self.name}/metrics")["events"]
        lines = [json.loads(event["message"]) for event in events if event["message"].startswith("{")]
        times = [
            datetime.fromisoformat(line["time"])
            for line in lines
            if line["event"] == "published" and line["pools"]["worker"]["needed"] >= needed
        ]
        return next((at for at in sorted(times) if at > self.began), None)

    def alarm(self) -> datetime | None:
        """When the alarm that adds workers went into alarm."""
        policies = self.aws.pages(
            "application-autoscaling", "describe_scaling_policies", "ScalingPolicies", ServiceNamespace="ecs"
        )
        names = [alarm["AlarmName"] for policy in policies for alarm in policy["Alarms"]]
        alarms = self.aws.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
        return next(
            (
                alarm["StateUpdatedTimestamp"]
                for alarm in alarms
                if alarm["StateValue"] == "ALARM"
                and alarm["ComparisonOperator"].startswith("Greater")
                and alarm["StateUpdatedTimestamp"] > self.began
                and not alarm["AlarmName"].endswith("/workers-in")
            ),
            None,
        )

    def running(self) -> datetime | None:
        ecs = self.aws.client("ecs")
        arns = ecs.list_tasks(cluster=self.name, serviceName="worker")["taskArns"]
        tasks = ecs.describe_tasks(cluster=self.name, tasks=arns)["tasks"] if arns else []
        return min((task["startedAt"] for task in tasks if task.get("startedAt")), default=None)


def measure(environment: Environment) -> dict[str, Any]:
    airflow = log_in(environment)
    began = datetime.now().astimezone()
    watch = Watch(environment, airflow, began)
    airflow.unpause(DAG)
    body = {"logical_date": None, "conf": {"seconds": 5}}
    run = airflow.must("POST", f"/api/v2/dags/{DAG}/dagRuns", body)
    marks: Marks = {}
    # The alarm goes back as soon as there are enough workers: it is looked at all the time.
    marks["alarm"] = wait_for(watch.alarm, "the alarm")
    marks["running"] = wait_for(watch.running, "a worker runs")
    started = wait_for(lambda: next(iter(watch.task_times(run, "start_date")), None), "a task runs")
    marks |= {"first task": started, "queued": watch.task_times(run, "queued_when")[0]}
    marks["published"] = wait_for(lambda: watch.published(NEEDED), "the workers are published")
    marks["desired"] = wait_for(lambda: desired_since(watch), "workers are desired")
    wait_for(lambda: ended(airflow, run), "the run has ended")
    return {"seconds": seconds_since_queued(marks), "steps": watch.scaling.steps("worker", began)}


def desired_since(watch: Watch) -> datetime | None:
    activities = watch.aws.pages(
        "application-autoscaling",
        "describe_scaling_activities",
        "ScalingActivities",
        ServiceNamespace="ecs",
        ResourceId=f"service/{watch.name}/worker",
    )
    times: list[datetime] = [one["StartTime"] for one in activities if one["StartTime"] > watch.began]
    return min(times, default=None)


def ended(airflow: Airflow, run: Mapping[str, Any]) -> datetime | None:
    answer = airflow.must("GET", f"/api/v2/dags/{DAG}/dagRuns/{run['dag_run_id']}")
    return datetime.fromisoformat(answer["end_date"]) if answer["end_date"] else None


@contextmanager
def account(folder: Path) -> Iterator[EmbeddedAws]:
    aws = for_tests(folder)
    aws.command("stop")  # what an interrupted session has left
    (aws.state / "requests.jsonl").unlink(missing_ok=True)
    aws.command("start")
    try:
        yield aws
    finally:
        aws.command("stop")


def prepare(folder: Path, aws: EmbeddedAws, mode: str) -> Environment:
    context = folder / "image"
    if not context.exists():
        shutil.copytree(ROOT / "files/image", context)
        shutil.copytree(ROOT / "tests/scaling/dags", context / "dags", dirs_exist_ok=True)
    environment = Environment.create(mode.replace("_", "-")[:12], folder, aws)
    with (environment.inventory / "group_vars/airflow.yml").open("a") as file:
        options = {"scheduler": {"max_tis_per_query": 64}}
        file.write(yaml.safe_dump({"airflow_options": options, "airflow_image_context": str(context)}))
    environment.set_group_vars("airflow_workers", service_scaling_mode=mode)
    environment.deploy()
    return environment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", action="append", choices=MODES, help="only this one")
    options = parser.parse_args()
    folder = ROOT / ".cache/scale-out"
    for name in ("inventories", "image"):
        shutil.rmtree(folder / name, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    results = {}
    with account(folder) as aws:
        for mode in options.mode or MODES:
            environment = prepare(folder, aws, mode)
            results[mode] = measure(environment)
            print(table(results), flush=True)
            removed = environment.destroy()
            if removed.code:
                sys.exit(str(removed))


if __name__ == "__main__":
    main()

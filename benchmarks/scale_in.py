"""`python3 -m benchmarks.scale_in --count N`: is a busy worker ever stopped?

Deploys an environment on an embedded AWS of its own. Tasks of random length run all the time, while N times the pool
of workers is scaled in or deployed anew. Then counts the tasks that were killed, that ran twice and that never ran,
and the workers that are left over: all have to be 0, or the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import drill, machine
from benchmarks.drill import Outcome
from tests.e2e.airflow_api import log_in
from tests.e2e.embedded_aws import ROOT, EmbeddedAws, for_tests
from tests.e2e.playbooks import Environment

RESULT = ROOT / "benchmarks/results/scale_in.json"
NAME = "drill"


def environment(folder: Path, aws: EmbeddedAws, name: str = NAME) -> Environment:
    """An environment whose image has the load's DAG and whose pool leaves quickly."""
    shutil.rmtree(folder / "inventories", ignore_errors=True)
    result = Environment.create(name, folder, aws)
    context = folder / "image"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(ROOT / "files/image", context, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "benchmarks/dags/steady_load.py", context / "dags")
    with (result.inventory / "group_vars/airflow.yml").open("a") as settings:
        settings.write(f"\nairflow_image_context: {context}\n")
    result.set_host_vars(drill.POOL, **drill.HOST_VARS)
    return result


def result(outcome: Outcome) -> dict[str, Any]:
    seconds: dict[str, list[float]] = defaultdict(list)
    for step in outcome.steps:
        seconds[step.kind.split()[0]].append(step.seconds)
    return {
        "scale_ins": len(seconds["scale-in"]),
        "deploys": len(seconds["deploy"]),
        "median_seconds": {kind: round(statistics.median(values), 1) for kind, values in seconds.items() if values},
        "longest_seconds": {kind: round(max(values), 1) for kind, values in seconds.items() if values},
        "tasks": outcome.verdict.tasks,
        "tasks_killed": outcome.verdict.killed,
        "tasks_run_twice": outcome.verdict.twice,
        "tasks_lost": outcome.verdict.lost,
        "workers_left_over": outcome.left_over,
    }


def table(values: dict[str, Any]) -> str:
    rows = [(name.replace("_", " "), value) for name, value in values.items() if not isinstance(value, dict)]
    for name in ("median_seconds", "longest_seconds"):
        rows += [(f"{kind}, {name.replace('_', ' ')}", value) for kind, value in values[name].items()]
    return "\n".join(f"{name:<26} {value:>8}" for name, value in rows)


def measure(count: int, seed: int) -> tuple[dict[str, Any], bool]:
    folder = ROOT / ".cache/drill"
    folder.mkdir(parents=True, exist_ok=True)
    aws = for_tests(folder)
    aws.command("stop")  # what an interrupted run has left
    aws.command("start")
    try:
        deployed = environment(folder, aws)
        deployed.deploy()
        outcome = drill.run(aws, deployed.prefix, log_in(deployed), count, seed, tell=print)
        engine = aws.engine("--version").strip()
    finally:
        aws.command("stop")
    date = datetime.now(UTC).date().isoformat()
    return {"date": date, "machine": machine.describe(engine), "seed": seed, **result(outcome)}, outcome.clean


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.scale_in", description=__doc__)
    parser.add_argument("--count", type=int, default=3, help="scale-ins and deployments, in turn (3)")
    parser.add_argument("--seed", type=int, default=1, help="of the tasks' lengths and of the pauses (1)")
    options = parser.parse_args(argv)
    values, clean = measure(options.count, options.seed)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(values, indent=2) + "\n")
    counted = {key: value for key, value in values.items() if key not in ("date", "machine", "seed")}
    print(f"\n{table(counted)}\n\nWritten: {RESULT.relative_to(ROOT)}")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

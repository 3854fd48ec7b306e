"""What is measured. Each group gives the part of the results that is named after it."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost, Run, costs, execute, summarize
from benchmarks.session import MITOGEN, OURS, STOCK, Session
from tests.e2e.embedded_aws import ROOT

Result = dict[str, Any]

LATENCY = 80  # milliseconds
PLATFORM = ("--platform", "linux/amd64")
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
POOLS = (6, 20, 50)
# What more pools change.
POOL_TAGS = "services,autoscaling,monitoring"

# About what AWS takes, in seconds, and how much shorter it is here.
CREATION_SECONDS = {"rds": 360.0, "elasticache": 480.0, "elbv2": 120.0}
SCALE = 12
CREATIONS = {
    "CreateDBInstance": "rds",
    "CreateReplicationGroup": "elasticache",
    "CreateLoadBalancer": "elbv2",
}


@dataclass(frozen=True)
class Options:
    repeat: int
    """How often the run that changes nothing is measured, without added latency."""
    stock_all: bool
    """Every verb with stock execution too, not only the run that changes nothing."""


def say(what: str, cost: Cost) -> None:
    print(f"  {what:<52} {cost.wall:7.1f} s  {cost.cpu:7.1f} s CPU", flush=True)


def measured(
    session: Session, what: str, way: str = OURS, repeat: int = 1, arguments: tuple[str, ...] = (), **how: str
) -> tuple[Result, Run]:
    """The same run several times, and the last of them."""
    title = what if way == OURS else f"{what}, {way}"
    runs = []
    for _turn in range(repeat):
        runs.append(session.play(title.replace(", ", "-").replace(" ", "-"), *arguments, way=way, **how))
        say(title, runs[-1].cost)
    return summarize(runs), runs[-1]


# --- (a) ------------------------------------------------------------------------------------------------------------


def deploy(session: Session, way: str = OURS) -> Result:
    return measured(session, "first deployment", way)[0]


def destroy(session: Session, way: str = OURS) -> Result:
    confirm = ("-e", f"confirm={session.environment.name}")
    return measured(session, "destroy", way, arguments=confirm, playbook="playbooks/destroy.yml")[0]


def no_change(session: Session, repeat: int, ways: tuple[str, ...], endpoint: str = "") -> Result:
    """Each way, and the floor: the reads of the run that took ours."""
    what = f"nothing to change{f', {LATENCY} ms a call' if endpoint else ''}"
    result = {}
    result[OURS], run = measured(session, what, repeat=repeat, endpoint=endpoint)
    for way in ways:
        result[way] = measured(session, what, way, endpoint=endpoint)[0]
    for name, threads in (("floor", 1), ("floor_8", 8)):
        cost, made = session.floor(run, threads, endpoint)
        say(f"the same reads, {threads} at a time", cost)
        result[name] = {**costs([cost]), "calls": made}
    return result


def verbs(session: Session, options: Options) -> Result:
    """What a user does with an environment that is there."""
    result: Result = {"no_change": no_change(session, options.repeat, (STOCK, MITOGEN)), "check": {}, "one_service": {}}
    for way in (OURS, STOCK) if options.stock_all else (OURS,):
        result["check"][way] = measured(session, "check", way, arguments=("--check", "--diff"))[0]
        session.environment.set_host_vars("triggerer", service_environment={"CHANGED_FOR": way})
        result["one_service"][way] = measured(session, "one service changed", way)[0]
    session.environment.clear_host_vars()
    return result


# --- (b) ------------------------------------------------------------------------------------------------------------


def latency(session: Session) -> Result:
    with session.slow_endpoint(LATENCY) as endpoint:
        # The proxy takes seconds for the first call of each service, which AWS does not: not the first run's to pay.
        say("the proxy's first calls, not counted", session.play("proxy-warm", endpoint=endpoint).cost)
        return {"milliseconds": LATENCY, "no_change": no_change(session, 1, (STOCK,), endpoint)}


# --- (c) ------------------------------------------------------------------------------------------------------------


def growth(session: Session) -> Result:
    """No-change runs of an inventory that grows."""
    pools = {}
    for number in POOLS:
        session.set_pools(number)
        say(f"{number} pools made", session.play(f"{number}-pools-made", "--tags", POOL_TAGS).cost)
        pools[str(number)], _run = measured(session, f"nothing to change, {number} pools")
    return {"pools": pools}


# --- (d) ------------------------------------------------------------------------------------------------------------


def build(session: Session, what: str, context: Path, *arguments: str) -> Cost:
    """Build as the module ecr_image does."""
    bundle = os.environ.get("SSL_CERT_FILE")
    secret = ["--secret", f"id=ca_bundle,src={bundle}"] if bundle else []
    proxies = [f"--build-arg={name}" for name in sorted(os.environ) if name.lower() in PROXIES]
    command = [
        str(session.aws.state / "engine"),
        "build",
        "--network",
        "host",
        *PLATFORM,
        *secret,
        *proxies,
        *arguments,
    ]
    normalize(context)
    cost = execute([*command, str(context)], os.environ, ROOT, session.folder / "build.log")
    say(what, cost)
    return cost


def image(session: Session) -> Result:
    """Built without any layer, then with one new DAG. The deployments to come build the same, from cached layers."""
    if former := session.aws.engine("image", "ls", "--quiet", "--filter", "reference=*bench-*").split():
        session.aws.engine("image", "rm", "--force", *dict.fromkeys(former))
    context = own_context(session)
    containerfile = context / "Containerfile"
    containerfile.write_text(never_built(containerfile.read_text(), uuid.uuid4().hex))
    cold = build(session, "image, nothing cached", context, "--tag", "bench-cold")
    (context / "dags/benchmark.py").write_text('"""A DAG file that was not there before."""\n')
    warm = build(session, "image, a DAG more", context, "--tag", "bench-warm")
    size = int(session.aws.engine("image", "inspect", "--format", "{{ .Size }}", "bench-warm"))
    # With a name, the layers of the first stage can be found and removed the next time.
    build(session, "its first stage", context, "--tag", "bench-builder", "--target", "builder")
    session.use_image(context)
    return {"cold": costs([cold]), "warm": costs([warm]), "size_mib": round(size / 1024**2)}


def layers(session: Session) -> None:
    """What image() leaves as well: a deployment finds every layer of its image cached."""
    build(session, "the image, not counted", own_context(session))


def own_context(session: Session) -> Path:
    context = session.folder / "image"
    if context.exists():
        shutil.rmtree(context)
    return Path(shutil.copytree(ROOT / "files/image", context, ignore=shutil.ignore_patterns("__pycache__")))


def normalize(context: Path) -> None:
    """Modes and times as ecr_image gives them to its copy: its build then finds these layers."""
    for path in (context, *context.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (0, 0))


def never_built(containerfile: str, word: str) -> str:
    """The same image by steps that no cached layer is of."""
    return re.sub(r"^(FROM .*)$", rf"\1\nARG NEVER_BUILT={word}", containerfile, flags=re.MULTILINE)


def start_to_healthy(session: Session, service: str = "triggerer") -> float:
    """Seconds from the start of a new container of a service until its health check has passed."""
    ecs = session.aws.client("ecs")
    cluster = session.environment.prefix
    before = set(ecs.list_tasks(cluster=cluster, serviceName=service)["taskArns"])
    ecs.update_service(cluster=cluster, service=service, forceNewDeployment=True)
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        arns = [arn for arn in ecs.list_tasks(cluster=cluster, serviceName=service)["taskArns"] if arn not in before]
        for task in ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else ():
            if task.get("healthStatus") == "HEALTHY":
                took = datetime.now(task["startedAt"].tzinfo) - task["startedAt"]
                # The old container is on its way out, which whatever is measured next would have to wait for.
                ecs.get_waiter("services_stable").wait(cluster=cluster, services=[service], WaiterConfig={"Delay": 1})
                return round(took.total_seconds(), 1)
        time.sleep(0.2)
    raise TimeoutError(f"no healthy task of {service}")


# --- The critical path ----------------------------------------------------------------------------------------------


def scaled_creation_seconds() -> dict[str, float]:
    return {name: seconds / SCALE for name, seconds in CREATION_SECONDS.items()}


def critical_path(session: Session) -> Result:
    """A first deployment while AWS takes its time."""
    result, run = measured(session, "first deployment, AWS taking its time")
    building = sum(task.seconds for task in run.tasks if task.module == "airflow.fargate.ecr_image")
    return {
        "scale": SCALE,
        "creation_seconds": CREATION_SECONDS,
        "image_seconds": round(building, 1),
        "run": result,
        "windows": creation_windows(run, scaled_creation_seconds()),
        "tasks": [
            [task.name, round(task.started, 1), round(task.seconds, 1)] for task in run.tasks if task.seconds > 1
        ],
        "beyond_slowest": round(run.cost.wall - max(building, *scaled_creation_seconds().values()), 1),
        "took": run.took,
    }


def creation_windows(run: Run, seconds: dict[str, float]) -> dict[str, list[float]]:
    """When AWS was making what: begin and end in seconds since the run's first task."""
    windows = {}
    for call in run.calls:
        name = CREATIONS.get(call.request["operation"])
        if name and call.task:
            windows[name] = [round(call.task.started, 1), round(call.task.started + seconds[name], 1)]
    return windows

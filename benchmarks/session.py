"""An embedded AWS of the benchmarks' own, and measured runs against it."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, run
from typing import Any

import yaml

from benchmarks import calls
from benchmarks.measure import Cost, Run, cpu_of, execute
from tests.e2e.embedded_aws import ACCOUNT, REGION, ROOT, EmbeddedAws, for_tests
from tests.e2e.playbooks import Environment
from tools.free_port import free_port

TOOLS = ROOT / ".venv-bench/bin"
CALLBACKS = "airflow.fargate.deployment_summary,airflow.fargate.module_server,task_log"
NAME = "bench"

OURS, STOCK, MITOGEN = "ours", "stock", "mitogen"


@dataclass
class BenchAws(EmbeddedAws):
    """With the seconds that AWS takes to make things, where it is told to take its time."""

    creation_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        pairs = ",".join(f"{name}={seconds:g}" for name, seconds in self.creation_seconds.items())
        return {**super().variables, "LOCAL_AWS_CREATION_SECONDS": pairs}

    @property
    def cpu(self) -> float:
        return cpu_of(int((self.state / "server.pid").read_text().split()[0]))


class Session:
    """Starts with an empty account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tests_own = for_tests(folder)
        self.aws = BenchAws(tests_own.state, tests_own.cache, tests_own.port)
        shutil.rmtree(folder / "inventories", ignore_errors=True)
        self.environment = Environment.create(NAME, folder, self.aws)

    @contextmanager
    def account(self, creation_seconds: dict[str, float]) -> Iterator[None]:
        """An empty account, which ends with the block."""
        self.aws.creation_seconds = creation_seconds
        self.aws.command("stop")  # what an interrupted session has left
        (self.aws.state / "requests.jsonl").unlink(missing_ok=True)
        self.aws.command("start")
        try:
            yield
        finally:
            self.aws.command("stop")

    def play(
        self,
        name: str,
        *arguments: str,
        playbook: str = "site.yml",
        way: str = OURS,
        endpoint: str = "",
    ) -> Run:
        """A measured run.

        :param way: How modules are run.
        :param endpoint: Another way to the embedded AWS than straight.
        """
        task_log = self.folder / f"{name}.tasks.jsonl"
        output = self.folder / f"{name}.log"
        task_log.unlink(missing_ok=True)
        variables = {
            **os.environ,
            **self.aws.variables,
            **way_variables(way),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "benchmarks/callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": CALLBACKS,
            "BENCH_TASK_LOG": str(task_log),
            "BENCH_REQUEST_LOG": str(self.aws.state / "requests.jsonl"),
        }
        extra = ["-e", json.dumps({"airflow_aws_environment": access(endpoint)})] if endpoint else []
        command = [sibling("ansible-playbook"), "-i", str(self.environment.inventory), playbook, *arguments, *extra]
        mark, aws_cpu = self.aws.mark(), self.aws.cpu
        cost = execute(command, variables, ROOT, output)
        aws_cpu = self.aws.cpu - aws_cpu
        tasks = calls.tasks(task_log.read_text().splitlines())
        with (self.aws.state / "requests.jsonl").open("rb") as log:
            log.seek(mark)
            made = calls.attribute(log.read(), mark, tasks)
        return Run(cost, aws_cpu, made, tasks, output.read_text())

    def floor(self, reads: Run, threads: int, endpoint: str = "") -> tuple[Cost, int]:
        """One boto3 process that makes the same reads as a run, and how many it made."""
        file = self.folder / "reads.jsonl"
        file.write_text("".join(json.dumps(call.request) + "\n" for call in reads.calls if call.request["read_only"]))
        command = [sys.executable, "-m", "benchmarks.floor", str(file), "--threads", str(threads)]
        target = access(endpoint or f"http://127.0.0.1:{self.aws.port}")
        output = self.folder / "floor.log"
        return execute(command, {**os.environ, **target}, ROOT, output), int(output.read_text())

    def use_image(self, context: Path) -> None:
        """Deploy the image of this context from now on."""
        with (self.environment.inventory / "group_vars/airflow.yml").open("a") as settings:
            settings.write(f"\nairflow_image_context: {context}\n")

    def set_pools(self, number: int) -> None:
        """That many worker pools: the ones besides `worker` are empty services."""
        hosts = self.environment.inventory / "hosts.yml"
        hosts.write_text(yaml.safe_dump(with_pools(yaml.safe_load(hosts.read_text()), number)))

    @contextmanager
    def slow_endpoint(self, milliseconds: int) -> Iterator[str]:
        """A proxy that keeps every call that long."""
        port = free_port()
        settings = self.folder / "microburst.yml"
        rules = [{"service": "*", "latency": milliseconds}]
        settings.write_text(yaml.safe_dump({"rules": rules}))
        upstream = f"http://127.0.0.1:{self.aws.port}"
        command = [str(TOOLS / "microburst"), "--upstream", upstream, "--port", str(port), "--config", str(settings)]
        with Popen(command, stdout=DEVNULL, stderr=DEVNULL) as proxy:
            try:
                wait_for_http(f"http://127.0.0.1:{port}/_microburst/health", proxy)
                yield f"http://127.0.0.1:{port}"
            finally:
                proxy.terminate()

    @property
    def engine_version(self) -> str:
        done = run([self.aws.state / "engine", "--version"], stdout=PIPE, text=True, check=True)
        return done.stdout.strip()


def sibling(program: str) -> str:
    """A program of the environment that this Python is of."""
    return str(Path(sys.executable).with_name(program))


def way_variables(way: str) -> dict[str, str]:
    variables = {"AIRFLOW_FARGATE_MODULE_SERVER": str(way == OURS).lower()}
    if way == MITOGEN:
        (package,) = TOOLS.parent.glob("lib/python*/site-packages/ansible_mitogen")
        variables |= {
            "ANSIBLE_STRATEGY_PLUGINS": str(package / "plugins/strategy"),
            "ANSIBLE_STRATEGY": "mitogen_linear",
        }
    return variables


def access(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "the-embedded-aws-has-no-secrets",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def with_pools(hosts: dict[str, Any], number: int) -> dict[str, Any]:
    """The inventory with that many worker pools in all."""
    services = hosts["airflow"]["children"]["airflow_services"]["children"]
    workers = services["airflow_workers"]["hosts"]
    # Without work they have no workers, which would be measured too.
    pools = {
        f"pool-{index}": {"service_queues": [f"queue-{index}"], "service_min_count": 0}
        for index in range(2, number + 1)
    }
    services["airflow_workers"]["hosts"] = {"worker": workers["worker"], **pools}
    return hosts


def wait_for_http(url: str, process: Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 30
    while True:
        try:
            with opener.open(url, timeout=5):
                return
        except urllib.error.URLError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
        time.sleep(0.1)

"""Runs ansible-playbook as a user does, and kills it as a power cut does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.e2e.embedded_aws import ROOT, EmbeddedAws

RECAP = re.compile(r"^(\S+)\s+: (ok=\d+.*)$", re.MULTILINE)
COUNT = re.compile(r"(\w+)=(\d+)")
MARKER = "E2E_PLAYBOOK_RUN"
OWN_SETTINGS = "\n# Of the test.\n"


@dataclass(frozen=True)
class Run:
    """A run of a playbook that has ended."""

    code: int
    output: str
    seconds: float

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        return {
            host: {name: int(count) for name, count in COUNT.findall(counts)}
            for host, counts in RECAP.findall(self.output)
        }

    @property
    def changed_hosts(self) -> set[str]:
        assert self.recap, self
        return {host for host, counts in self.recap.items() if counts["changed"]}

    def __str__(self) -> str:
        return f"exit code {self.code} after {self.seconds:.0f} s\n{self.output[-6000:]}"


@dataclass(frozen=True)
class Environment:
    """An environment as a user has it: an inventory of its own, copied from inventories/local."""

    name: str
    inventory: Path
    aws: EmbeddedAws

    @classmethod
    def create(cls, name: str, folder: Path, aws: EmbeddedAws) -> Environment:
        inventory = folder / "inventories" / name
        shutil.copytree(ROOT / "inventories/local", inventory)
        settings = inventory / "group_vars/airflow.yml"
        # On a busy machine a rollout takes longer than the five minutes of inventories/local.
        own = {"airflow_environment": name, "airflow_rollout_timeout": 900}
        lines = settings.read_text().splitlines(keepends=True)
        ours = [f"{key}: {own[key]}\n" if (key := line.partition(":")[0]) in own else line for line in lines]
        assert len(set(ours) - set(lines)) == len(own)
        settings.write_text("".join(ours))
        environment = cls(name, inventory, aws)
        # What is compared must not depend on the load of the moment; tests/scaling is about that. A worker has room for
        # four tasks: a test with more of them at a time has a second worker for minutes.
        environment.set_group_vars("airflow_workers", service_min_count=1)
        return environment

    @property
    def prefix(self) -> str:
        return f"airflow-{self.name}"

    def set_host_vars(self, host: str, **variables: object) -> None:
        folder = self.inventory / "host_vars"
        folder.mkdir(exist_ok=True)
        (folder / f"{host}.yml").write_text(yaml.safe_dump(variables))

    def set_group_vars(self, group: str, **variables: object) -> None:
        (self.inventory / "group_vars" / f"{group}.yml").write_text(yaml.safe_dump(variables))

    def set_settings(self, **variables: object) -> None:
        """Of the environment, beside those of inventories/local; the next call replaces them."""
        path = self.inventory / "group_vars/airflow.yml"
        path.write_text(path.read_text().partition(OWN_SETTINGS)[0] + OWN_SETTINGS + yaml.safe_dump(variables))

    def clear_host_vars(self) -> None:
        shutil.rmtree(self.inventory / "host_vars")

    def popen(
        self, playbook: str, arguments: Iterable[str], marker: str = "", settings: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        variables = {**self.aws.variables, "ANSIBLE_NOCOLOR": "1", MARKER: marker, **(settings or {})}
        return subprocess.Popen(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", self.inventory, playbook, *arguments],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def play(self, *arguments: str, playbook: str = "site.yml", settings: Mapping[str, str] | None = None) -> Run:
        """Run a playbook to its end; settings are Ansible's, as environment variables."""
        start = time.monotonic()
        with self.popen(playbook, arguments, settings=settings) as process:
            output, _errors = process.communicate()
        return Run(process.returncode, output, time.monotonic() - start)

    def deploy(self, *arguments: str, settings: Mapping[str, str] | None = None) -> Run:
        """Run site.yml, which must succeed."""
        run = self.play(*arguments, settings=settings)
        assert run.code == 0, run
        return run

    def destroy(self) -> Run:
        return self.play("-e", f"confirm={self.name}", playbook="playbooks/destroy.yml")

    def deploy_and_kill(self, call: str, *arguments: str) -> None:
        """Run site.yml, and kill everything it has started once AWS has answered this call, such as ecs:RunTask."""
        marker, mark = uuid.uuid4().hex, self.aws.mark()
        with self.popen("site.yml", arguments, marker) as process:
            output: list[str] = []
            reader = threading.Thread(target=lambda: output.extend(process.stdout or ()))
            reader.start()
            try:
                while process.poll() is None and call not in self.aws.calls(mark):
                    time.sleep(0.01)
            finally:
                kill_all(marker)
                reader.join()
        assert process.returncode == -signal.SIGKILL, f"not killed at {call}:\n{''.join(output)[-6000:]}"


def processes(marker: str) -> list[int]:
    """Processes that have inherited this run's marker: modules are in sessions of their own."""
    wanted = f"{MARKER}={marker}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                environment = (folder / "environ").read_bytes()
            except OSError:  # it has ended meanwhile
                continue
            if wanted in environment.split(b"\0"):
                found.append(int(folder.name))
    return found


def kill_all(marker: str) -> None:
    """SIGKILL, until nothing of the run is left."""
    deadline = time.monotonic() + 60
    while left := processes(marker):
        assert time.monotonic() < deadline, f"processes {left} do not die"
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


class CommandLines:
    """Every command line that any process of this machine, containers included, has while this is open."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            for folder in Path("/proc").iterdir():
                if folder.name.isdecimal():
                    try:
                        self.seen.add((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                    except OSError:  # it has ended meanwhile
                        continue

    def __enter__(self) -> CommandLines:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.5)

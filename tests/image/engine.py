"""The container engine, driven through its command line."""

from __future__ import annotations

import dataclasses
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping

# Seconds. A minute is plenty on a quiet machine; a busy one must not be taken for a broken image.
PATIENCE = 600.0


@dataclasses.dataclass(frozen=True)
class Result:
    code: int
    output: str
    errors: str

    def __str__(self) -> str:
        return f"exit code {self.code}\n{self.output}\n{self.errors}"


class Containers:
    """Containers of one test session; all of them are removed at its end."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.prefix = f"airflow-image-test-{secrets.token_hex(4)}"
        self.started: list[str] = []

    def call(self, *arguments: str, timeout: float = PATIENCE) -> Result:
        done = subprocess.run(
            [self.command, *arguments], capture_output=True, text=True, timeout=timeout, check=False, errors="replace"
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def must(self, *arguments: str, timeout: float = PATIENCE) -> str:
        result = self.call(*arguments, timeout=timeout)
        assert result.code == 0, result
        return result.output

    def run(
        self, image: str, *command: str, network: str = "none", environment: Mapping[str, str] | None = None
    ) -> Result:
        """Run a command in a container of its own until it ends."""
        name = f"{self.prefix}-{secrets.token_hex(4)}"
        options = ["--rm", "--name", name, "--network", network, *_environment(environment)]
        try:
            return self.call("run", *options, image, *command, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.must("rm", "--force", name)
            raise

    def start(
        self,
        name: str,
        image: str,
        *command: str,
        network: str = "none",
        environment: Mapping[str, str] | None = None,
    ) -> str:
        container = f"{self.prefix}-{name}"
        self.started.append(container)
        # Nothing here is worth a farewell: at the end of the tests each container is killed at once.
        options = [
            "--detach",
            "--stop-timeout=0",
            "--name",
            container,
            "--network",
            network,
            *_environment(environment),
        ]
        self.must("run", *options, image, *command)
        return container

    def execute(self, container: str, *command: str) -> Result:
        return self.call("exec", container, *command)

    def logs(self, container: str) -> str:
        result = self.call("logs", container)
        return result.output + result.errors

    def remove(self, container: str) -> None:
        self.must("rm", "--force", "--volumes", container)
        self.started.remove(container)

    def remove_all(self) -> None:
        # In reverse: the first one owns the network of the others.
        for container in reversed(self.started):
            self.must("rm", "--force", "--volumes", container)


def _environment(environment: Mapping[str, str] | None) -> list[str]:
    return [f"--env={name}={value}" for name, value in (environment or {}).items()]


def wait_until(condition: Callable[[], bool], what: Callable[[], str], timeout: float = PATIENCE) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"after {timeout} s still: {what()}"
        time.sleep(0.5)

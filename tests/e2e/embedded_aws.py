"""An embedded AWS of the tests' own: another port and other folders than the user's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from tools.free_port import free_port

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
REGION = "us-east-1"

Request = dict[str, Any]


@dataclass
class EmbeddedAws:
    """One instance, and what a user would ask it."""

    state: Path
    cache: Path
    port: int = field(default_factory=free_port)

    @property
    def variables(self) -> dict[str, str]:
        """What the command line and inventories/local go by."""
        return {
            "LOCAL_AWS_PORT": str(self.port),
            "LOCAL_AWS_STATE_DIR": str(self.state),
            "LOCAL_AWS_CACHE_DIR": str(self.cache),
        }

    def command(self, *verb: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tools.local_aws", *verb],
            cwd=ROOT,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="local",
        )

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """Every page of a list operation."""
        client = self.client(service)
        if client.can_paginate(operation):
            return list(client.get_paginator(operation).paginate(**arguments).build_full_result().get(key, []))
        return list(getattr(client, operation)(**arguments)[key])

    def engine(self, *arguments: str) -> str:
        return subprocess.run([self.state / "engine", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout

    def mark(self) -> int:
        """Where the last whole line of the request log ends now."""
        return (self.state / "requests.jsonl").read_bytes().rfind(b"\n") + 1

    def requests(self, since: int = 0) -> list[Request]:
        """Every call since the mark."""
        with (self.state / "requests.jsonl").open("rb") as log:
            log.seek(since)
            # The last line may be half written: it counts next time.
            return [json.loads(line) for line in log if line.endswith(b"\n")]

    def calls(self, since: int) -> set[str]:
        """What was asked for since the mark, such as ecs:RunTask."""
        return {f"{request['service']}:{request['operation']}" for request in self.requests(since)}

    def writes(self, since: int) -> list[str]:
        """What was asked for by this machine since the mark and was not only reading."""
        requests = self.requests(since)
        assert requests, "the request log holds nothing: it cannot prove anything"
        return [
            f"{request['service']}:{request['operation']}"
            for request in requests
            if request["source"] == "host" and not request["read_only"]
        ]


def folder_of(session: str, *stale: str) -> Path:
    """The folder of a test session: kept after it, for the logs, but for what the next one makes anew."""
    result = ROOT / ".cache" / session
    for name in stale:
        shutil.rmtree(result / name, ignore_errors=True)
    result.mkdir(parents=True, exist_ok=True)
    return result


@contextmanager
def running(folder: Path) -> Iterator[EmbeddedAws]:
    """An instance in a test session's folder, without anything that an interrupted session has left."""
    instance = for_tests(folder)
    instance.command("stop")
    (instance.state / "requests.jsonl").unlink(missing_ok=True)
    instance.command("start")
    try:
        yield instance
    finally:
        instance.command("stop")


def default_instance_runs() -> bool:
    """Whether somebody uses the checkout's embedded AWS, and with it its image cache."""
    command = [sys.executable, "-m", "tools.local_aws", "status"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def for_tests(folder: Path) -> EmbeddedAws:
    """The images of the checkout's own instance spare minutes; but only one instance at a time can use them."""
    unused = folder / "aws-cache" if default_instance_runs() else ROOT / ".local-aws-cache"
    cache = Path(os.environ.get("LOCAL_AWS_CACHE_DIR") or unused)
    return EmbeddedAws(state=folder / "aws", cache=cache)

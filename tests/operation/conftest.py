"""One embedded AWS and one deployment for the whole session; the files' numbers are the order of the story.

1 scales down and up, 2 sends the environment to sleep and wakes it up, 3 does not wait for a
task and removes it asleep, 4 holds the calls made against the deployer policy.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import ROOT, EmbeddedAws, for_tests
from tests.e2e.playbooks import Environment
from tests.operation.numbers import Numbers, read


@pytest.fixture(scope="session")
def folder() -> Path:
    """Kept after the session, for the logs."""
    result = ROOT / ".cache/operation"
    shutil.rmtree(result / "inventories", ignore_errors=True)
    result.mkdir(parents=True, exist_ok=True)
    return result


@pytest.fixture(scope="session")
def aws(folder: Path) -> Iterator[EmbeddedAws]:
    instance = for_tests(folder)
    instance.command("stop")  # what an interrupted session has left
    (instance.state / "requests.jsonl").unlink(missing_ok=True)
    instance.command("start")
    yield instance
    instance.command("stop")


@pytest.fixture(scope="session")
def environment(folder: Path, aws: EmbeddedAws) -> Environment:
    """Deployed, with a worker that is always there."""
    environment = Environment.create("operation", folder, aws)
    environment.set_host_vars("worker", service_min_count=1)
    environment.deploy()
    return environment


@pytest.fixture(scope="session")
def former(environment: Environment) -> Numbers:
    """What the services have as they were deployed."""
    return read(environment)


@pytest.fixture(scope="session")
def airflow(environment: Environment) -> Airflow:
    return log_in(environment)

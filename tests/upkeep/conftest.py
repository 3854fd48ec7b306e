"""One embedded AWS and one deployment for the whole session; the files' numbers are the order of the story.

1 lets an alarm go off, 2 rotates the secrets while a DAG runs again and again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import ROOT, EmbeddedAws, for_tests
from tests.e2e.playbooks import Environment


@pytest.fixture(scope="session")
def folder() -> Path:
    """Kept after the session, for the logs."""
    result = ROOT / ".cache/upkeep"
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
    """Deployed, with a worker that is always there, and somebody who gets the alarms' mails."""
    environment = Environment.create("upkeep", folder, aws)
    environment.set_host_vars("worker", service_min_count=1)
    environment.deploy("-e", '{"airflow_alarm_emails": ["duty@example.com"]}')
    return environment


@pytest.fixture(scope="session")
def airflow(environment: Environment) -> Airflow:
    return log_in(environment)

"""One embedded AWS and one deployment for the whole session; the files' numbers are the order of the story.

1 lets an alarm go off, 2 rotates the secrets while a DAG runs again and again, 3 does without the NAT gateway,
4 sends it to sleep although a task runs, and removes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import EmbeddedAws, folder_of, running
from tests.e2e.playbooks import Environment

SETTINGS = {"airflow_alarm_emails": ["duty@example.com"], "airflow_nat_gateway": True}


@pytest.fixture(scope="session")
def folder() -> Path:
    return folder_of("upkeep", "inventories")


@pytest.fixture(scope="session")
def aws(folder: Path) -> Iterator[EmbeddedAws]:
    with running(folder) as instance:
        yield instance


@pytest.fixture(scope="session")
def environment(folder: Path, aws: EmbeddedAws) -> Environment:
    """Deployed, with a worker that is always there, and somebody who gets the alarms' mails."""
    environment = Environment.create("upkeep", folder, aws)
    environment.set_host_vars("worker", service_min_count=1)
    environment.set_settings(**SETTINGS)
    environment.deploy()
    return environment


@pytest.fixture(scope="session")
def airflow(environment: Environment) -> Airflow:
    return log_in(environment)

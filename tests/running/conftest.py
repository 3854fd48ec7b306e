"""One embedded AWS and one deployment for the whole session; the files' numbers are the order of the story.

1 runs commands in tasks of their own, 2 in tasks that run, 3 reads logs, 4 looks at the dashboard, 5 scales down and
up, 6 sends the environment to sleep and wakes it up, 7 holds the calls made against the deployer policy.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import ROOT, EmbeddedAws, folder_of, running
from tests.e2e.playbooks import Environment
from tests.running.numbers import Numbers, read

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def folder() -> Path:
    return folder_of("running", "inventories", "image")


@pytest.fixture(scope="session")
def aws(folder: Path) -> Iterator[EmbeddedAws]:
    with running(folder) as instance:
        yield instance


@pytest.fixture(scope="session")
def environment(folder: Path, aws: EmbeddedAws) -> Environment:
    """Deployed, with the DAGs of these tests in the image."""
    shutil.copytree(ROOT / "files/image", folder / "image")
    shutil.copytree(HERE / "dags", folder / "image/dags", dirs_exist_ok=True)
    result = Environment.create("running", folder, aws)
    with (result.inventory / "group_vars/airflow.yml").open("a") as settings:
        settings.write(yaml.safe_dump({"airflow_image_context": str(folder / "image")}))
    # A CloudWatch agent beside each, which hears of Airflow's metrics in one way and in the other.
    result.set_host_vars("scheduler", service_metrics_sidecar="statsd")
    result.set_host_vars("dag-processor", service_metrics_sidecar="opentelemetry")
    # One is there before the first DAG runs: its output is read too.
    result.set_host_vars("worker", service_min_count=1)
    result.deploy()
    return result


@pytest.fixture(scope="session")
def former(environment: Environment) -> Numbers:
    """What the services have as they were deployed."""
    return read(environment)


@pytest.fixture(scope="session")
def airflow(environment: Environment) -> Airflow:
    return log_in(environment)

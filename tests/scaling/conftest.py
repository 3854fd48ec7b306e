"""One embedded AWS and one deployment whose workers start from zero, for the whole session.

Its configuration comes from Secrets Manager in Airflow's own way; that of all other tests comes from ECS.
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
from tests.scaling.scaling import Scaling

HERE = Path(__file__).parent
SETTINGS = {
    # All tasks of a run are queued at once: between two rounds of the scheduler a metric may be published.
    "airflow_options": {"scheduler": {"max_tis_per_query": 64}},
    "airflow_config_from_secrets_manager": True,
}
IDLE = 30


@pytest.fixture(scope="session")
def folder() -> Path:
    return folder_of("scaling", "inventories", "image")


@pytest.fixture(scope="session")
def aws(folder: Path) -> Iterator[EmbeddedAws]:
    with running(folder) as instance:
        yield instance


@pytest.fixture(scope="session")
def environment(folder: Path, aws: EmbeddedAws) -> Environment:
    """Deployed, with the DAGs of these tests in the image."""
    shutil.copytree(ROOT / "files/image", folder / "image")
    shutil.copytree(HERE / "dags", folder / "image/dags", dirs_exist_ok=True)
    environment = Environment.create("scaling", folder, aws)
    with (environment.inventory / "group_vars/airflow.yml").open("a") as file:
        file.write(yaml.safe_dump({**SETTINGS, "airflow_image_context": str(folder / "image")}))
    environment.set_group_vars("airflow_workers", service_max_count=5, service_scale_in_idle_time=IDLE)
    environment.deploy()
    return environment


@pytest.fixture(scope="session")
def airflow(environment: Environment) -> Airflow:
    return log_in(environment)


@pytest.fixture(scope="session")
def scaling(environment: Environment) -> Scaling:
    return Scaling(environment.aws, environment.prefix)

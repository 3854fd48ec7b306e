"""One embedded AWS with one deployment: a pool of workers on Spot, which leaves quickly, and the load of the drill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks import drill, scale_in
from benchmarks.drill import Pool
from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import EmbeddedAws, folder_of, running
from tests.e2e.playbooks import Environment

# Tasks of a stopped worker have half of it, the report of what was killed the other half: it never has more than 15 s.
STOP_TIMEOUT = 30


@dataclass(frozen=True)
class Deployed:
    aws: EmbeddedAws
    environment: Environment
    airflow: Airflow

    @property
    def pool(self) -> Pool:
        return Pool(self.aws, self.environment.prefix)


@pytest.fixture(scope="session")
def folder() -> Path:
    return folder_of("drain")


@pytest.fixture(scope="session")
def aws(folder: Path) -> Iterator[EmbeddedAws]:
    with running(folder) as instance:
        yield instance


@pytest.fixture(scope="session")
def deployed(folder: Path, aws: EmbeddedAws) -> Deployed:
    environment = scale_in.environment(folder, aws, name="drain")
    with (environment.inventory / "group_vars/airflow.yml").open("a") as settings:
        settings.write("airflow_options: {core: {default_task_retries: 1}}\n")
    spot = [{"capacity_provider": "FARGATE_SPOT", "weight": 1}]
    environment.set_host_vars(
        drill.POOL,
        **drill.HOST_VARS,
        service_capacity_provider_strategy=spot,
        service_stop_timeout=STOP_TIMEOUT,
    )
    environment.deploy()
    result = Deployed(aws, environment, log_in(environment))
    result.pool.suspend_scaling()
    return result

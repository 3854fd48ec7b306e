"""One embedded AWS and one deployment for the whole session; the files' numbers are the order of the story.

1 deploys, repeats and looks at it in a browser, 2 changes settings, 3 breaks services, 4 kills the deployment of a
second environment and removes that, 5 holds the calls made against the deployer policy, 6 deploys once more without the
module server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.airflow_api import Airflow, log_in
from tests.e2e.embedded_aws import EmbeddedAws, folder_of, running
from tests.e2e.playbooks import CommandLines, Environment, Run
from tests.e2e.snapshot import Reader, Snapshot
from tests.e2e.task_results import recording


@pytest.fixture(scope="session")
def folder() -> Path:
    return folder_of("e2e", "inventories")


@pytest.fixture(scope="session")
def aws(folder: Path) -> Iterator[EmbeddedAws]:
    with running(folder) as instance:
        yield instance


@pytest.fixture(scope="session")
def environment(folder: Path, aws: EmbeddedAws) -> Environment:
    return Environment.create("e2e-main", folder, aws)


@dataclass(frozen=True)
class Plan:
    """A run with --check --diff, and what it wrote although it must not."""

    run: Run
    writes: list[str]


def plan(environment: Environment) -> Plan:
    mark = environment.aws.mark()
    run = environment.play("--check", "--diff")
    return Plan(run, environment.aws.writes(mark))


@dataclass(frozen=True)
class Story:
    """What was seen from the empty account to the deployment that stays as it is."""

    plan_of_nothing: Plan
    first: Run
    record: Path
    command_lines: set[str]
    deployed: Snapshot
    plan_of_everything: Plan
    second: Run
    repeated: Snapshot


@pytest.fixture(scope="session")
def story(folder: Path, environment: Environment, aws: EmbeddedAws) -> Story:
    reader = Reader(aws, environment.name)
    record = folder / "module-server.jsonl"
    plan_of_nothing = plan(environment)
    with CommandLines() as command_lines:
        first = environment.deploy("-vvv", settings=recording(record))
    deployed = reader.comparable()
    plan_of_everything = plan(environment)
    second = environment.deploy()
    return Story(
        plan_of_nothing=plan_of_nothing,
        first=first,
        record=record,
        command_lines=command_lines.seen,
        deployed=deployed,
        plan_of_everything=plan_of_everything,
        second=second,
        repeated=reader.comparable(),
    )


@pytest.fixture(scope="session")
def airflow(story: Story, environment: Environment) -> Airflow:
    return log_in(environment)

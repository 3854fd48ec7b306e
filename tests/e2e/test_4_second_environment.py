"""A second environment in the same account: killed again and again, complete in the end, and gone without a trace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.airflow_api import log_in
from tests.e2e.conftest import Story
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run
from tests.e2e.snapshot import Reader, Snapshot, differences

# The call after which everything is killed, before anybody has heard of its success; and arguments. Runs limited by
# tags only come there sooner: what lies before is done.
KILLS: list[tuple[str, tuple[str, ...]]] = [
    ("ec2:CreateSecurityGroup", ()),
    ("secretsmanager:CreateSecret", ("--tags", "foundation")),
    ("rds:CreateDBInstance", ("--tags", "foundation,data")),
    ("ecr:GetAuthorizationToken", ("--tags", "image")),
    ("elasticloadbalancing:CreateListener", ("--tags", "data")),
    ("ecs:RunTask", ("--tags", "data,image,cluster,migrations")),
    ("ecs:CreateService", ("--tags", "migrations,services")),
]


@dataclass(frozen=True)
class Interrupted:
    environment: Environment
    last_run: Run
    deployed: Snapshot
    neighbour_before: Snapshot
    neighbour_after: Snapshot


@pytest.fixture(scope="module")
def interrupted(story: Story, folder: Path, environment: Environment, aws: EmbeddedAws) -> Interrupted:
    neighbour = Reader(aws, environment.name)
    before = neighbour.read()
    # Its name is the beginning of the first one's: that must not make them one.
    second = Environment.create("e2e", folder, aws)
    for call, arguments in KILLS:
        second.deploy_and_kill(call, *arguments)
    last_run = second.deploy()
    return Interrupted(second, last_run, Reader(aws, second.name).comparable(), before, neighbour.read())


def test_a_killed_deployment_ends_like_an_undisturbed_one(interrupted: Interrupted, story: Story) -> None:
    assert differences(story.repeated, interrupted.deployed) == []


def test_a_killed_deployment_runs_dags(interrupted: Interrupted) -> None:
    airflow = log_in(interrupted.environment)
    run = airflow.run_dag("hello_fargate", {"message": "after all"})
    assert run["state"] == "success", airflow.tasks("hello_fargate", run)


def test_the_first_environment_was_not_touched(interrupted: Interrupted) -> None:
    assert differences(interrupted.neighbour_before, interrupted.neighbour_after) == []


@dataclass(frozen=True)
class Destroyed:
    first: Run
    left: Snapshot
    tagged: list[str]
    second: Run
    neighbour: Snapshot


@pytest.fixture(scope="module")
def destroyed(interrupted: Interrupted, environment: Environment, aws: EmbeddedAws) -> Destroyed:
    second = interrupted.environment
    first = second.destroy()
    filters = [{"Key": "airflow:environment", "Values": [second.name]}]
    mappings = aws.pages("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=filters)
    return Destroyed(
        first=first,
        left=Reader(aws, second.name).read(),
        tagged=[mapping["ResourceARN"] for mapping in mappings],
        second=second.destroy(),
        neighbour=Reader(aws, environment.name).read(),
    )


def test_destroy_refuses_another_name(interrupted: Interrupted) -> None:
    mark = interrupted.environment.aws.mark()
    run = interrupted.environment.play("-e", "confirm=e2e-main", playbook="playbooks/destroy.yml")
    assert run.code == 2, run
    assert "Nothing was removed" in run.output
    assert not [call for call in interrupted.environment.aws.requests(mark) if "Delete" in call["operation"]]


def test_destroy_leaves_nothing_by_name(destroyed: Destroyed) -> None:
    assert destroyed.first.code == 0, destroyed.first
    assert {kind: things for kind, things in destroyed.left.items() if things} == {}


def test_destroy_leaves_nothing_by_tag(destroyed: Destroyed) -> None:
    assert destroyed.tagged == []


def test_destroy_can_be_repeated(destroyed: Destroyed) -> None:
    assert destroyed.second.code == 0, destroyed.second
    assert destroyed.second.changed_hosts == set()


def test_destroy_spares_the_first_environment(destroyed: Destroyed, interrupted: Interrupted) -> None:
    assert differences(interrupted.neighbour_after, destroyed.neighbour) == []

"""A changed setting reaches its service, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, wait_until
from tests.e2e.snapshot import Reader, Snapshot, differences

pytestmark = pytest.mark.usefixtures("story")


def changed_services(before: Snapshot, after: Snapshot, prefix: str) -> set[str]:
    """Names of the services whose definition or settings differ; anything else that differs appears as its path."""
    changed = set()
    for line in differences(before, after):
        kind, name = line.removeprefix("/").split("/")[:2]
        is_service = kind in ("services", "task_definitions")
        changed.add(name.removeprefix(f"{prefix}-") if is_service else line)
    return changed


def running_revisions(aws: EmbeddedAws, cluster: str, service: str) -> set[str]:
    ecs = aws.client("ecs")
    arns = ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus="RUNNING")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    return {task["taskDefinitionArn"].rpartition("/")[2] for task in tasks}


def test_every_kind_of_change_is_rolled_out_where_it_was_made(environment: Environment, aws: EmbeddedAws) -> None:
    reader = Reader(aws, environment.name)
    before = reader.read()
    subnet = before["services"]["scheduler"]["network"]["awsvpcConfiguration"]["subnets"][0]
    environment.set_host_vars("scheduler", service_memory=2048, service_subnet_ids=[subnet])
    # As many variables as before, one of them with another value.
    environment.set_host_vars("dag-processor", service_airflow_options={"core": {"load_examples": "false"}})
    environment.set_host_vars("triggerer", service_command=["airflow", "triggerer", "--capacity", "500"])
    environment.set_host_vars("worker", service_cpu=512)

    run = environment.deploy("--tags", "services")

    after = reader.read()
    changed = {"scheduler", "dag-processor", "triggerer", "worker"}
    assert run.changed_hosts == changed
    assert changed_services(before, after, environment.prefix) == changed
    assert after["task_definitions"][f"{environment.prefix}-scheduler"]["memory"] == "2048"
    assert after["services"]["scheduler"]["network"]["awsvpcConfiguration"]["subnets"] == [subnet]

    def container(service: str) -> dict[str, Any]:
        definition = after["task_definitions"][f"{environment.prefix}-{service}"]
        return {**definition["containers"][0], "task_cpu": definition["cpu"]}

    assert {"name": "AIRFLOW__CORE__LOAD_EXAMPLES", "value": "false"} in container("dag-processor")["environment"]
    assert container("triggerer")["command"] == ["airflow", "triggerer", "--capacity", "500"]
    assert container("worker")["task_cpu"] == "512"

    def wanted(service: str) -> set[str]:
        family = f"{environment.prefix}-{service}"
        return {f"{family}:{after['task_definitions'][family]['revision']}"}

    # A rollout of workers is done when the new ones are healthy: the old one goes when it likes.
    def is_alone(service: str) -> bool:
        return running_revisions(aws, environment.prefix, service) == wanted(service)

    wait_until(lambda: is_alone("worker"), 300, "the old one went")
    for service in changed:
        assert is_alone(service), service

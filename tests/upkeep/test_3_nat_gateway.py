"""The NAT gateway is switched off: it goes once nothing needs it, and no task that runs loses its way out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.airflow_api import log_in
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run, wait_until
from tests.upkeep.conftest import SETTINGS

RUNS = "/api/v2/dags/hello_fargate/dagRuns"


@dataclass(frozen=True)
class Story:
    before: dict[str, Any]
    busy: Run
    while_busy: dict[str, Any]
    task: tuple[str, int]
    idle: Run
    after: dict[str, Any]


def network(environment: Environment) -> dict[str, Any]:
    """What there is of the NAT gateway, and whether the services' subnets are public."""
    ec2, ecs = environment.aws.client("ec2"), environment.aws.client("ecs")
    tagged = [{"Name": "tag:airflow:environment", "Values": [environment.name]}]
    tables = ec2.describe_route_tables(Filters=tagged)["RouteTables"]
    gateways = ec2.describe_nat_gateways(Filters=tagged)["NatGateways"]
    services = ecs.describe_services(cluster=environment.prefix, services=["scheduler", "worker"])["services"]
    return {
        "gateways": len([gateway for gateway in gateways if gateway["State"] == "available"]),
        "routes": len([route for table in tables for route in table["Routes"] if route.get("NatGatewayId")]),
        "addresses": len(ec2.describe_addresses(Filters=tagged)["Addresses"]),
        "public": {service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] for service in services},
    }


@pytest.fixture(scope="module")
def story(environment: Environment) -> Story:
    """Switched off while a task runs, and deployed again when that has ended."""
    airflow = log_in(environment)
    before, private = network(environment), subnets(environment)
    airflow.unpause("hello_fargate")
    run = airflow.must("POST", RUNS, {"logical_date": None, "conf": {"sleep_seconds": 3600}})
    path = f"{RUNS}/{quote(run['dag_run_id'], safe='')}"

    def task() -> tuple[str, int]:
        answer = airflow.seen(f"{path}/taskInstances/greet")
        return answer.get("state", "not seen"), answer.get("try_number", 0)

    wait_until(lambda: task() == ("running", 1), 300, "the task runs")
    environment.set_settings(**{**SETTINGS, "airflow_nat_gateway": False})
    busy, while_busy, state = environment.deploy(), network(environment), task()
    airflow.must("PATCH", f"{path}?update_mask=state", {"state": "failed"})
    wait_until(lambda: not tasks_in(environment, private), 600, "what ran in the private subnets has gone")
    return Story(before, busy, while_busy, state, environment.deploy(), network(environment))


def subnets(environment: Environment) -> list[str]:
    """Where the worker's tasks are started."""
    ecs = environment.aws.client("ecs")
    [worker] = ecs.describe_services(cluster=environment.prefix, services=["worker"])["services"]
    found: list[str] = worker["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
    return found


def tasks_in(environment: Environment, subnet_ids: list[str]) -> list[str]:
    """The network interfaces of ECS tasks, those that are stopping included."""
    filters = [{"Name": "subnet-id", "Values": subnet_ids}, {"Name": "description", "Values": ["arn:aws*:ecs:*"]}]
    found = environment.aws.client("ec2").describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    return [interface["NetworkInterfaceId"] for interface in found]


def test_services_have_run_behind_it(story: Story) -> None:
    assert story.before == {"gateways": 1, "routes": 1, "addresses": 1, "public": {"DISABLED"}}


def test_it_stays_while_a_task_needs_it(story: Story) -> None:
    assert story.task == ("running", 1)
    assert story.while_busy == {"gateways": 1, "routes": 1, "addresses": 1, "public": {"ENABLED"}}
    # With the worker, others that have been replaced may still be stopping.
    assert re.search(r"stays: tasks of ECS in the private subnets need it \([1-9]\d*\)", story.busy.output), story.busy


def test_it_goes_with_its_route_and_address(story: Story) -> None:
    assert story.after == {"gateways": 0, "routes": 0, "addresses": 0, "public": {"ENABLED"}}
    assert story.idle.changed_hosts == {"aws"}


def test_then_nothing_is_left_to_do(story: Story, environment: Environment, aws: EmbeddedAws) -> None:
    mark = aws.mark()
    assert environment.deploy().changed_hosts == set()
    assert "ec2:DeleteNatGateway" not in aws.calls(mark)

"""A running embedded AWS, and a network, roles, a cluster and a log group in it."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from tests.embedded_aws import running

PORT = os.environ.get("LOCAL_AWS_PORT", "4566")
IMAGE = "docker.io/library/debian:trixie-slim"
# An engine that is busy may take longer than the usual five seconds to run a check.
HEALTH_CHECK = {"command": ["CMD-SHELL", "true"], "interval": 5, "timeout": 60}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture(scope="session", autouse=True)
def instance() -> Iterator[None]:
    with running():
        yield


class Environment:
    """What every test needs in the account."""

    account = "123456789012"

    def __init__(self) -> None:
        self.name = f"test-{uuid.uuid4().hex[:8]}"
        ec2 = self.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")[
                "Subnet"
            ]["SubnetId"]
            for number, zone in enumerate("ab")
        ]
        self.group = ec2.create_security_group(GroupName=self.name, Description="test", VpcId=self.vpc)["GroupId"]
        self.role = self.client("iam").create_role(RoleName=self.name, AssumeRolePolicyDocument=json.dumps(TRUST))[
            "Role"
        ]["Arn"]
        self.log_group = f"/{self.name}"
        self.client("logs").create_log_group(logGroupName=self.log_group)
        self.ecs = self.client("ecs")
        self.ecs.create_cluster(clusterName=self.name, capacityProviders=["FARGATE", "FARGATE_SPOT"])

    @staticmethod
    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{PORT}",
            region_name="us-east-1",
            aws_access_key_id=Environment.account,
            aws_secret_access_key="local",
        )

    @property
    def network(self) -> dict[str, Any]:
        return {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": [self.group]}}

    def register(self, *containers: dict[str, Any], **fields: Any) -> str:
        """Register a task definition; answers with its ARN."""
        log = {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": self.log_group,
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "ecs",
            },
        }
        definition = self.ecs.register_task_definition(
            family=fields.pop("family", self.name),
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=self.role,
            taskRoleArn=self.role,
            containerDefinitions=[{"image": IMAGE, "logConfiguration": log, **entry} for entry in containers],
            **fields,
        )
        return str(definition["taskDefinition"]["taskDefinitionArn"])

    def start(self, task_definition: str, **fields: Any) -> str:
        (task,) = self.ecs.run_task(
            cluster=self.name,
            taskDefinition=task_definition,
            launchType="FARGATE",
            networkConfiguration=self.network,
            **fields,
        )["tasks"]
        return str(task["taskArn"])

    def task(self, arn: str) -> dict[str, Any]:
        (task,) = self.ecs.describe_tasks(cluster=self.name, tasks=[arn])["tasks"]
        return dict(task)

    def stopped(self, arn: str) -> dict[str, Any]:
        return until(lambda: self.task(arn), lambda task: task["lastStatus"] == "STOPPED")

    def run(self, *containers: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Run a task to its end."""
        return self.stopped(self.start(self.register(*containers, **fields)))

    def logs(self, task: dict[str, Any], container: str = "main") -> list[str]:
        stream = f"ecs/{container}/{task['taskArn'].rsplit('/', 1)[-1]}"
        events = self.client("logs").get_log_events(
            logGroupName=self.log_group, logStreamName=stream, startFromHead=True
        )["events"]
        return [event["message"] for event in events]

    def service(self, name: str) -> dict[str, Any]:
        (service,) = self.ecs.describe_services(cluster=self.name, services=[name])["services"]
        return dict(service)


def until(look: Callable[[], Any], good: Callable[[Any], bool], seconds: float = 600) -> Any:
    """What `look` sees once it is good; fails with what it saw last. The time suffices on a busy machine, too."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if good(seen):
            return seen
        assert time.monotonic() < deadline, f"not in {seconds} s: {seen}"
        time.sleep(0.3)


@pytest.fixture(scope="session")
def aws(instance: None) -> Iterator[Environment]:
    environment = Environment()
    yield environment
    for arn in environment.ecs.list_services(cluster=environment.name)["serviceArns"]:
        environment.ecs.delete_service(cluster=environment.name, service=arn, force=True)
    for arn in environment.ecs.list_tasks(cluster=environment.name)["taskArns"]:
        environment.ecs.stop_task(cluster=environment.name, task=arn)


@pytest.fixture(name="until", scope="session")
def until_fixture() -> Callable[..., Any]:
    return until

"""Which task definitions are refused."""

from __future__ import annotations

import pytest

from tools.local_aws.patches.refusals import fargate

LOG = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "ecs"},
}


def definition(container: dict | None = None, **fields: object) -> dict:
    return {
        "family": "f",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "512",
        "memory": "1024",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "volumes": [{"name": "v"}],
        "containerDefinitions": [{"name": "airflow", "image": "i", **(container or {})}],
        **fields,
    }


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [("256", "512"), ("256", "2048"), ("512", "4096"), ("1024", "8192"), ("2048", "16384"), ("16384", "122880")],
)
def test_sizes_that_exist(cpu: str, memory: str) -> None:
    assert fargate.size_problem(cpu, memory) is None


@pytest.mark.parametrize(
    ("cpu", "memory"), [("256", "4096"), ("512", "512"), ("1024", "1024"), ("300", "512"), (None, None), ("256", None)]
)
def test_sizes_that_do_not(cpu: str | None, memory: str | None) -> None:
    assert "No Fargate configuration exists" in str(fargate.size_problem(cpu, memory))


def test_an_ordinary_definition_is_accepted() -> None:
    container = {
        "logConfiguration": LOG,
        "mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}],
        "portMappings": [{"containerPort": 8080, "hostPort": 8080}],
        "secrets": [{"name": "S", "valueFrom": "arn"}],
        "healthCheck": {"command": ["CMD", "true"], "interval": 10},
        "stopTimeout": 120,
    }
    assert fargate.register(definition(container)) is None


@pytest.mark.parametrize(
    ("container", "fields", "words"),
    [
        ({}, {"networkMode": "bridge"}, "network mode"),
        ({"essential": False}, {}, "essential"),
        ({"stopTimeout": 121}, {}, "stopTimeout"),
        ({"logConfiguration": LOG}, {"executionRoleArn": None}, "execution role"),
        ({"image": "1.dkr.ecr.us-east-1.amazonaws.com/x:1"}, {"executionRoleArn": None}, "ECR images"),
        ({"logConfiguration": {"logDriver": "awslogs", "options": {}}}, {}, "awslogs requires options"),
        ({"logConfiguration": {"logDriver": "syslog"}}, {}, "not supported"),
        ({"mountPoints": [{"sourceVolume": "w", "containerPath": "/w"}]}, {}, "Unknown volume"),
        ({"dependsOn": [{"containerName": "x", "condition": "START"}]}, {}, "does not exist"),
        ({"healthCheck": {"command": ["CMD", "true"], "interval": 1}}, {}, "interval"),
        ({"cpu": 1024}, {}, "CPU exceeds"),
        ({"memory": 2048}, {}, "memory exceeds"),
        ({"privileged": True}, {}, "privileged"),
        ({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}, {}, "must match"),
        ({}, {"ephemeralStorage": {"sizeInGiB": 20}}, "Ephemeral storage"),
        (
            {"environment": [{"name": "A", "value": ""}], "secrets": [{"name": "A", "valueFrom": "arn"}]},
            {},
            "must be unique",
        ),
    ],
)
def test_refused(container: dict, fields: dict, words: str) -> None:
    refusal = fargate.register(definition(container, **fields))
    assert refusal is not None
    assert refusal.code == "ClientException"
    assert words in refusal.message


ROUTED = {"name": "main", "logConfiguration": {"logDriver": "awsfirelens"}}
ROUTER = {"name": "log_router", "firelensConfiguration": {"type": "fluentbit"}}


@pytest.mark.parametrize(
    ("containers", "words"),
    [
        ([ROUTED], "there must be a container with a FireLens configuration"),
        ([ROUTED, ROUTER, {**ROUTER, "name": "second"}], "Only one container"),
        ([{**ROUTER, "firelensConfiguration": {"type": "vector"}}], "'vector' is not supported"),
        ([{**ROUTED, **ROUTER}], "cannot have the log driver"),
        (
            [{**ROUTER, "firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "s3"}}}],
            "config-file-type 'file'",
        ),
    ],
)
def test_log_routers_that_are_refused(containers: list[dict], words: str) -> None:
    assert any(words in problem for problem in fargate.firelens_problems(containers))


def test_one_log_router_for_what_is_routed() -> None:
    assert list(fargate.firelens_problems([ROUTED, ROUTER])) == []

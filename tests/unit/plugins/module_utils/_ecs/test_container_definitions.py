"""What counts as a change of a task definition, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.container_definitions import (
    canonical_container,
    canonical_task_definition,
)

Resource = dict[str, Any]

NOFILE: Resource = {"name": "nofile", "softLimit": 1024, "hardLimit": 2048}
CORE: Resource = {"name": "core", "softLimit": 0, "hardLimit": 0}
CONTAINER: Resource = {
    "name": "airflow",
    "image": "airflow:1",
    "command": ["airflow", "scheduler"],
    "entryPoint": ["tini", "--"],
    "environment": [{"name": "A", "value": "1"}, {"name": "EMPTY", "value": ""}],
    "secrets": [{"name": "S", "valueFrom": "arn:s"}, {"name": "T", "valueFrom": "arn:t"}],
    "portMappings": [{"containerPort": 8080}, {"containerPort": 8125, "protocol": "udp"}],
    "healthCheck": {"command": ["CMD", "true"]},
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/g"}},
    "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp"}],
    "ulimits": [
        {"name": "nofile", "softLimit": 1024, "hardLimit": 2048},
        {"name": "core", "softLimit": 0, "hardLimit": 0},
    ],
    "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
    "linuxParameters": {"initProcessEnabled": True},
    "stopTimeout": 120,
}
# The same container as DescribeTaskDefinition tells it.
DESCRIBED: Resource = {
    "name": "airflow",
    "image": "airflow:1",
    "cpu": 0,
    "links": [],
    "portMappings": [
        {"containerPort": 8125, "hostPort": 8125, "protocol": "udp"},
        {"containerPort": 8080, "hostPort": 8080, "protocol": "tcp", "name": "airflow-8080-tcp"},
    ],
    "essential": True,
    "entryPoint": ["tini", "--"],
    "command": ["airflow", "scheduler"],
    "environment": [{"name": "EMPTY", "value": ""}, {"name": "A", "value": "1"}],
    "environmentFiles": [],
    "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}],
    "volumesFrom": [],
    "linuxParameters": {
        "capabilities": {"add": [], "drop": []},
        "devices": [],
        "initProcessEnabled": True,
        "tmpfs": [],
    },
    "secrets": [{"name": "T", "valueFrom": "arn:t"}, {"name": "S", "valueFrom": "arn:s"}],
    "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
    "stopTimeout": 120,
    "privileged": False,
    "readonlyRootFilesystem": False,
    "dnsServers": [],
    "dockerLabels": {},
    "ulimits": [
        {"name": "core", "softLimit": 0, "hardLimit": 0},
        {"name": "nofile", "softLimit": 1024, "hardLimit": 2048},
    ],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/g"}, "secretOptions": []},
    "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3},
    "systemControls": [],
    "resourceRequirements": [],
}
DEFINITION: Resource = {
    "family": "f",
    "containerDefinitions": [CONTAINER, {"name": "init", "image": "busybox", "essential": False}],
    "cpu": "512",
    "memory": "1024",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "executionRoleArn": "arn:execution",
    "taskRoleArn": "arn:task",
    "volumes": [{"name": "tmp"}],
}


def test_what_ecs_fills_in_is_no_change() -> None:
    assert canonical_container(DESCRIBED) == canonical_container(CONTAINER)


@pytest.mark.parametrize(
    "change",
    [
        {"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}},
        {"runtimePlatform": None, "ephemeralStorage": None, "proxyConfiguration": None, "pidMode": ""},
        {"ephemeralStorage": {"sizeInGiB": 20}},
        {"cpu": 512, "memory": 1024},
        {"volumes": [{"name": "tmp", "host": {}, "configuredAtLaunch": False}]},
        {"placementConstraints": [], "compatibilities": ["EC2", "FARGATE"], "revision": 3, "status": "ACTIVE"},
        {"containerDefinitions": list(reversed(DEFINITION["containerDefinitions"]))},
    ],
)
def test_other_spellings_of_the_same_definition(change: Resource) -> None:
    assert canonical_task_definition({**DEFINITION, **change}) == canonical_task_definition(DEFINITION)


@pytest.mark.parametrize(
    "change",
    [
        {"cpu": "1024"},
        {"memory": "2048"},
        {"executionRoleArn": "arn:other"},
        {"taskRoleArn": None},
        {"ephemeralStorage": {"sizeInGiB": 30}},
        {"runtimePlatform": {"cpuArchitecture": "ARM64"}},
        {"volumes": []},
        {"volumes": [{"name": "tmp", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]},
        {"containerDefinitions": [CONTAINER]},
        {"containerDefinitions": [CONTAINER, {"name": "init", "image": "busybox"}]},
    ],
)
def test_changes_of_the_definition_are_noticed(change: Resource) -> None:
    assert canonical_task_definition({**DEFINITION, **change}) != canonical_task_definition(DEFINITION)


@pytest.mark.parametrize(
    "change",
    [
        {"image": "airflow:2"},
        {"command": ["airflow", "triggerer"]},
        {"command": ["scheduler", "airflow"]},
        {"command": ["airflow", "scheduler", ""]},
        {"entryPoint": ["--", "tini"]},
        {"environment": [{"name": "A", "value": "999"}, {"name": "EMPTY", "value": ""}]},
        {"environment": [{"name": "A", "value": "1"}]},
        {"environment": [{"name": "A", "value": "1"}, {"name": "EMPTY", "value": " "}]},
        {"secrets": [{"name": "S", "valueFrom": "arn:t"}, {"name": "T", "valueFrom": "arn:s"}]},
        {"portMappings": [{"containerPort": 8080}]},
        {"portMappings": [{"containerPort": 8080}, {"containerPort": 8125}]},
        {"portMappings": [{"containerPort": 8080, "name": "api"}, {"containerPort": 8125, "protocol": "udp"}]},
        {"healthCheck": {"command": ["CMD", "true"], "interval": 10}},
        {"healthCheck": None},
        {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/other"}}},
        {"mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": True}]},
        {"ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}]},
        {"dependsOn": [{"containerName": "init", "condition": "COMPLETE"}]},
        {"linuxParameters": {"initProcessEnabled": False}},
        {"essential": False},
        {"cpu": 128},
        {"memory": 512},
        {"stopTimeout": 60},
        {"user": "50000"},
        {"readonlyRootFilesystem": True},
        {"restartPolicy": {"enabled": True}},
        {"dockerLabels": {"a": ""}},
    ],
)
def test_changes_of_a_container_are_noticed(change: Resource) -> None:
    assert canonical_container({**CONTAINER, **change}) != canonical_container(CONTAINER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"restartPolicy": {"enabled": True}}, {"restartPolicy": {"enabled": True, "restartAttemptPeriod": 300}}),
        ({"linuxParameters": {"initProcessEnabled": False}}, {}),
        ({"versionConsistency": "enabled"}, {}),
        ({"volumesFrom": [{"sourceContainer": "a"}]}, {"volumesFrom": [{"sourceContainer": "a", "readOnly": False}]}),
        ({"healthCheck": {"command": ["CMD", "x"], "startPeriod": 0}}, {"healthCheck": {"command": ["CMD", "x"]}}),
    ],
)
def test_defaults_may_be_spelled_out(one: Resource, other: Resource) -> None:
    container = {"name": "airflow", "image": "i"}
    assert canonical_container({**container, **one}) == canonical_container({**container, **other})


def test_a_diff_shows_one_variable_by_name() -> None:
    canonical = canonical_container(CONTAINER)
    assert canonical["environment"] == {"A": "1", "EMPTY": ""}
    assert canonical["secrets"] == {"S": "arn:s", "T": "arn:t"}
    assert canonical["portMappings"].keys() == {"8080/tcp", "8125/udp"}

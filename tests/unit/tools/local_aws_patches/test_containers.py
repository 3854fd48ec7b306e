"""Container definitions become the arguments of the container engine."""

from __future__ import annotations

import pytest

from tools.local_aws.patches.ecs import containers

HOST = containers.Host(
    network="net", cpus=2, hard_limits={"nofile": 20000, "nproc": 4096}, mounts={"/state/ca.pem": "/etc/ca.pem"}
)
PLACE = containers.TaskPlace(task_id="0123456789abcdef", cpu=512, memory=1024, labels={"task": "1"})


def build(definition: dict, task_definition: dict | None = None, place: containers.TaskPlace = PLACE) -> dict:
    return containers.arguments({"name": "airflow", **definition}, task_definition or {}, {"A": "1"}, place, HOST)


def test_fields_of_the_definition_reach_the_engine() -> None:
    arguments = build(
        {
            "entryPoint": ["tini", "--"],
            "command": ["airflow", "scheduler"],
            "user": "50000:0",
            "workingDirectory": "/opt/airflow",
            "readonlyRootFilesystem": True,
            "linuxParameters": {"initProcessEnabled": True},
        }
    )
    assert arguments["entrypoint"] == ["tini", "--"]
    assert arguments["command"] == ["airflow", "scheduler"]
    assert arguments["user"] == "50000:0"
    assert arguments["working_dir"] == "/opt/airflow"
    assert arguments["read_only"] is True
    assert arguments["init"] is True
    assert arguments["environment"] == {"A": "1"}


def test_the_task_limits_a_container_without_limits_of_its_own() -> None:
    arguments = build({})
    assert arguments["mem_limit"] == 1024 * containers.MIB
    assert arguments["cpu_quota"] == containers.CPU_PERIOD // 2


def test_a_container_limits_its_memory_below_the_tasks() -> None:
    assert build({"memory": 64})["mem_limit"] == 64 * containers.MIB


def test_the_machine_limits_the_cpu() -> None:
    place = containers.TaskPlace(task_id="t", cpu=8192, memory=1024, labels={})
    assert build({}, place=place)["cpu_quota"] == 2 * containers.CPU_PERIOD


def test_ulimits_are_clipped_and_always_complete() -> None:
    limits = containers.ulimits(
        {"ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}]}, {"nofile": 20000, "nproc": 4096}
    )
    assert limits == [
        {"name": "nofile", "soft": 20000, "hard": 20000},
        {"name": "nproc", "soft": 4096, "hard": 4096},
    ]


def test_volumes_belong_to_the_task() -> None:
    task_definition = {"volumes": [{"name": "shared", "host": {}}, {"name": "machine", "host": {"sourcePath": "/m"}}]}
    mounts = [
        {"sourceVolume": "shared", "containerPath": "/s"},
        {"sourceVolume": "machine", "containerPath": "/m", "readOnly": True},
    ]
    assert build({"mountPoints": mounts}, task_definition)["volumes"] == [
        "/state/ca.pem:/etc/ca.pem:ro",
        "ministack-ecs-0123456789abcdef-shared:/s:rw",
        "/m:/m:ro",
    ]
    assert containers.task_volumes(task_definition) == ["shared"]


def test_the_owner_of_the_namespace_has_the_aliases() -> None:
    place = containers.TaskPlace(task_id="t", cpu=256, memory=512, labels={}, aliases=("api.internal",))
    arguments = build({}, place=place)
    assert arguments["network"] == "net"
    assert arguments["networking_config"] == {"net": {"Aliases": ["api.internal"]}}


def test_the_others_join_it() -> None:
    place = containers.TaskPlace(task_id="t", cpu=256, memory=512, labels={}, network_owner="abc")
    arguments = build({}, place=place)
    assert arguments["network_mode"] == "container:abc"
    assert "network" not in arguments


def depends(name: str, on: str, condition: str) -> dict:
    return {"name": name, "dependsOn": [{"containerName": on, "condition": condition}]}


@pytest.mark.parametrize(
    ("definitions", "owner"),
    [
        ([{"name": "a"}, {"name": "b"}], "a"),
        ([depends("a", "b", "START"), {"name": "b"}], "b"),
        ([depends("a", "init", "SUCCESS"), {"name": "init", "essential": False}], "a"),
        ([{"name": "log_router", "firelensConfiguration": {"type": "fluentbit"}}, {"name": "a"}], "a"),
        ([depends("a", "init", "COMPLETE"), {"name": "init"}, depends("c", "a", "HEALTHY")], "a"),
    ],
)
def test_network_owner(definitions: list[dict], owner: str) -> None:
    assert containers.network_owner(definitions) == owner


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["CMD-SHELL", "curl -f localhost"], ["/bin/sh", "-c", "curl -f localhost"]),
        (["CMD", "python", "-m", "x"], ["python", "-m", "x"]),
        (["NONE"], None),
        ([], None),
    ],
)
def test_health_check_command(command: list[str], expected: list[str] | None) -> None:
    assert containers.health_check_command({"command": command}) == expected


def test_health_check_defaults_are_those_of_the_api() -> None:
    assert containers.health_check_timing({}) == (30.0, 5.0, 3, 0.0)


@pytest.mark.parametrize(("definition", "seconds"), [({}, 30), ({"stopTimeout": 0}, 0), ({"stopTimeout": 120}, 120)])
def test_stop_timeout(definition: dict, seconds: int) -> None:
    assert containers.stop_timeout(definition) == seconds


def test_overrides_replace_variables_secrets_and_command() -> None:
    task_definition = {
        "containerDefinitions": [
            {
                "name": "airflow",
                "command": ["scheduler"],
                "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "secrets": [{"name": "S", "valueFrom": "arn"}, {"name": "T", "valueFrom": "arn"}],
            }
        ]
    }
    override = {
        "name": "airflow",
        "command": ["db", "migrate"],
        "environment": [{"name": "A", "value": "9"}, {"name": "S", "value": "x"}],
    }
    (definition,) = containers.effective_definitions({"overrides": {"containerOverrides": [override]}}, task_definition)
    assert definition["command"] == ["db", "migrate"]
    assert definition["environment"] == [
        {"name": "B", "value": "2"},
        {"name": "A", "value": "9"},
        {"name": "S", "value": "x"},
    ]
    assert definition["secrets"] == [{"name": "T", "valueFrom": "arn"}]

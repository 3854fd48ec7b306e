"""The module, with stubbed ECS, Application Auto Scaling and CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import api, ensure
from ansible_collections.airflow.fargate.plugins.modules import ecs_service_purge

Run = Callable[..., dict[str, Any]]
ARN = "arn:aws:ecs:eu-west-1:123456789012"
OPTIONS = {
    "cluster": "airflow-x",
    "keep": ["scheduler", "worker"],
    "tags": {"airflow:environment": "x"},
    "wait_timeout": 1,
}


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (api, ensure):
        monkeypatch.setattr(module, "side_by_side", lambda function, items: list(map(function, items)))


def service(name: str, environment: str = "x", **fields: Any) -> dict[str, Any]:
    return {
        "serviceName": name,
        "serviceArn": f"{ARN}:service/airflow-x/{name}",
        "clusterArn": f"{ARN}:cluster/airflow-x",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "taskDefinition": f"{ARN}:task-definition/airflow-x-{name}:3",
        "tags": [{"key": "airflow:environment", "value": environment}],
        **fields,
    }


def describe(aws: Any, *services: dict[str, Any]) -> None:
    asked = {"cluster": "airflow-x", "services": [one["serviceName"] for one in services], "include": ["TAGS"]}
    aws["ecs"].add_response("describe_services", {"services": list(services)}, asked)


def listed(aws: Any, *names: str) -> None:
    arns = [f"{ARN}:service/airflow-x/{name}" for name in names]
    aws["ecs"].add_response("list_services", {"serviceArns": arns}, {"cluster": "airflow-x"})


def test_nothing_to_remove_costs_one_call(aws: Any, run_module: Run) -> None:
    listed(aws, "scheduler", "worker")
    result = run_module(ecs_service_purge.main, **OPTIONS)
    assert (result["changed"], result["removed"]) == (False, [])


def test_a_cluster_that_is_not_there_yet(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_client_error("list_services", "ClusterNotFoundException")
    assert not run_module(ecs_service_purge.main, True, **OPTIONS)["changed"]


def test_what_belongs_to_somebody_else_stays(aws: Any, run_module: Run) -> None:
    listed(aws, "worker", "gpu", "scheduler", "old")
    describe(aws, service("gpu", environment="y"), service("old", status="INACTIVE"))
    assert not run_module(ecs_service_purge.main, **OPTIONS)["changed"]


def test_check_mode_names_what_would_go(aws: Any, run_module: Run) -> None:
    listed(aws, "worker", "gpu")
    describe(aws, service("gpu"))
    result = run_module(ecs_service_purge.main, True, **OPTIONS)
    assert (result["changed"], result["removed"]) == (True, ["gpu"])
    assert result["diff"]["before"] == {"gpu": {"task_definition_family": "airflow-x-gpu", "desired_count": 2}}


def scaling_goes(aws: Any) -> None:
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/airflow-x/gpu"}
    target["ScalableDimension"] = "ecs:service:DesiredCount"
    found = {**target, "MinCapacity": 0, "MaxCapacity": 5, "RoleARN": "role", "CreationTime": 0}
    aws["application-autoscaling"].add_response("describe_scalable_targets", {"ScalableTargets": [found]})
    alarms = [{"AlarmName": "airflow-x/gpu/workers-in"}]
    asked = {"AlarmNamePrefix": "airflow-x/gpu/", "AlarmTypes": ["MetricAlarm"]}
    aws["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": alarms}, asked)
    aws["cloudwatch"].add_response("delete_alarms", {}, {"AlarmNames": ["airflow-x/gpu/workers-in"]})
    aws["application-autoscaling"].add_response("deregister_scalable_target", {}, target)


def scaled_to_zero(aws: Any) -> None:
    asked = {"cluster": "airflow-x", "service": "gpu", "desiredCount": 0}
    aws["ecs"].add_response("update_service", {"service": service("gpu", desiredCount=0)}, asked)


def test_a_service_goes_with_all_that_belongs_to_it(aws: Any, run_module: Run) -> None:
    listed(aws, "worker", "gpu")
    describe(aws, service("gpu"))
    scaling_goes(aws)
    scaled_to_zero(aws)
    empty = service("gpu", desiredCount=0, runningCount=0)
    describe(aws, empty)
    revision = f"{ARN}:task-definition/airflow-x-gpu:3"
    for status, arns in (("ACTIVE", [revision]), ("INACTIVE", [])):
        asked = {"familyPrefix": "airflow-x-gpu", "status": status, "sort": "DESC"}
        aws["ecs"].add_response("list_task_definitions", {"taskDefinitionArns": arns}, asked)
    aws["ecs"].add_response("deregister_task_definition", {}, {"taskDefinition": "airflow-x-gpu:3"})
    aws["ecs"].add_response("delete_task_definitions", {}, {"taskDefinitions": ["airflow-x-gpu:3"]})
    describe(aws, empty)
    deleted = {"cluster": "airflow-x", "service": "gpu", "force": True}
    aws["ecs"].add_response("delete_service", {"service": empty}, deleted)
    describe(aws, service("gpu", status="INACTIVE"))

    assert run_module(ecs_service_purge.main, **OPTIONS)["removed"] == ["gpu"]


def test_a_busy_task_is_not_stopped(aws: Any, run_module: Run) -> None:
    listed(aws, "worker", "gpu")
    describe(aws, service("gpu"))
    scaling_goes(aws)
    scaled_to_zero(aws)
    busy = service("gpu", desiredCount=0, runningCount=1)
    describe(aws, busy)

    result = run_module(ecs_service_purge.main, **{**OPTIONS, "wait_timeout": 0})

    assert "1 of its tasks still run after 0 s: they are busy" in result["msg"]


@pytest.mark.parametrize("name", ["keep", "tags"])
def test_without_names_or_tags_nothing_is_removed(aws: Any, run_module: Run, name: str) -> None:
    result = run_module(ecs_service_purge.main, **{**OPTIONS, name: type(OPTIONS[name])()})
    assert result["msg"].startswith(f"{name} is empty")


def test_the_example_of_the_documentation(aws: Any, run_module: Run) -> None:
    aws["ecs"].add_response("list_services", {"serviceArns": []}, {"cluster": "airflow-prod"})
    [task] = yaml.safe_load(ecs_service_purge.EXAMPLES)
    assert run_module(ecs_service_purge.main, **task["airflow.fargate.ecs_service_purge"])["removed"] == []

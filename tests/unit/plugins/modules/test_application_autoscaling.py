"""The module, with stubbed Application Auto Scaling and CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible_collections.airflow.fargate.plugins.filter.scalable_targets import scalable_targets
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import api, ensure
from ansible_collections.airflow.fargate.plugins.modules import application_autoscaling

Run = Callable[..., dict[str, Any]]
SERVICE = {"cluster": "app", "service": "worker"}
WORKER = {**SERVICE, "min": 0, "max": 5}
TRACKING = {"target_value": 60}
CPU = {"type": "ECSServiceAverageCPUUtilization"}
STEPS = [{"lower_bound": 0, "adjustment": 1}]


@pytest.fixture(autouse=True)
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (api, ensure):
        monkeypatch.setattr(module, "side_by_side", lambda function, items: list(map(function, items)))


def nothing_there(aws: Any, actions: bool = False) -> None:
    aws["application-autoscaling"].add_response("describe_scalable_targets", {"ScalableTargets": []})
    aws["application-autoscaling"].add_response("describe_scaling_policies", {"ScalingPolicies": []})
    if actions:
        aws["application-autoscaling"].add_response("describe_scheduled_actions", {"ScheduledActions": []})
    aws["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": []})


def test_the_examples_of_the_documentation(aws: Any, run_module: Run) -> None:
    create, suspend, remove = yaml.safe_load(application_autoscaling.EXAMPLES)
    module = "airflow.fargate.application_autoscaling"
    nothing_there(aws, actions=True)
    result = run_module(application_autoscaling.main, True, **create[module])
    assert result["changed"]
    worker, server = result["targets"]
    assert list(worker["alarms"]) == ["app/worker/scale-in", "app/worker/scale-out"]
    assert list(server["scheduled_actions"]) == ["business-hours", "evening"]

    aws["application-autoscaling"].add_response("describe_scalable_targets", {"ScalableTargets": []})
    assert "it needs min and max" in run_module(application_autoscaling.main, True, **suspend[module])["msg"]

    aws["application-autoscaling"].add_response("describe_scalable_targets", {"ScalableTargets": []})
    aws["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": []})
    assert not run_module(application_autoscaling.main, **remove[module])["changed"]


def test_samples_of_the_documentation_are_what_is_returned(aws: Any, run_module: Run) -> None:
    create = yaml.safe_load(application_autoscaling.EXAMPLES)[0]["airflow.fargate.application_autoscaling"]
    nothing_there(aws, actions=True)
    worker, server = run_module(application_autoscaling.main, True, **create)["targets"]
    contains = yaml.safe_load(application_autoscaling.RETURN)["targets"]["contains"]
    assert contains.keys() == worker.keys() | server.keys()
    (policy,) = contains["policies"]["sample"].values()
    assert {**policy, "policy_arn": None} == server["policies"]["cpu"]
    assert contains["alarms"]["sample"] == {"app/worker/scale-out": worker["alarms"]["app/worker/scale-out"]}
    assert contains["scheduled_actions"]["sample"]["evening"] == server["scheduled_actions"]["evening"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"min": 1}, "one of the following is required: resource_id, cluster"),
        ({"cluster": "app"}, "parameters are required together: cluster, service"),
        ({**WORKER, "resource_id": "service/app/worker"}, "parameters are mutually exclusive: resource_id|cluster"),
        ({**WORKER, "policies": [{"name": "x"}]}, "one of the following is required: target_tracking, step_scaling"),
        (
            {**WORKER, "policies": [{"name": "x", "target_tracking": TRACKING}]},
            "one of the following is required: predefined_metric, customized_metric",
        ),
        (
            {
                **WORKER,
                "policies": [
                    {"name": "x", "target_tracking": {**TRACKING, "predefined_metric": CPU, "customized_metric": {}}}
                ],
            },
            "parameters are mutually exclusive: predefined_metric|customized_metric",
        ),
        (
            {
                **WORKER,
                "policies": [
                    {
                        "name": "x",
                        "target_tracking": {**TRACKING, "predefined_metric": CPU},
                        "step_scaling": {"steps": STEPS},
                    }
                ],
            },
            "parameters are mutually exclusive: target_tracking|step_scaling",
        ),
        (
            {**WORKER, "scheduled_actions": [{"name": "x", "schedule": "rate(1 day)"}]},
            "one of the following is required: min, max",
        ),
        ({**WORKER, "scalable_dimension": "dynamodb:table:ReadCapacityUnits"}, "value of scalable_dimension must be"),
        ({**WORKER, "min": 9}, "worker.min = 9: it must not be above max, which is 5"),
    ],
)
def test_refused(aws: Any, run_module: Run, option: dict[str, Any], message: str) -> None:
    result = run_module(application_autoscaling.main, targets=[option])
    assert result["failed"]
    assert message in result["msg"]


def test_an_error_says_what_failed(aws: Any, run_module: Run) -> None:
    client = aws["application-autoscaling"]
    client.add_client_error("describe_scalable_targets", "AccessDeniedException", "not allowed")
    result = run_module(application_autoscaling.main, targets=[WORKER])
    assert result["failed"]
    assert "Failed to describe scalable targets" in result["msg"]
    assert "not allowed" in result["msg"]


def test_what_the_filter_scalable_targets_makes_is_taken(aws: Any, run_module: Run) -> None:
    pool = {
        "service_name": "worker",
        "service_component": "worker",
        "service_cluster": "app",
        "service_min_count": 0,
        "service_max_count": 30,
        "service_queues": ["default"],
        "service_scaling_mode": "exact",
        "service_scale_in_idle_time": 90,
        "service_business_hours": {"days": "MON-FRI", "start": "08:00", "end": "19:00", "timezone": "Europe/Berlin"},
        "service_schedule": [{"name": "x", "schedule": "at(2099-01-01T00:00:00)", "max": 40}],
    }
    tracking = {**pool, "service_name": "gpu", "service_scaling_mode": "target_tracking"}
    server = {**pool, "service_name": "api-server", "service_component": "api-server"}
    nothing_there(aws, actions=True)

    targets = scalable_targets([pool, tracking, server], "prod", "AirflowFargate")
    result = run_module(application_autoscaling.main, True, targets=targets, tags={"airflow:environment": "prod"})

    assert [sorted(target["policies"]) for target in result["targets"]] == [
        ["workers-in", "workers-out"],
        ["reservation"],
        [],
    ]
    assert [len(target["scheduled_actions"]) for target in result["targets"]] == [3, 3, 3]

"""The calls that the module makes, and what it says when nothing is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules.deployment_info import main

FILTERS = {"Filters": [{"Name": "tag:airflow:environment", "Values": ["test"]}]}
OPTIONS = {
    "name": "airflow-test",
    "environment": "test",
    "target_group": "airflow-test-api-server",
    "namespace": "airflow-test.internal",
}


def test_nothing_is_there(aws: Any, run_module: Callable[..., dict[str, Any]]) -> None:
    aws["elbv2"].add_client_error("describe_load_balancers", "LoadBalancerNotFound")
    aws["elbv2"].add_client_error("describe_target_groups", "TargetGroupNotFound")
    aws["ec2"].add_response("describe_vpcs", {"Vpcs": []}, FILTERS)
    aws["ec2"].add_response("describe_subnets", {"Subnets": []}, FILTERS)
    aws["ec2"].add_response("describe_security_groups", {"SecurityGroups": []}, FILTERS)
    aws["servicediscovery"].add_response("list_namespaces", {"Namespaces": []})
    aws["ssm"].add_response("get_parameters_by_path", {"Parameters": []}, {"Path": "/airflow-test/capacity"})
    result = run_module(main, **OPTIONS)
    assert result["changed"] is False
    assert result["scaled_down"] == {}
    assert result["vpc_id"] is None
    assert result["public_subnet_ids"] == []
    assert result["security_group_ids"] == {}
    assert result["load_balancer_dns_name"] is None
    assert result["registry_arn"] is None

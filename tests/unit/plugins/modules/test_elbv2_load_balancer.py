"""A load balancer before one target group, with a stubbed Elastic Load Balancing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._elbv2 import settings
from ansible_collections.airflow.fargate.plugins.modules.elbv2_load_balancer import main

Run = Callable[..., dict[str, Any]]
PREFIX = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
BALANCER_ARN = f"{PREFIX}:loadbalancer/app/x/1"
GROUP_ARN = f"{PREFIX}:targetgroup/x-api/2"
LISTENER_ARN = f"{PREFIX}:listener/app/x/1/3"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
OPTIONS: dict[str, Any] = {
    "name": "x",
    "subnet_ids": ["subnet-2", "subnet-1"],
    "security_group_ids": ["sg-1"],
    "idle_timeout": 120,
    "listener": {"port": 80},
    "target_group": {"name": "x-api", "vpc_id": "vpc-1", "port": 8080, "path": "/health", "tags": {"Name": "x-api"}},
    "tags": {"Name": "x"},
}
CHECK = {
    "HealthCheckProtocol": "HTTP",
    "Matcher": {"HttpCode": "200"},
    "HealthCheckPath": "/health",
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
}
ATTRIBUTES = [
    {"Key": "idle_timeout.timeout_seconds", "Value": "120"},
    {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"},
]
DELAY = [{"Key": "deregistration_delay.timeout_seconds", "Value": "300"}]
FORWARD = [{"Type": "forward", "TargetGroupArn": GROUP_ARN}]
BALANCER = {
    "LoadBalancerArn": BALANCER_ARN,
    "DNSName": "x-1.elb.amazonaws.com",
    "Scheme": "internet-facing",
    "AvailabilityZones": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}],
    "SecurityGroups": ["sg-1"],
}
GROUP = {"TargetGroupArn": GROUP_ARN, "Port": 8080, "VpcId": "vpc-1", **CHECK}
LISTENER = {"ListenerArn": LISTENER_ARN, "Port": 80, "Protocol": "HTTP", "DefaultActions": FORWARD}


@pytest.fixture
def elbv2(aws: Any) -> Any:
    return aws["elbv2"]


def tag_list(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def there(
    elbv2: Any,
    balancer: dict[str, Any] | None = None,
    group: dict[str, Any] | None = None,
    listener: dict[str, Any] | None = None,
    balancer_tags: dict[str, str] | None = None,
) -> None:
    """What AWS describes of a load balancer that is there, with these differences from what is wanted."""
    elbv2.add_response("describe_load_balancers", {"LoadBalancers": [{**BALANCER, **(balancer or {})}]})
    elbv2.add_response("describe_target_groups", {"TargetGroups": [{**GROUP, **(group or {})}]})
    elbv2.add_response("describe_load_balancer_attributes", {"Attributes": ATTRIBUTES})
    elbv2.add_response("describe_listeners", {"Listeners": [{**LISTENER, **(listener or {})}]})
    elbv2.add_response("describe_target_group_attributes", {"Attributes": DELAY})
    tags = [
        {"ResourceArn": BALANCER_ARN, "Tags": tag_list(**(balancer_tags or {"Name": "x"}))},
        {"ResourceArn": GROUP_ARN, "Tags": tag_list(Name="x-api")},
    ]
    elbv2.add_response("describe_tags", {"TagDescriptions": tags}, {"ResourceArns": [BALANCER_ARN, GROUP_ARN]})


def nothing(elbv2: Any) -> None:
    elbv2.add_client_error("describe_load_balancers", "LoadBalancerNotFound")
    elbv2.add_client_error("describe_target_groups", "TargetGroupNotFound")


def test_unchanged_it_is_only_read(elbv2: Any, run_module: Run) -> None:
    there(elbv2)
    result = run_module(main, **OPTIONS)
    assert not result["changed"]
    assert (result["dns_name"], result["target_group_arn"]) == ("x-1.elb.amazonaws.com", GROUP_ARN)


def test_everything_is_created_in_an_order_that_works(elbv2: Any, run_module: Run) -> None:
    nothing(elbv2)
    target = {"Name": "x-api", "Protocol": "HTTP", "TargetType": "ip", "Port": 8080, "VpcId": "vpc-1", **CHECK}
    group = {**target, "Tags": tag_list(Name="x-api")}
    elbv2.add_response("create_target_group", {"TargetGroups": [GROUP]}, group)
    delay = {"TargetGroupArn": GROUP_ARN, "Attributes": DELAY}
    elbv2.add_response("modify_target_group_attributes", {}, delay)
    balancer = {
        "Name": "x",
        "Type": "application",
        "Scheme": "internet-facing",
        "Subnets": ["subnet-1", "subnet-2"],
        "SecurityGroups": ["sg-1"],
        "Tags": tag_list(Name="x"),
    }
    elbv2.add_response("create_load_balancer", {"LoadBalancers": [BALANCER]}, balancer)
    attributes = {"LoadBalancerArn": BALANCER_ARN, "Attributes": ATTRIBUTES}
    elbv2.add_response("modify_load_balancer_attributes", {}, attributes)
    listener = {"LoadBalancerArn": BALANCER_ARN, "Port": 80, "Protocol": "HTTP", "DefaultActions": FORWARD}
    elbv2.add_response("create_listener", {}, listener)

    result = run_module(main, **OPTIONS)

    assert result["changed"]
    assert result["load_balancer_arn"] == BALANCER_ARN


def test_check_mode_writes_nothing(elbv2: Any, run_module: Run) -> None:
    nothing(elbv2)
    result = run_module(main, True, **OPTIONS)
    assert result["changed"]
    assert result["dns_name"] is None
    assert set(result["diff"]["after"]) == {"target group", "load balancer", "listeners"}


def test_only_what_differs_is_changed(elbv2: Any, run_module: Run) -> None:
    there(
        elbv2,
        balancer={"SecurityGroups": ["sg-2"]},
        group={"HealthCheckPath": "/old"},
        balancer_tags={"Name": "x", "old": "1"},
    )
    elbv2.add_response("modify_target_group", {}, {"TargetGroupArn": GROUP_ARN, **CHECK})
    elbv2.add_response("remove_tags", {}, {"ResourceArns": [BALANCER_ARN], "TagKeys": ["old"]})
    elbv2.add_response("set_security_groups", {}, {"LoadBalancerArn": BALANCER_ARN, "SecurityGroups": ["sg-1"]})

    assert run_module(main, **OPTIONS)["changed"]


def test_https_on_another_port_takes_the_place_of_http(elbv2: Any, run_module: Run) -> None:
    there(elbv2)
    listener = {
        "LoadBalancerArn": BALANCER_ARN,
        "Port": 443,
        "Protocol": "HTTPS",
        "DefaultActions": FORWARD,
        "Certificates": [{"CertificateArn": CERTIFICATE}],
        "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
    }
    elbv2.add_response("create_listener", {}, listener)
    elbv2.add_response("delete_listener", {}, {"ListenerArn": LISTENER_ARN})

    options = {**OPTIONS, "listener": {"port": 443, "certificate_arn": CERTIFICATE}}
    assert run_module(main, **options)["changed"]


def test_a_listener_that_leads_elsewhere_is_led_back(elbv2: Any, run_module: Run) -> None:
    there(elbv2, listener={"DefaultActions": [{"Type": "fixed-response"}]})
    change = {"ListenerArn": LISTENER_ARN, "Port": 80, "Protocol": "HTTP", "DefaultActions": FORWARD}
    elbv2.add_response("modify_listener", {}, change)

    assert run_module(main, **OPTIONS)["changed"]


def test_what_aws_cannot_change_is_refused(elbv2: Any, run_module: Run) -> None:
    elbv2.add_response("describe_load_balancers", {"LoadBalancers": [{**BALANCER, "Scheme": "internal"}]})
    elbv2.add_response("describe_target_groups", {"TargetGroups": [{**GROUP, "VpcId": "vpc-2"}]})
    result = run_module(main, **OPTIONS)
    assert "the scheme of the load balancer is internal, not internet-facing" in result["msg"]
    assert "the VPC of the target group is vpc-2, not vpc-1" in result["msg"]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (FORWARD, GROUP_ARN),
        ([{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": GROUP_ARN}]}}], GROUP_ARN),
        (
            [
                {
                    "Type": "forward",
                    "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "a"}, {"TargetGroupArn": "b"}]},
                }
            ],
            None,
        ),
        ([{"Type": "redirect"}], None),
        ([], None),
    ],
)
def test_where_a_listener_forwards_to(actions: list[dict[str, Any]], expected: str | None) -> None:
    assert settings.forwards_to(actions) == expected

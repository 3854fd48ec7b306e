"""The request log read backwards, held against botocore's own serializers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import botocore.session
import pytest
from botocore.serialize import create_serializer

from benchmarks.parameters import HIDDEN, arguments, client_name, complete


def model(service: str, operation: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation)


def form(service: str, operation: str, given: dict[str, Any]) -> tuple[str, Any, dict[str, str]]:
    """(protocol, input shape, form fields) of a call."""
    operation_model = model(service, operation)
    protocol = operation_model.service_model.metadata["protocol"]
    body = create_serializer(protocol).serialize_to_request(given, operation_model)["body"]
    fields = body if isinstance(body, dict) else dict(parse_qsl(body))
    return protocol, operation_model.input_shape, {name: str(value) for name, value in fields.items()}


@pytest.mark.parametrize(
    ("service", "operation", "given"),
    [
        ("ec2", "DescribeVpcs", {"Filters": [{"Name": "tag:Name", "Values": ["a", "b"]}]}),
        ("ec2", "DescribeVpcAttribute", {"VpcId": "vpc-1", "Attribute": "enableDnsHostnames"}),
        ("ec2", "DescribeSubnets", {"SubnetIds": ["subnet-1", "subnet-2"], "MaxResults": 100}),
        ("ec2", "DescribeRouteTables", {"RouteTableIds": ["rtb-1"], "DryRun": False}),
        ("iam", "GetRolePolicy", {"RoleName": "r", "PolicyName": "p"}),
        ("iam", "ListRoles", {}),
        ("elbv2", "DescribeTags", {"ResourceArns": ["arn:1", "arn:2"]}),
        ("rds", "DescribeDBInstances", {"Filters": [{"Name": "db-instance-id", "Values": ["a", "b"]}]}),
        ("elasticache", "DescribeReplicationGroups", {"ReplicationGroupId": "a", "MaxRecords": 20}),
    ],
)
def test_forms_become_the_arguments_they_were_made_from(service: str, operation: str, given: dict[str, Any]) -> None:
    protocol, shape, fields = form(service, operation, given)
    assert arguments(protocol, shape, fields) == given


def test_json_is_as_it_was() -> None:
    shape = model("ecs", "DescribeClusters").input_shape
    assert arguments("json", shape, {"clusters": ["a"], "include": ["TAGS"]}) == {
        "clusters": ["a"],
        "include": ["TAGS"],
    }


def test_what_the_log_hides_is_left_out() -> None:
    shape = model("secretsmanager", "GetSecretValue").input_shape
    assert arguments("json", shape, {"SecretId": "a", "ClientRequestToken": HIDDEN}) == {"SecretId": "a"}


def test_a_bucket_is_in_the_path() -> None:
    shape = model("s3", "GetBucketPolicy").input_shape
    assert arguments("rest-xml", shape, {"bucketName": "b"}) == {"Bucket": "b"}


def test_an_operation_without_input() -> None:
    assert arguments("query", None, {}) == {}
    assert complete(None, {})


def test_a_name_in_a_path_is_not_logged() -> None:
    shape = model("route53", "GetHostedZone").input_shape
    assert not complete(shape, arguments("rest-xml", shape, {}))
    assert complete(shape, {"Id": "Z1"})


def test_names_of_services() -> None:
    assert [client_name(name) for name in ("elasticloadbalancing", "tagging", "ecs")] == [
        "elbv2",
        "resourcegroupstaggingapi",
        "ecs",
    ]

"""The log of API calls names operations, tells reads from writes and hides secrets."""

from __future__ import annotations

import json

import pytest

from tools.local_aws.patches import request_log

JSON = {"content-type": "application/x-amz-json-1.1"}
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_json_protocol() -> None:
    headers = {**JSON, "x-amz-target": "AmazonEC2ContainerServiceV20141113.RunTask"}
    found = request_log.identify("ecs", "POST", "/", headers, json.dumps({"cluster": "c"}).encode(), {})
    assert found == ("RunTask", {"cluster": "c"})


def test_query_protocol() -> None:
    body = b"Action=CreateDBInstance&Version=2014-10-31&DBInstanceIdentifier=db&MasterUserPassword=secret"
    operation, parameters = request_log.identify("rds", "POST", "/", FORM, body, {})
    assert operation == "CreateDBInstance"
    assert request_log.redact("rds", operation, parameters) == {
        "DBInstanceIdentifier": "db",
        "MasterUserPassword": request_log.HIDDEN,
    }


@pytest.mark.parametrize(
    ("method", "path", "query", "operation"),
    [
        ("GET", "/", {}, "ListBuckets"),
        ("PUT", "/bucket", {}, "CreateBucket"),
        ("PUT", "/bucket", {"policy": [""]}, "PutBucketPolicy"),
        ("GET", "/bucket", {"versioning": [""]}, "GetBucketVersioning"),
        ("GET", "/bucket", {"list-type": ["2"]}, "ListObjectsV2"),
        ("GET", "/bucket/a/b", {}, "GetObject"),
        ("PUT", "/bucket/a/b", {}, "PutObject"),
        ("POST", "/bucket", {"delete": [""]}, "DeleteObjects"),
    ],
)
def test_s3(method: str, path: str, query: dict, operation: str) -> None:
    assert request_log.identify("s3", method, path, {}, b"", query)[0] == operation


def test_rest_json() -> None:
    assert request_log.rest_operation("glue-is-json", "GET", "/", {}) == "GetRequest"
    assert request_log.rest_operation("efs", "GET", "/2015-02-01/file-systems", {}) == "DescribeFileSystems"


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeServices",
        "ListTasks",
        "GetSecretValue",
        "GetRandomPassword",
        "GetAuthorizationToken",
        "BatchGetImage",
        "BatchCheckLayerAvailability",
        "AssumeRole",
        "HeadBucket",
        "FilterLogEvents",
        "SimulatePrincipalPolicy",
    ],
)
def test_reads(operation: str) -> None:
    assert request_log.read_only(operation)


@pytest.mark.parametrize(
    "operation", ["RunTask", "CreateBucket", "PutObject", "TagResource", "DeleteService", "Getaway"]
)
def test_writes(operation: str) -> None:
    assert not request_log.read_only(operation)


def test_secrets_are_hidden_at_any_depth() -> None:
    parameters = {
        "SecretString": "x",
        "AuthToken": "x",
        "nested": [{"MasterUserPassword": "x", "Name": "kept"}],
    }
    assert request_log.redact("any", "Operation", parameters) == {
        "SecretString": request_log.HIDDEN,
        "AuthToken": request_log.HIDDEN,
        "nested": [{"MasterUserPassword": request_log.HIDDEN, "Name": "kept"}],
    }


def test_a_value_is_secret_in_put_parameter_only() -> None:
    assert request_log.redact("ssm", "PutParameter", {"Value": "x"}) == {"Value": request_log.HIDDEN}
    assert request_log.redact("ecs", "PutAttributes", {"Value": "x"}) == {"Value": "x"}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"{}", None),
        (400, b'{"__type": "com.amazonaws#ClusterNotFoundException"}', "ClusterNotFoundException"),
        (404, b"<Error><Code>NoSuchBucket</Code></Error>", "NoSuchBucket"),
        (404, b"", "404"),
    ],
)
def test_error_code(status: int, body: bytes, expected: str | None) -> None:
    assert request_log.error_code(status, {}, body) == expected


def test_source() -> None:
    assert request_log.source("127.0.0.1", "10.1.0.1") == "host"
    assert request_log.source("10.1.0.1", "10.1.0.1") == "host"
    assert request_log.source("10.1.0.7", "10.1.0.1") == "task"

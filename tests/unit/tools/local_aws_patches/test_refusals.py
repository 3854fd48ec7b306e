"""The parts the tables of refusals are made of, and the names they let through."""

from __future__ import annotations

import json

import pytest

from tools.local_aws.patches.refusals import (
    athena,
    ecr,
    elasticache,
    elbv2,
    firehose,
    iam,
    logs,
    rds,
    s3,
    secretsmanager,
)
from tools.local_aws.patches.refusals.checks import Check, Params, Refusal, between, members, render


def code(checks: list[Check], params: Params) -> str | None:
    """Code of the first refusal among checks that look at the parameters only."""
    return next((refusal.code for check in checks if (refusal := check(params))), None)


@pytest.mark.parametrize(
    ("checks", "good", "bad", "expected"),
    [
        (s3.CHECKS["CreateBucket"], {"bucketName": "airflow-local-1"}, {"bucketName": "Airflow"}, "InvalidBucketName"),
        (s3.CHECKS["CreateBucket"], {"bucketName": "a.b-c"}, {"bucketName": "1.2.3.4"}, "InvalidBucketName"),
        (s3.CHECKS["CreateBucket"], {"bucketName": "a" * 63}, {"bucketName": "a" * 64}, "InvalidBucketName"),
        (
            ecr.CHECKS["CreateRepository"],
            {"repositoryName": "airflow/local"},
            {"repositoryName": "Airflow"},
            "InvalidParameterException",
        ),
        (
            elasticache.CHECKS["CreateReplicationGroup"][:1],
            {"ReplicationGroupId": "a" * 40},
            {"ReplicationGroupId": "a" * 41},
            "InvalidParameterValue",
        ),
        (
            elasticache.CHECKS["ModifyReplicationGroup"][:1],
            {"AuthToken": "a" * 16},
            {"AuthToken": "a" * 15},
            "InvalidParameterValue",
        ),
        (elbv2.CHECKS["CreateLoadBalancer"][:2], {"Name": "a" * 32}, {"Name": "a" * 33}, "ValidationError"),
        (elbv2.CHECKS["CreateLoadBalancer"][:2], {"Name": "a-b"}, {"Name": "a-"}, "ValidationError"),
        (elbv2.CHECKS["CreateLoadBalancer"][:2], {"Name": "my-internal"}, {"Name": "internal-x"}, "ValidationError"),
        (
            elbv2.CHECKS["ModifyTargetGroup"],
            {"HealthCheckIntervalSeconds": "5"},
            {"HealthCheckIntervalSeconds": "4"},
            "ValidationError",
        ),
        (iam.CHECKS["CreateRole"], {"RoleName": "a" * 64}, {"RoleName": "a" * 65}, "ValidationError"),
        (iam.CHECKS["CreateRole"], {"RoleName": "a_b"}, {"RoleName": "a b"}, "ValidationError"),
        (
            logs.CHECKS["PutRetentionPolicy"],
            {"retentionInDays": 14},
            {"retentionInDays": 13},
            "InvalidParameterException",
        ),
        (
            logs.CHECKS["CreateLogGroup"],
            {"logGroupName": "/airflow-local/x"},
            {"logGroupName": "a b"},
            "InvalidParameterException",
        ),
        (
            secretsmanager.CHECKS["CreateSecret"],
            {"Name": "airflow-local/config/x"},
            {"Name": "a:b"},
            "ValidationException",
        ),
        (
            secretsmanager.CHECKS["DeleteSecret"],
            {"RecoveryWindowInDays": 7},
            {"RecoveryWindowInDays": 6},
            "InvalidParameterException",
        ),
        (
            [rds.password],
            {"MasterUserPassword": "abcdefgh"},
            {"MasterUserPassword": "abc/efgh"},
            "InvalidParameterValue",
        ),
        (
            firehose.CHECKS["CreateDeliveryStream"][:3],
            {"ExtendedS3DestinationConfiguration": {"Prefix": "!{timestamp:yyyy}/", "ErrorOutputPrefix": "errors/"}},
            {"ExtendedS3DestinationConfiguration": {"Prefix": "!{timestamp:yyyy}/"}},
            "InvalidArgumentException",
        ),
        (
            firehose.CHECKS["UpdateDestination"][:2],
            {"ExtendedS3DestinationUpdate": {"BufferingHints": {"SizeInMBs": 128, "IntervalInSeconds": 0}}},
            {"ExtendedS3DestinationUpdate": {"BufferingHints": {"SizeInMBs": 128, "IntervalInSeconds": 901}}},
            "InvalidArgumentException",
        ),
        (
            firehose.CHECKS["CreateDeliveryStream"][:3],
            {"DeliveryStreamName": "a" * 64},
            {"DeliveryStreamName": "a b"},
            "InvalidArgumentException",
        ),
        (
            athena.CHECKS["CreateWorkGroup"],
            {"Configuration": {"ResultConfiguration": {"OutputLocation": "s3://b/"}}},
            {"Configuration": {"ResultConfiguration": {"OutputLocation": "/b/"}}},
            "InvalidRequestException",
        ),
        ([rds.password], {"MasterUserPassword": "a" * 128}, {"MasterUserPassword": "a" * 7}, "InvalidParameterValue"),
        (
            [rds.storage_scale],
            {"AllocatedStorage": "20", "MaxAllocatedStorage": "21"},
            {"AllocatedStorage": "20", "MaxAllocatedStorage": "20"},
            "InvalidParameterCombination",
        ),
    ],
)
def test_limits(checks: list[Check], good: Params, bad: Params, expected: str) -> None:
    assert code(checks, good) is None
    assert code(checks, bad) == expected


def test_between_refuses_what_is_no_number() -> None:
    check = between("Port", 1, 2, "Code", "{}")
    assert check({"Port": "x"}) == Refusal("Code", "x")
    assert check({}) is None


def test_members_of_the_query_protocols() -> None:
    params = {
        "SubnetIds.member.2": "b",
        "SubnetIds.member.1": "a",
        "SubnetIdsOther.1": "x",
        "Groups.SecurityGroupId.1": "g",
        "Plain.1": "p",
    }
    assert members(params, "SubnetIds") == ["a", "b"]
    assert members(params, "Groups") == ["g"]
    assert members(params, "Plain") == ["p"]


@pytest.mark.parametrize(
    ("service", "start"),
    [("ec2", b"<Response><Errors>"), ("s3", b"<Error><Code>C</Code>"), ("rds", b"<ErrorResponse><Error><Type>Sender")],
)
def test_errors_in_xml(service: str, start: bytes) -> None:
    status, dummy, body = render(service, Refusal("C", "a < b", 404), "id")
    assert status == 404
    assert body.startswith(start)
    assert b"a &lt; b" in body


def test_errors_in_json() -> None:
    dummy, headers, body = render("ecs", Refusal("ClientException", "a < b"), "id")
    assert json.loads(body)["__type"] == "ClientException"
    assert json.loads(body)["message"] == "a < b"
    assert headers["x-amzn-errortype"] == "ClientException"

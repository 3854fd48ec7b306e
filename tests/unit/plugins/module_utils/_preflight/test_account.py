from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.account import (
    ask,
    check_account_id,
    check_caller,
    check_region,
    explain,
    known_regions,
)

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
IDENTITY = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/someone"}


def refusal(code: str) -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": "no"}}, "GetCallerIdentity")


def test_regions() -> None:
    regions = known_regions()
    assert list(check_region("eu-central-1", regions)) == []
    assert list(check_region("us-east-1", regions)) == []


@pytest.mark.parametrize("region", ["", "eu-centrall-1", "us-east-1a", "cn-north-1"])
def test_no_regions(region: str) -> None:
    [problem] = check_region(region, known_regions())
    assert problem.setting == "airflow_region"


def test_a_misspelt_region_is_corrected() -> None:
    [problem] = check_region("eu-centrall-1", known_regions())
    assert "did you mean eu-central-1?" in problem.fix


@pytest.mark.parametrize(
    ("account", "certificate", "settings"),
    [
        ("", "", []),
        ("", CERTIFICATE, []),
        ("123456789012", CERTIFICATE, []),
        (123456789012, "", []),
        ("1234-5678-9012", "", ["airflow_account_id"]),
        ("12345678901", "", ["airflow_account_id"]),
        ("210987654321", CERTIFICATE, ["airflow_certificate_arn"]),
    ],
)
def test_account_ids(account: Any, certificate: str, settings: list[str]) -> None:
    assert [problem.setting for problem in check_account_id(account, certificate)] == settings


@pytest.mark.parametrize("expected", ["", "123456789012", 123456789012])
def test_the_right_account(expected: Any) -> None:
    assert list(check_caller(expected, IDENTITY)) == []


def test_another_account() -> None:
    [problem] = check_caller("210987654321", IDENTITY)
    assert problem.setting == "airflow_account_id"
    assert problem.value == "210987654321"
    assert "123456789012" in problem.why


def test_an_unknown_caller_is_told_only_once() -> None:
    assert list(check_caller("210987654321", {})) == []


@pytest.mark.parametrize(
    ("error", "setting", "why", "fix"),
    [
        (botocore.exceptions.NoCredentialsError(), "AWS credentials", "Unable to locate credentials", "AWS_PROFILE"),
        (
            botocore.exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            "AWS credentials",
            "Partial credentials",
            "AWS_SECRET_ACCESS_KEY",
        ),
        (botocore.exceptions.ProfileNotFound(profile="x"), "AWS credentials", "(x) could not be found", "AWS_PROFILE"),
        (botocore.exceptions.UnauthorizedSSOTokenError(), "AWS credentials", "expired", "aws sso login"),
        (refusal("ExpiredToken"), "AWS credentials", "expired", "log in again"),
        (refusal("InvalidClientTokenId"), "AWS credentials", "does not know them", "check access key"),
        (refusal("SignatureDoesNotMatch"), "AWS credentials", "does not know them", "clock"),
        (refusal("AccessDenied"), "AWS credentials", "AccessDenied", "get-caller-identity"),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="u"), "AWS endpoint", "connect", "AWS_ENDPOINT_URL"),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="u"), "AWS endpoint", "timeout", "AWS_ENDPOINT_URL"),
        (ValueError("Invalid endpoint: x"), "AWS credentials", "Invalid endpoint", "get-caller-identity"),
    ],
)
def test_reasons(error: Exception, setting: str, why: str, fix: str) -> None:
    problem = explain(error, "profile x")
    assert problem.setting == setting
    assert problem.value == "profile x"
    assert why in problem.why
    assert fix in problem.fix


def test_asking() -> None:
    def fail() -> dict[str, Any]:
        raise refusal("ExpiredToken")

    assert ask(lambda: IDENTITY, "profile x") == (IDENTITY, [])
    identity, problems = ask(fail, "profile x")
    assert identity == {}
    assert len(problems) == 1

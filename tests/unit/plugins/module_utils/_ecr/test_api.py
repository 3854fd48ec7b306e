"""The shapes of the ECR calls."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecr import api
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRError
from botocore.stub import Stubber

IMAGE = {"repositoryName": "airflow-test", "imageIds": [{"imageTag": "0a1b"}]}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("ecr", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_the_digest_of_an_image(stub: Stubber) -> None:
    stub.add_response("describe_images", {"imageDetails": [{"imageDigest": "sha256:1"}]}, IMAGE)

    assert api.find_digest(stub.client, "airflow-test", "0a1b") == "sha256:1"


def test_a_missing_image_has_no_digest(stub: Stubber) -> None:
    stub.add_client_error("describe_images", "ImageNotFoundException")
    stub.add_response("describe_images", {"imageDetails": []}, IMAGE)

    assert api.find_digest(stub.client, "airflow-test", "0a1b") is None
    assert api.find_digest(stub.client, "airflow-test", "0a1b") is None


def test_a_refusal_is_not_taken_for_a_missing_image(stub: Stubber) -> None:
    stub.add_client_error("describe_images", "AccessDeniedException", http_status_code=400)

    with pytest.raises(ECRError, match="Failed to describe image airflow-test:0a1b in ECR"):
        api.find_digest(stub.client, "airflow-test", "0a1b")


@pytest.mark.parametrize(
    ("endpoint", "host", "plain_http"),
    [
        ("https://1.dkr.ecr.eu-west-1.amazonaws.com", "1.dkr.ecr.eu-west-1.amazonaws.com", False),
        ("http://127.0.0.1:4566/", "127.0.0.1:4566", True),
    ],
)
def test_a_login(stub: Stubber, endpoint: str, host: str, plain_http: bool) -> None:
    token = base64.b64encode(b"AWS:the:password").decode()
    data = {"authorizationToken": token, "proxyEndpoint": endpoint}
    stub.add_response("get_authorization_token", {"authorizationData": [data]}, {})

    login = api.get_login(stub.client)

    assert (login.host, login.plain_http, login.user, login.password) == (host, plain_http, "AWS", "the:password")
    assert "password" not in repr(login)

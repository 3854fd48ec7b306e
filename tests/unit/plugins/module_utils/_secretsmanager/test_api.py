"""The shapes of the Secrets Manager calls."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager import api
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.common import SecretsManagerError
from botocore.stub import Stubber

VALUE = "the-value-of-the-secret"


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("secretsmanager", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_a_missing_secret_has_neither_description_nor_value(stub: Stubber) -> None:
    stub.add_client_error("describe_secret", "ResourceNotFoundException")
    stub.add_client_error("get_secret_value", "ResourceNotFoundException")
    stub.add_client_error("get_secret_value", "ResourceNotFoundException")

    assert api.describe_secret(stub.client, "x") is None
    assert api.find_value(stub.client, "x") is None
    with pytest.raises(SecretsManagerError, match="Secret x does not exist or has no value yet"):
        api.read_value(stub.client, "x")


def test_read_value(stub: Stubber) -> None:
    stub.add_response("get_secret_value", {"SecretString": VALUE}, {"SecretId": "x"})

    assert api.read_value(stub.client, "x") == VALUE


def test_create_secret(stub: Stubber) -> None:
    stub.add_response(
        "create_secret",
        {"ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:x"},
        {
            "Name": "x",
            "SecretString": VALUE,
            "Description": "d",
            "Tags": [{"Key": "a", "Value": "1"}],
        },
    )

    api.create_secret(stub.client, "x", VALUE, {"a": "1"}, Description="d")


def test_an_error_never_holds_the_value(stub: Stubber) -> None:
    stub.add_client_error("put_secret_value", "AccessDeniedException", "not for you")

    with pytest.raises(SecretsManagerError) as error:
        api.put_value(stub.client, "x", VALUE)

    assert "Failed to write secret x" in str(error.value)
    assert VALUE not in repr(error.value) + str(error.value) + repr(error.value.exception)

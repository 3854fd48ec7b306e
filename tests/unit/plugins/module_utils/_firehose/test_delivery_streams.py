"""Delivery streams to S3."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._firehose import delivery_streams
from ansible_collections.airflow.fargate.plugins.module_utils._firehose.common import FirehoseError
from ansible_collections.airflow.fargate.plugins.module_utils._firehose.settings import DESTINATION, STREAM
from ansible_collections.airflow.fargate.plugins.module_utils._firehose.waiters import judge_active, judge_gone
from ansible_collections.airflow.fargate.plugins.module_utils._polling import WaitError
from botocore.stub import Stubber

ARN = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/logs"
BUCKET = "arn:aws:s3:::app-logs"
ROLE = "arn:aws:iam::123456789012:role/firehose"
WHO = {"DeliveryStreamName": "logs"}
PARAMS: dict[str, Any] = {
    "name": "logs",
    "bucket_arn": BUCKET,
    "role_arn": ROLE,
    "prefix": "logs/day=!{timestamp:yyyy-MM-dd}/",
    "error_output_prefix": "errors/",
    "buffering_size": 5,
    "buffering_interval": 60,
    "compression": "gzip",
    "encryption": "aws_owned_key",
    "kms_key_arn": None,
    "tags": {"a": "1"},
    "purge_tags": True,
    "wait": True,
    "wait_timeout": 300,
}
S3 = {
    "BucketARN": BUCKET,
    "RoleARN": ROLE,
    "Prefix": "logs/day=!{timestamp:yyyy-MM-dd}/",
    "ErrorOutputPrefix": "errors/",
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60},
    "CompressionFormat": "GZIP",
}
OWNED = {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    client = boto3.client("firehose", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def described(status: str = "ACTIVE", encryption: dict[str, Any] | None = None, **s3: Any) -> dict[str, Any]:
    destination = {**S3, "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"}, **s3}
    return {
        "DeliveryStreamName": "logs",
        "DeliveryStreamARN": ARN,
        "DeliveryStreamStatus": status,
        "DeliveryStreamEncryptionConfiguration": encryption or OWNED,
        "DeliveryStreamType": "DirectPut",
        "VersionId": "7",
        "CreateTimestamp": datetime(2026, 1, 1, tzinfo=UTC),
        "Destinations": [{"DestinationId": "destination-1", "ExtendedS3DestinationDescription": destination}],
        "HasMoreDestinations": False,
    }


def add_description(stub: Stubber, description: dict[str, Any]) -> None:
    stub.add_response("describe_delivery_stream", {"DeliveryStreamDescription": description}, WHO)


def add_missing(stub: Stubber) -> None:
    stub.add_client_error("describe_delivery_stream", "ResourceNotFoundException", expected_params=WHO)


def add_no_tags(stub: Stubber) -> None:
    stub.add_client_error("list_tags_for_delivery_stream", "ResourceNotFoundException")


def add_tags(stub: Stubber, **tags: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    stub.add_response("list_tags_for_delivery_stream", {"Tags": listed, "HasMoreTags": False}, {**WHO, "Limit": 50})


def add_creation(stub: Stubber) -> None:
    request = {
        **WHO,
        "DeliveryStreamType": "DirectPut",
        "ExtendedS3DestinationConfiguration": S3,
        "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
        "Tags": [{"Key": "a", "Value": "1"}],
    }
    stub.add_response("create_delivery_stream", {"DeliveryStreamARN": ARN}, request)


def test_create_waits_for_the_stream_and_its_encryption(stub: Stubber) -> None:
    add_missing(stub)
    add_no_tags(stub)
    add_creation(stub)
    add_description(stub, described("CREATING", {"Status": "ENABLING", "KeyType": "AWS_OWNED_CMK"}))
    add_description(stub, described("ACTIVE", {"Status": "ENABLING", "KeyType": "AWS_OWNED_CMK"}))
    add_description(stub, described())

    result = delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)

    assert result["changed"]
    assert result["delivery_stream"]["delivery_stream_arn"] == ARN


def test_a_role_that_firehose_does_not_know_yet_is_tried_again(stub: Stubber) -> None:
    add_missing(stub)
    add_no_tags(stub)
    message = "Firehose is unable to assume role arn:aws:iam::123456789012:role/firehose."
    stub.add_client_error("create_delivery_stream", "InvalidArgumentException", message)
    add_creation(stub)
    add_description(stub, described())

    assert delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)["changed"]


def test_another_invalid_argument_is_told_at_once(stub: Stubber) -> None:
    add_missing(stub)
    add_no_tags(stub)
    stub.add_client_error("create_delivery_stream", "InvalidArgumentException", "Prefix is wrong")

    with pytest.raises(FirehoseError, match=r"create delivery stream logs: .*Prefix is wrong"):
        delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)


def test_a_new_stream_needs_bucket_and_role(stub: Stubber) -> None:
    add_missing(stub)
    add_no_tags(stub)

    with pytest.raises(FirehoseError, match="logs is new and needs bucket_arn and role_arn"):
        delivery_streams.ensure_present(stub.client, {**PARAMS, "bucket_arn": None, "role_arn": None}, False)


def test_check_mode_creates_nothing(stub: Stubber) -> None:
    add_missing(stub)
    add_no_tags(stub)

    result = delivery_streams.ensure_present(stub.client, PARAMS, check_mode=True)

    assert result["changed"]
    assert result["delivery_stream"] == {}
    assert result["diff"]["after"]["buffering_interval"] == 60


def test_the_wanted_state_changes_nothing(stub: Stubber) -> None:
    add_description(stub, described())
    add_tags(stub, a="1")

    assert not delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)["changed"]


def test_what_is_not_given_stays(stub: Stubber) -> None:
    add_description(stub, described(CompressionFormat="ZIP"))
    add_tags(stub, b="2")
    nothing = dict.fromkeys((*DESTINATION, *STREAM, "tags"))

    assert not delivery_streams.ensure_present(stub.client, {**PARAMS, **nothing}, check_mode=False)["changed"]


def test_an_update_names_the_version_it_has_seen(stub: Stubber) -> None:
    add_description(stub, described(CompressionFormat="UNCOMPRESSED", Prefix="old/"))
    add_tags(stub, a="0", b="2")
    request = {**WHO, "CurrentDeliveryStreamVersionId": "7", "DestinationId": "destination-1"}
    stub.add_response("update_destination", {}, {**request, "ExtendedS3DestinationUpdate": S3})
    stub.add_response("untag_delivery_stream", {}, {**WHO, "TagKeys": ["b"]})
    stub.add_response("tag_delivery_stream", {}, {**WHO, "Tags": [{"Key": "a", "Value": "1"}]})
    add_description(stub, described())

    result = delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)

    before, after = result["diff"]["before"], result["diff"]["after"]
    assert (before["compression"], before["prefix"], before["tags"]) == ("none", "old/", {"a": "0", "b": "2"})
    assert (after["compression"], after["tags"]) == ("gzip", {"a": "1"})


def test_check_mode_changes_nothing(stub: Stubber) -> None:
    add_description(stub, described(Prefix="old/"))
    add_tags(stub, a="1")

    assert delivery_streams.ensure_present(stub.client, PARAMS, check_mode=True)["changed"]


@pytest.mark.parametrize(
    ("there", "wanted", "call", "request_"),
    [
        (
            {"Status": "DISABLED"},
            {"encryption": "customer_managed_key", "kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/1"},
            "start_delivery_stream_encryption",
            {
                "DeliveryStreamEncryptionConfigurationInput": {
                    "KeyType": "CUSTOMER_MANAGED_CMK",
                    "KeyARN": "arn:aws:kms:eu-west-1:123456789012:key/1",
                }
            },
        ),
        (OWNED, {"encryption": "none"}, "stop_delivery_stream_encryption", {}),
    ],
)
def test_encryption_has_calls_of_its_own(
    stub: Stubber, there: dict[str, Any], wanted: dict[str, Any], call: str, request_: dict[str, Any]
) -> None:
    add_description(stub, described(encryption=there))
    add_tags(stub, a="1")
    stub.add_response(call, {}, {**WHO, **request_})
    add_description(stub, described())

    assert delivery_streams.ensure_present(stub.client, {**PARAMS, **wanted}, check_mode=False)["changed"]


def test_another_destination_is_refused(stub: Stubber) -> None:
    description = {**described(), "Destinations": [{"DestinationId": "d", "HttpEndpointDestinationDescription": {}}]}
    add_description(stub, description)
    add_tags(stub)

    with pytest.raises(FirehoseError, match="does not deliver to one S3 bucket"):
        delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)


def test_a_stream_on_its_way_out_is_waited_for_and_made_anew(stub: Stubber) -> None:
    add_description(stub, described("DELETING"))
    add_tags(stub, a="1")
    add_description(stub, described("DELETING"))
    add_missing(stub)
    add_creation(stub)
    add_description(stub, described())

    assert delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)["changed"]


def test_a_failed_creation_says_why(stub: Stubber) -> None:
    add_missing(stub)
    add_no_tags(stub)
    add_creation(stub)
    failed = {**described("CREATING_FAILED"), "FailureDescription": {"Type": "UNKNOWN_ERROR", "Details": "no key"}}
    add_description(stub, failed)

    with pytest.raises(WaitError, match="CREATING_FAILED: no key"):
        delivery_streams.ensure_present(stub.client, PARAMS, check_mode=False)


def test_delete_waits_until_it_is_gone(stub: Stubber) -> None:
    add_description(stub, described())
    add_tags(stub, a="1")
    stub.add_response("delete_delivery_stream", {}, WHO)
    add_description(stub, described("DELETING"))
    add_missing(stub)

    result = delivery_streams.ensure_absent(stub.client, PARAMS, check_mode=False)

    assert result["changed"]
    assert result["diff"]["after"] == {}


def test_check_mode_deletes_nothing(stub: Stubber) -> None:
    add_description(stub, described())
    add_tags(stub, a="1")

    assert delivery_streams.ensure_absent(stub.client, PARAMS, check_mode=True)["changed"]


def test_deleting_twice_is_no_change(stub: Stubber) -> None:
    add_missing(stub)

    assert not delivery_streams.ensure_absent(stub.client, PARAMS, check_mode=False)["changed"]


def test_verdicts() -> None:
    assert judge_active(described()).done
    assert judge_active(None).failure
    assert judge_active(described(encryption={"Status": "ENABLING_FAILED"})).failure
    assert judge_gone(None).done
    assert judge_gone(described("DELETING_FAILED")).failure

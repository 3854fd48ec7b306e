"""Small texts in S3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._s3 import text_objects
from ansible_collections.airflow.fargate.plugins.module_utils._s3.common import S3Error
from botocore.response import StreamingBody
from botocore.stub import Stubber

PLACE = {"Bucket": "b", "Key": "config/x"}
TYPE = "text/plain; charset=utf-8"


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def thing(stub: Stubber) -> text_objects.TextObject:
    return text_objects.TextObject(stub.client, "b", "config/x")


def params(**given: Any) -> dict[str, Any]:
    return {"content": "new\n", "tags": {"a": "1 & 2"}, "purge_tags": True, **given}


def add_text(stub: Stubber, text: str) -> None:
    body = StreamingBody(io.BytesIO(text.encode()), len(text))
    stub.add_response("get_object", {"Body": body}, PLACE)


def add_tags(stub: Stubber, **tags: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    stub.add_response("get_object_tagging", {"TagSet": listed}, PLACE)


def add_write(stub: Stubber, tagging: str) -> None:
    stub.add_response("put_object", {}, {**PLACE, "Body": b"new\n", "ContentType": TYPE, "Tagging": tagging})


def test_create(stub: Stubber) -> None:
    stub.add_client_error("get_object", "NoSuchKey")
    add_write(stub, "a=1+%26+2")

    assert text_objects.ensure_present(thing(stub), params(), check_mode=False)["changed"]


@pytest.mark.parametrize("missing", ["NoSuchKey", "NoSuchBucket"])
def test_check_mode_creates_nothing(stub: Stubber, missing: str) -> None:
    stub.add_client_error("get_object", missing)

    result = text_objects.ensure_present(thing(stub), params(), check_mode=True)

    assert result["changed"]
    assert result["diff"]["after"] == {"content": "new\n", "tags": {"a": "1 & 2"}}


def test_the_wanted_state_changes_nothing(stub: Stubber) -> None:
    add_text(stub, "new\n")
    add_tags(stub, a="1 & 2")

    result = text_objects.ensure_present(thing(stub), params(), check_mode=False)

    assert (result["changed"], result["url"]) == (False, "s3://b/config/x")


def test_another_text_keeps_the_tags_that_are_not_asked_for(stub: Stubber) -> None:
    add_text(stub, "old\n")
    add_tags(stub, b="2")
    add_write(stub, "b=2")

    result = text_objects.ensure_present(thing(stub), params(tags=None), check_mode=False)

    assert result["diff"]["before"]["content"] == "old\n"


def test_tags_alone(stub: Stubber) -> None:
    add_text(stub, "new\n")
    add_tags(stub, a="0", b="2")
    tagging = {"TagSet": [{"Key": "a", "Value": "1 & 2"}]}
    stub.add_response("put_object_tagging", {}, {**PLACE, "Tagging": tagging})

    result = text_objects.ensure_present(thing(stub), params(), check_mode=False)

    assert result["diff"]["after"]["tags"] == {"a": "1 & 2"}


def test_check_mode_changes_nothing(stub: Stubber) -> None:
    add_text(stub, "old\n")
    add_tags(stub)

    assert text_objects.ensure_present(thing(stub), params(), check_mode=True)["changed"]


def test_a_large_object_is_none_of_ours(stub: Stubber) -> None:
    add_text(stub, "x" * 2 * 1024 * 1024)

    with pytest.raises(S3Error, match="s3://b/config/x has more than 1048576 bytes"):
        text_objects.ensure_present(thing(stub), params(), check_mode=False)


def test_an_error_names_the_object(stub: Stubber) -> None:
    stub.add_client_error("get_object", "AccessDenied", "not allowed")

    with pytest.raises(S3Error, match="Failed to read s3://b/config/x"):
        text_objects.ensure_present(thing(stub), params(), check_mode=False)


def test_delete(stub: Stubber) -> None:
    add_text(stub, "old\n")
    stub.add_response("delete_object", {}, PLACE)

    assert text_objects.ensure_absent(thing(stub), check_mode=False)["changed"]


def test_check_mode_deletes_nothing(stub: Stubber) -> None:
    add_text(stub, "old\n")

    assert text_objects.ensure_absent(thing(stub), check_mode=True)["changed"]


def test_deleting_twice_is_no_change(stub: Stubber) -> None:
    stub.add_client_error("get_object", "NoSuchKey")

    assert not text_objects.ensure_absent(thing(stub), check_mode=False)["changed"]

"""The module, with a stubbed S3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import s3_text_object

Run = Callable[..., dict[str, Any]]


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    aws["s3"].add_client_error("get_object", "NoSuchBucket")
    result = run_module(s3_text_object.main, True, bucket="b", key="x", content="text")
    assert (result["changed"], result["url"]) == (True, "s3://b/x")


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    aws["s3"].add_client_error("get_object", "NoSuchKey")
    assert not run_module(s3_text_object.main, bucket="b", key="x", state="absent")["changed"]


def test_a_text_is_needed(aws: Any, run_module: Run) -> None:
    assert "content" in run_module(s3_text_object.main, bucket="b", key="x")["msg"]

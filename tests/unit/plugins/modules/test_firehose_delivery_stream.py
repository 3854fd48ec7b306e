"""The module, with a stubbed Firehose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import firehose_delivery_stream

Run = Callable[..., dict[str, Any]]
OPTIONS = {"name": "logs", "bucket_arn": "arn:aws:s3:::b", "role_arn": "arn:aws:iam::123456789012:role/r"}


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    aws["firehose"].add_client_error("describe_delivery_stream", "ResourceNotFoundException")
    aws["firehose"].add_client_error("list_tags_for_delivery_stream", "ResourceNotFoundException")
    result = run_module(firehose_delivery_stream.main, True, **OPTIONS, compression="gzip")
    assert result["changed"]
    assert result["diff"]["after"]["compression"] == "gzip"


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    aws["firehose"].add_client_error("describe_delivery_stream", "ResourceNotFoundException")
    assert not run_module(firehose_delivery_stream.main, name="logs", state="absent")["changed"]


def test_a_key_of_ones_own_must_be_named(aws: Any, run_module: Run) -> None:
    result = run_module(firehose_delivery_stream.main, **OPTIONS, encryption="customer_managed_key")
    assert result["failed"]
    assert "kms_key_arn" in result["msg"]


def test_an_error_names_the_stream(aws: Any, run_module: Run) -> None:
    aws["firehose"].add_client_error("describe_delivery_stream", "AccessDeniedException", "not allowed")
    result = run_module(firehose_delivery_stream.main, **OPTIONS)
    assert "Failed to describe delivery stream logs" in result["msg"]

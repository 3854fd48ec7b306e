"""The module, with a stubbed Athena."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils import _arn
from ansible_collections.airflow.fargate.plugins.modules import athena_workgroup

Run = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_arn, "get_aws_account_info", lambda _module: ("123456789012", "aws"))


def add_missing(aws: Any) -> None:
    aws["athena"].add_client_error("get_work_group", "InvalidRequestException", "WorkGroup logs is not found.")


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    add_missing(aws)
    result = run_module(athena_workgroup.main, True, name="logs", output_location="s3://b/")
    assert result["changed"]
    assert result["workgroup"]["arn"] == "arn:aws:athena:eu-west-1:123456789012:workgroup/logs"


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    add_missing(aws)
    assert not run_module(athena_workgroup.main, name="logs", state="absent")["changed"]


def test_an_error_names_the_workgroup(aws: Any, run_module: Run) -> None:
    aws["athena"].add_client_error("get_work_group", "AccessDeniedException", "not allowed")
    assert "Failed to get Athena workgroup logs" in run_module(athena_workgroup.main, name="logs")["msg"]

"""The module, with a stubbed Glue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils import _arn
from ansible_collections.airflow.fargate.plugins.modules import glue_catalog

Run = Callable[..., dict[str, Any]]
TABLE = {"name": "logs", "location": "s3://b/logs/", "columns": [{"name": "log"}]}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_arn, "get_aws_account_info", lambda _module: ("123456789012", "aws"))


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    aws["glue"].add_client_error("get_database", "EntityNotFoundException")
    result = run_module(glue_catalog.main, True, name="app", tables=[TABLE])
    assert result["changed"]
    assert result["database"]["arn"] == "arn:aws:glue:eu-west-1:123456789012:database/app"
    column = {"name": "log", "type": "string", "comment": ""}
    assert result["diff"]["after"]["tables"]["logs"]["columns"] == [column]


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    aws["glue"].add_client_error("get_database", "EntityNotFoundException")
    assert not run_module(glue_catalog.main, name="app", state="absent")["changed"]


def test_an_error_names_the_database(aws: Any, run_module: Run) -> None:
    aws["glue"].add_client_error("get_database", "AccessDeniedException", "not allowed")
    assert "Failed to get Glue database app" in run_module(glue_catalog.main, name="app")["msg"]

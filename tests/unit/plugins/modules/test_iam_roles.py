"""The module, with a stubbed IAM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.airflow.fargate.plugins.modules import iam_roles

Run = Callable[..., dict[str, Any]]
TRUST = {"Version": "2012-10-17", "Statement": []}
ROLE = {"name": "app-reader", "assume_role_policy_document": TRUST, "policies": {"read": TRUST}}


def test_check_mode_on_an_empty_account(aws: Any, run_module: Run) -> None:
    aws["iam"].add_client_error("get_role", "NoSuchEntity")
    result = run_module(iam_roles.main, True, roles=[ROLE], tags={"env": "test"})
    assert result["changed"]
    assert result["diff"]["after"]["app-reader"]["tags"] == {"env": "test"}


def test_absent_with_nothing_there(aws: Any, run_module: Run) -> None:
    aws["iam"].add_client_error("get_role", "NoSuchEntity")
    assert not run_module(iam_roles.main, roles=[{"name": "app-reader"}], state="absent")["changed"]


def test_an_error_names_the_role(aws: Any, run_module: Run) -> None:
    aws["iam"].add_client_error("get_role", "AccessDenied", "not allowed")
    result = run_module(iam_roles.main, roles=[ROLE])
    assert result["failed"]
    assert "Failed to get IAM role app-reader" in result["msg"]
    assert "not allowed" in result["msg"]

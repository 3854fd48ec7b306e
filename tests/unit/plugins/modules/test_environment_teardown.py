"""What stops the module before it removes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules import environment_teardown

OPTIONS = {"environment": "test", "name": "airflow-test"}


def test_a_protected_database_stops_it_before_anything_is_touched(
    aws: Any, run_module: Callable[..., dict[str, Any]]
) -> None:
    instance = {
        "DBInstanceIdentifier": "airflow-test",
        "DeletionProtection": True,
        "TagList": [{"Key": "airflow:environment", "Value": "test"}],
    }
    aws["rds"].add_response("describe_db_instances", {"DBInstances": [instance]})
    result = run_module(environment_teardown.main, **OPTIONS)
    assert result["failed"]
    assert "airflow_database_deletion_protection: false" in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_left_changes_nothing(
    aws: Any, run_module: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    monkeypatch.setattr(environment_teardown, "STAGES", ())
    aws["rds"].add_response("describe_db_instances", {"DBInstances": []})
    result = run_module(environment_teardown.main, check_mode=check_mode, **OPTIONS)
    assert result["changed"] is False
    assert result["removed"] == []
    assert "final_snapshot_id" not in result

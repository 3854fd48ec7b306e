"""The calls that the module makes, whatever state it finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.modules.rds_instance_power import main

Run = Callable[..., dict[str, Any]]
NAME = "airflow-test"


def seen(aws: Any, *statuses: str) -> None:
    for status in statuses:
        instance = {"DBInstanceIdentifier": NAME, "DBInstanceStatus": status}
        expected = {"DBInstanceIdentifier": NAME}
        aws["rds"].add_response("describe_db_instances", {"DBInstances": [instance]}, expected)


def called(aws: Any, operation: str) -> None:
    aws["rds"].add_response(operation, {}, {"DBInstanceIdentifier": NAME})


def test_it_stops_and_waits(aws: Any, run_module: Run) -> None:
    seen(aws, "available")
    called(aws, "stop_db_instance")
    seen(aws, "stopping", "stopped")
    result = run_module(main, id=NAME, state="stopped")
    assert (result["changed"], result["status"]) == (True, "stopped")


def test_what_still_stops_is_started_when_it_has_stopped(aws: Any, run_module: Run) -> None:
    seen(aws, "stopping", "stopped")
    called(aws, "start_db_instance")
    seen(aws, "starting", "available")
    result = run_module(main, id=NAME, state="started")
    assert (result["changed"], result["status"]) == (True, "available")


@pytest.mark.parametrize(("state", "status"), [("started", "available"), ("stopped", "stopped")])
def test_what_is_there_already(aws: Any, run_module: Run, state: str, status: str) -> None:
    seen(aws, status)
    assert not run_module(main, id=NAME, state=state)["changed"]


@pytest.mark.parametrize(
    ("state", "statuses"), [("started", ["starting", "available"]), ("stopped", ["stopping", "stopped"])]
)
def test_what_is_under_way_is_waited_for(aws: Any, run_module: Run, state: str, statuses: list[str]) -> None:
    seen(aws, *statuses)
    assert not run_module(main, id=NAME, state=state)["changed"]


def test_a_state_that_has_changed_since_the_look_is_looked_at_again(aws: Any, run_module: Run) -> None:
    seen(aws, "available")
    aws["rds"].add_client_error("stop_db_instance", "InvalidDBInstanceState")
    seen(aws, "backing-up", "available")
    called(aws, "stop_db_instance")
    seen(aws, "stopped")
    assert run_module(main, id=NAME, state="stopped")["status"] == "stopped"


def test_check_mode_calls_and_waits_for_nothing(aws: Any, run_module: Run) -> None:
    seen(aws, "available")
    result = run_module(main, check_mode=True, id=NAME, state="stopped")
    assert (result["changed"], result["status"]) == (True, "stopped")


def test_a_missing_instance_is_an_error(aws: Any, run_module: Run) -> None:
    aws["rds"].add_client_error("describe_db_instances", "DBInstanceNotFound", http_status_code=404)
    assert "does not exist" in run_module(main, id=NAME, state="started")["msg"]


def test_a_refusal_for_another_reason_is_an_error(aws: Any, run_module: Run) -> None:
    seen(aws, "stopped")
    aws["rds"].add_client_error("start_db_instance", "InsufficientDBInstanceCapacity")
    assert "start DB instance" in run_module(main, id=NAME, state="started")["msg"]

"""Running a query."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._athena import queries
from ansible_collections.airflow.fargate.plugins.module_utils._athena.common import AthenaError
from ansible_collections.airflow.fargate.plugins.module_utils._polling import WaitError
from botocore.stub import Stubber

PARAMS: dict[str, Any] = {
    "workgroup": "logs",
    "query": None,
    "named_query": "errors",
    "database": None,
    "parameters": ["it's", 3],
    "wait_timeout": 60,
}
SAVED = {"NamedQueryId": "1", "Name": "errors", "Database": "app", "QueryString": "SELECT ?, ?", "WorkGroup": "logs"}
COLUMNS = {"ColumnInfo": [{"Name": "time", "Type": "varchar"}, {"Name": "log", "Type": "varchar"}]}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    client = boto3.client("athena", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def add_saved(stub: Stubber) -> None:
    stub.add_response("list_named_queries", {"NamedQueryIds": ["1"]}, {"WorkGroup": "logs"})
    stub.add_response("batch_get_named_query", {"NamedQueries": [SAVED]}, {"NamedQueryIds": ["1"]})


def add_start(stub: Stubber) -> None:
    request = {
        "QueryString": "SELECT ?, ?",
        "WorkGroup": "logs",
        "QueryExecutionContext": {"Database": "app"},
        "ExecutionParameters": ["'it''s'", "3"],
    }
    stub.add_response("start_query_execution", {"QueryExecutionId": "q"}, request)


def add_status(stub: Stubber, state: str, **status: str) -> None:
    answer = {"Status": {"State": state, **status}, "Statistics": {"DataScannedInBytes": 7}}
    stub.add_response("get_query_execution", {"QueryExecution": answer}, {"QueryExecutionId": "q"})


def row(*values: str | None) -> dict[str, Any]:
    return {"Data": [{} if value is None else {"VarCharValue": value} for value in values]}


def add_page(stub: Stubber, rows: list[dict[str, Any]], token: str | None = None) -> None:
    answer: dict[str, Any] = {"ResultSet": {"Rows": rows, "ResultSetMetadata": COLUMNS}}
    stub.add_response("get_query_results", {**answer, **({"NextToken": token} if token else {})})


def test_a_saved_query_to_its_last_page(stub: Stubber) -> None:
    add_saved(stub)
    add_start(stub)
    add_status(stub, "QUEUED")
    add_status(stub, "SUCCEEDED")
    add_page(stub, [row("time", "log"), row("1", "a")], "more")
    add_page(stub, [row("2", None)])

    result = queries.run(stub.client, PARAMS, check_mode=False)

    assert result["rows"] == [{"time": "1", "log": "a"}, {"time": "2", "log": None}]
    assert (result["changed"], result["data_scanned"]) == (False, 7)


def test_a_failed_query_says_why(stub: Stubber) -> None:
    add_saved(stub)
    add_start(stub)
    add_status(stub, "FAILED", StateChangeReason="TABLE_NOT_FOUND: line 1:15")

    with pytest.raises(WaitError, match="the query is FAILED: TABLE_NOT_FOUND"):
        queries.run(stub.client, PARAMS, check_mode=False)


def test_check_mode_shows_the_query_only(stub: Stubber) -> None:
    params = {**PARAMS, "query": " SELECT 1 ", "named_query": None}
    assert queries.run(stub.client, params, check_mode=True)["query"] == "SELECT 1"


def test_an_unknown_query_names_those_there_are(stub: Stubber) -> None:
    add_saved(stub)

    with pytest.raises(AthenaError, match=r"has no saved query warnings \(it has: errors\)"):
        queries.run(stub.client, {**PARAMS, "named_query": "warnings"}, check_mode=False)


@pytest.mark.parametrize(("value", "expected"), [("a", "'a'"), ("'", "''''"), (1.5, "1.5"), (True, "true")])
def test_literals(value: Any, expected: str) -> None:
    assert queries.literal(value) == expected

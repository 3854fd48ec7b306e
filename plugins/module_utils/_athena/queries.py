# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Run a query to its end and read its rows."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._athena.common import AthenaError, AthenaErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._athena.named_queries import list_named_queries
from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call
from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, failed, not_yet, poll

State = dict[str, t.Any]


def literal(value: t.Any) -> str:
    """A parameter of a query as SQL: numbers as they are, anything else as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value).replace("'", "''")
    return f"'{text}'"


def query_text(client: t.Any, params: t.Mapping[str, t.Any]) -> tuple[str, str | None]:
    """The query and its database: given, or saved in the workgroup."""
    if params["query"] is not None:
        return params["query"].strip(), params["database"]
    queries = list_named_queries(client, params["workgroup"])
    if params["named_query"] not in queries:
        there = ", ".join(sorted(queries)) or "none"
        what = f"Athena workgroup {params['workgroup']} has no saved query {params['named_query']}"
        raise AthenaError(message=f"{what} (it has: {there})")
    saved = queries[params["named_query"]]
    return saved["query"], params["database"] or saved["database"]


def judge(execution: t.Mapping[str, t.Any]) -> Verdict:
    status = execution["Status"]
    if status["State"] == "SUCCEEDED":
        return DONE
    if status["State"] in ("FAILED", "CANCELLED"):
        return failed(f"the query is {status['State']}: {status.get('StateChangeReason') or 'no reason is given'}")
    return not_yet(f"the query is {status['State']}")


def rows(result: t.Mapping[str, t.Any]) -> list[dict[str, str | None]]:
    """Rows by column name. The first row of a SELECT is Athena's header, which repeats the names."""
    names = [column["Name"] for column in result["ResultSetMetadata"]["ColumnInfo"]]
    values = [[cell.get("VarCharValue") for cell in row.get("Data", [])] for row in result["Rows"]]
    if values and values[0] == names:
        values = values[1:]
    return [dict(zip(names, row, strict=True)) for row in values]


def run(client: t.Any, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    query, database = query_text(client, params)
    result: State = {"changed": False, "query": query, "query_execution_id": None, "rows": []}
    if check_mode:
        return result
    request = {
        "QueryString": query,
        "WorkGroup": params["workgroup"],
        "QueryExecutionContext": {"Database": database} if database else None,
        "ExecutionParameters": [literal(value) for value in params["parameters"]],
    }
    identifier = aws_call(
        AthenaErrorHandler,
        f"start a query in Athena workgroup {params['workgroup']}",
        client.start_query_execution,
        **{key: value for key, value in request.items() if value},
    )["QueryExecutionId"]

    def look() -> State:
        what = f"get Athena query {identifier}"
        answer = aws_call(AthenaErrorHandler, what, client.get_query_execution, QueryExecutionId=identifier)
        return answer["QueryExecution"]

    execution = poll(look, judge, params["wait_timeout"], f"Athena query {identifier}")
    return {
        **result,
        "query_execution_id": identifier,
        "data_scanned": execution.get("Statistics", {}).get("DataScannedInBytes", 0),
        "rows": _read(client, identifier),
    }


def _read(client: t.Any, identifier: str) -> list[dict[str, str | None]]:
    pages = client.get_paginator("get_query_results").paginate(QueryExecutionId=identifier)
    what = f"read the rows of Athena query {identifier}"
    return rows(aws_call(AthenaErrorHandler, what, pages.build_full_result)["ResultSet"])

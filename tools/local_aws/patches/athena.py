"""Athena reads JSON tables as they are declared, and takes parameters.

AWS: the columns of a table over JSON lines are those of the Glue table, with their types; the question marks of a query
are replaced by ExecutionParameters; a timestamp has milliseconds in a result.
ministack: guesses the columns from the data, ignores the parameters, and shows microseconds.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Record = dict[str, Any]


class WrongParameters(ValueError):
    """Athena's word on a number of parameters that does not fit."""


def pieces(query: str) -> Iterator[str]:
    """The query cut at its question marks; those in texts, names and comments are none."""
    start, position = 0, 0
    while position < len(query):
        character = query[position]
        if character in "'\"":
            end = query.find(character, position + 1)
            position = len(query) if end < 0 else end + 1
        elif query.startswith("--", position):
            end = query.find("\n", position)
            position = len(query) if end < 0 else end
        elif character == "?":
            yield query[start:position]
            position += 1
            start = position
        else:
            position += 1
    yield query[start:]


def with_parameters(query: str, parameters: Sequence[str]) -> str:
    parts = list(pieces(query))
    if len(parts) - 1 != len(parameters):
        raise WrongParameters(f"Incorrect number of parameters: expected {len(parts) - 1} but found {len(parameters)}")
    result = parts[0]
    for value, part in zip(parameters, parts[1:], strict=True):
        result += value + part
    return result


def json_relation(columns: Iterable[Mapping[str, Any]], types: Sequence[str], files: str, hive: str) -> str:
    """A DuckDB relation with the declared columns."""
    declared = ", ".join(f"'{column['Name']}': '{kind}'" for column, kind in zip(columns, types, strict=True))
    return f"read_json({files}, format = 'newline_delimited', columns = {{{declared}}}, {hive})"


def install() -> None:
    from ministack.core.responses import error_response_json
    from ministack.services import athena

    relation, datum_text, start = athena._table_relation, athena._datum_text, athena._start_query_execution

    def table_relation(table: Record, files: list[str]) -> str:
        columns = (table.get("StorageDescriptor") or {}).get("Columns") or []
        if athena._data_format(table) != "json" or not columns:
            return str(relation(table, files))
        hive = athena._hive_options(athena._path_partition_keys(table, files))
        types = [athena._duckdb_type(column) for column in columns]
        return json_relation(columns, types, athena._sql_list(files), hive)

    def text(value: Any) -> str:
        if isinstance(value, datetime.datetime):
            return value.isoformat(sep=" ", timespec="milliseconds")
        return str(datum_text(value))

    def start_query_execution(data: Record) -> Any:
        parameters = data.get("ExecutionParameters")
        if not parameters:
            return start(data)
        try:
            return start({**data, "QueryString": with_parameters(data.get("QueryString", ""), parameters)})
        except WrongParameters as error:
            return error_response_json("InvalidRequestException", str(error), 400)

    athena._table_relation = table_relation
    athena._datum_text = text
    athena._start_query_execution = start_query_execution

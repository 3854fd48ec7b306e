# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The one form in which two Glue tables are compared, and the way back to Glue's own. Pure functions.

Partition projection is in a table's parameters:
https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from __future__ import annotations

import typing as t

State = dict[str, t.Any]


class Format(t.NamedTuple):
    """What a table's files are to Hive."""

    library: str
    input_format: str
    output_format: str


FORMATS = {
    "json": Format(
        "org.openx.data.jsonserde.JsonSerDe",
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    ),
    "parquet": Format(
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    ),
}
TABLE_TYPE = "EXTERNAL_TABLE"
PROJECTION = "projection."
LOCATION_TEMPLATE = "storage.location.template"


def wanted_table(option: t.Mapping[str, t.Any]) -> State:
    """A table of the module's list as it is compared; what is not given has Glue's default."""
    return {
        "description": option["description"] or "",
        "location": _without_slash(option["location"]),
        "format": FORMATS[option["format"]].library,
        "serde_parameters": _texts(option["serde_parameters"] or {}),
        "columns": [_column(column) for column in option["columns"]],
        "partition_keys": [_column(column) for column in option["partition_keys"]],
        "parameters": {**_texts(option["parameters"] or {}), **projection_parameters(option)},
    }


def projection_parameters(option: t.Mapping[str, t.Any]) -> dict[str, str]:
    if not option["projection"]:
        return {}
    parameters = {"projection.enabled": "true"}
    for column, settings in option["projection"].items():
        parameters.update({f"{PROJECTION}{column}.{name}": _text(value) for name, value in settings.items()})
    if option["location_template"]:
        parameters[LOCATION_TEMPLATE] = option["location_template"]
    return parameters


def observed_table(table: t.Mapping[str, t.Any], wanted: State) -> State:
    """A described table. Of its parameters only those that the wanted one has, and those of partition projection:
    Athena and crawlers keep notes of their own among them."""
    storage = table.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    return {
        "description": table.get("Description", ""),
        "location": _without_slash(storage.get("Location", "")),
        "format": serde.get("SerializationLibrary", ""),
        "serde_parameters": _texts(serde.get("Parameters") or {}),
        "columns": [_described_column(column) for column in storage.get("Columns") or []],
        "partition_keys": [_described_column(column) for column in table.get("PartitionKeys") or []],
        "parameters": {
            name: value
            for name, value in (table.get("Parameters") or {}).items()
            if name in wanted["parameters"] or is_projection(name)
        },
    }


def is_projection(parameter: str) -> bool:
    return parameter.startswith(PROJECTION) or parameter == LOCATION_TEMPLATE


def table_input(name: str, state: State, others: t.Mapping[str, str]) -> State:
    """What CreateTable and UpdateTable take. They replace the whole table, so the parameters of others go along."""
    form = next(form for form in FORMATS.values() if form.library == state["format"])
    return {
        "Name": name,
        "Description": state["description"],
        "TableType": TABLE_TYPE,
        "Parameters": {"EXTERNAL": "TRUE", **others, **state["parameters"]},
        "PartitionKeys": [_column_to_api(column) for column in state["partition_keys"]],
        "StorageDescriptor": {
            "Location": f"{state['location']}/",
            "InputFormat": form.input_format,
            "OutputFormat": form.output_format,
            "Columns": [_column_to_api(column) for column in state["columns"]],
            "SerdeInfo": {"SerializationLibrary": form.library, "Parameters": state["serde_parameters"]},
        },
    }


def parameters_of_others(table: t.Mapping[str, t.Any], wanted: State) -> dict[str, str]:
    return {
        name: value
        for name, value in (table.get("Parameters") or {}).items()
        if name not in wanted["parameters"] and not is_projection(name)
    }


def _column(column: t.Mapping[str, t.Any]) -> State:
    # Glue keeps names in lower case.
    return {"name": column["name"].lower(), "type": column["type"].lower(), "comment": column["comment"] or ""}


def _described_column(column: t.Mapping[str, t.Any]) -> State:
    return {"name": column["Name"], "type": column.get("Type", ""), "comment": column.get("Comment", "")}


def _column_to_api(column: t.Mapping[str, str]) -> State:
    comment = {"Comment": column["comment"]} if column["comment"] else {}
    return {"Name": column["name"], "Type": column["type"], **comment}


def _without_slash(location: str) -> str:
    return location.rstrip("/")


def _texts(values: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

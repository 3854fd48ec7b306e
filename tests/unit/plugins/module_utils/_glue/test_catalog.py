"""Glue databases with their tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._glue import catalog, tables
from ansible_collections.airflow.fargate.plugins.module_utils._glue.common import GlueError
from botocore.stub import Stubber

ARN = "arn:aws:glue:eu-west-1:123456789012:database/app"


def column(name: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "type": kind, "comment": None}


def table(**given: Any) -> dict[str, Any]:
    return {
        "name": "logs",
        "description": None,
        "location": "s3://bucket/logs",
        "format": "json",
        "serde_parameters": {"ignore.malformed.json": True},
        "columns": [column("time", "TIMESTAMP"), column("log")],
        "partition_keys": [column("day")],
        "projection": {"day": {"type": "date", "interval": 1, "interval.unit": "DAYS"}},
        "location_template": "s3://bucket/logs/day=${day}/",
        "parameters": {"classification": "json"},
        **given,
    }


PARAMETERS = {
    "classification": "json",
    "projection.enabled": "true",
    "projection.day.type": "date",
    "projection.day.interval": "1",
    "projection.day.interval.unit": "DAYS",
    "storage.location.template": "s3://bucket/logs/day=${day}/",
}
REQUEST: dict[str, Any] = {
    "Name": "logs",
    "Description": "",
    "TableType": "EXTERNAL_TABLE",
    "Parameters": {"EXTERNAL": "TRUE", **PARAMETERS},
    "PartitionKeys": [{"Name": "day", "Type": "string"}],
    "StorageDescriptor": {
        "Location": "s3://bucket/logs/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "Columns": [{"Name": "time", "Type": "timestamp"}, {"Name": "log", "Type": "string"}],
        "SerdeInfo": {
            "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
            "Parameters": {"ignore.malformed.json": "true"},
        },
    },
}


def params(*listed: dict[str, Any], **given: Any) -> dict[str, Any]:
    defaults = {"description": "Logs", "purge_tables": False, "tags": {"a": "1"}, "purge_tags": True}
    return {**defaults, "tables": list(listed or [table()]), **given}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("glue", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def database(stub: Stubber) -> catalog.Database:
    return catalog.Database(stub.client, "app", ARN)


def add_state(stub: Stubber, *there: dict[str, Any], tags: dict[str, str] | None = None, **given: Any) -> None:
    stub.add_response("get_database", {"Database": {"Name": "app", "Description": "Logs", **given}}, {"Name": "app"})
    stub.add_response("get_tables", {"TableList": list(there)}, {"DatabaseName": "app"})
    stub.add_response("get_tags", {"Tags": {"a": "1"} if tags is None else tags}, {"ResourceArn": ARN})


def add_missing(stub: Stubber) -> None:
    stub.add_client_error("get_database", "EntityNotFoundException", expected_params={"Name": "app"})


def test_create(stub: Stubber) -> None:
    add_missing(stub)
    request = {"DatabaseInput": {"Name": "app", "Description": "Logs"}, "Tags": {"a": "1"}}
    stub.add_response("create_database", {}, request)
    stub.add_response("create_table", {}, {"DatabaseName": "app", "TableInput": REQUEST})

    result = catalog.ensure_present(database(stub), params(), check_mode=False)

    assert result["changed"]
    assert result["database"] == {"name": "app", "arn": ARN, "tables": ["logs"]}


def test_check_mode_creates_nothing(stub: Stubber) -> None:
    add_missing(stub)

    result = catalog.ensure_present(database(stub), params(), check_mode=True)

    assert result["changed"]
    assert result["diff"]["after"]["tables"]["logs"]["parameters"] == PARAMETERS


def test_notes_of_athena_are_no_difference(stub: Stubber) -> None:
    noted = {"EXTERNAL": "TRUE", "transient_lastDdlTime": "1", **PARAMETERS}
    add_state(stub, {**REQUEST, "Parameters": noted, "Retention": 0})

    assert not catalog.ensure_present(database(stub), params(), check_mode=False)["changed"]


def test_a_table_is_updated_as_a_whole_and_keeps_the_notes_of_others(stub: Stubber) -> None:
    old = {"transient_lastDdlTime": "1", "projection.enabled": "true", "projection.hour.type": "integer"}
    add_state(stub, {**REQUEST, "Parameters": old})
    expected = {**REQUEST, "Parameters": {"EXTERNAL": "TRUE", "transient_lastDdlTime": "1", **PARAMETERS}}
    stub.add_response("update_table", {}, {"DatabaseName": "app", "TableInput": expected})

    result = catalog.ensure_present(database(stub), params(), check_mode=False)

    assert "projection.hour.type" in result["diff"]["before"]["tables"]["logs"]["parameters"]
    assert result["diff"]["after"]["tables"]["logs"]["parameters"] == PARAMETERS


def test_description_and_tags(stub: Stubber) -> None:
    add_state(stub, REQUEST, tags={"b": "2"}, Description="Old", LocationUri="s3://bucket/")
    request = {"Name": "app", "Description": "Logs", "LocationUri": "s3://bucket/"}
    stub.add_response("update_database", {}, {"Name": "app", "DatabaseInput": request})
    stub.add_response("untag_resource", {}, {"ResourceArn": ARN, "TagsToRemove": ["b"]})
    stub.add_response("tag_resource", {}, {"ResourceArn": ARN, "TagsToAdd": {"a": "1"}})

    assert catalog.ensure_present(database(stub), params(), check_mode=False)["changed"]


def test_check_mode_changes_nothing(stub: Stubber) -> None:
    add_state(stub, {**REQUEST, "Description": "old"}, tags={})

    assert catalog.ensure_present(database(stub), params(), check_mode=True)["changed"]


def test_tables_of_others_go_when_asked_for(stub: Stubber) -> None:
    add_state(stub, REQUEST, {**REQUEST, "Name": "other"})
    stub.add_response("delete_table", {}, {"DatabaseName": "app", "Name": "other"})

    result = catalog.ensure_present(database(stub), params(purge_tables=True), check_mode=False)

    assert sorted(result["diff"]["before"]["tables"]) == ["logs", "other"]
    assert sorted(result["diff"]["after"]["tables"]) == ["logs"]


def test_a_table_given_twice_is_refused(stub: Stubber) -> None:
    with pytest.raises(GlueError, match="more than one table logs"):
        catalog.ensure_present(database(stub), params(table(), table(name="Logs")), check_mode=False)


def test_delete(stub: Stubber) -> None:
    add_state(stub, REQUEST)
    stub.add_response("delete_database", {}, {"Name": "app"})

    assert catalog.ensure_absent(database(stub), check_mode=False)["changed"]


def test_check_mode_deletes_nothing(stub: Stubber) -> None:
    add_state(stub, REQUEST)

    assert catalog.ensure_absent(database(stub), check_mode=True)["changed"]


def test_deleting_twice_is_no_change(stub: Stubber) -> None:
    add_missing(stub)

    assert not catalog.ensure_absent(database(stub), check_mode=False)["changed"]


def test_without_projection_there_are_no_parameters_of_it() -> None:
    plain = tables.wanted_table(table(projection=None, parameters=None, format="parquet"))
    assert plain["parameters"] == {}
    assert tables.table_input("logs", plain, {})["StorageDescriptor"]["InputFormat"].endswith(
        "MapredParquetInputFormat"
    )

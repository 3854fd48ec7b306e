"""Firehose's objects, and Athena's parameters and tables."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tools.local_aws.patches import athena, firehose


def test_gzip() -> None:
    content, extension = firehose.compressed({"CompressionFormat": "GZIP"}, b"{}\n")
    assert (gzip.decompress(content), extension) == (b"{}\n", ".gz")


def test_without_compression_or_with_an_extension_of_ones_own() -> None:
    assert firehose.compressed({}, b"x") == (b"x", "")
    assert firehose.compressed({"CompressionFormat": "GZIP", "FileExtension": ".json.gz"}, b"x")[1] == ".json.gz"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, False),
        ({"ProcessingConfiguration": {"Enabled": False}}, False),
        ({"DynamicPartitioningConfiguration": {"Enabled": True}}, True),
    ],
)
def test_what_looks_at_each_record_is_not_buffered(config: dict[str, Any], expected: bool) -> None:
    assert firehose.as_it_comes(config) is expected


def test_parameters_take_the_place_of_question_marks_that_are_no_text() -> None:
    query = "SELECT '?' AS \"a?\" -- why?\nFROM t WHERE x = ? AND y = ?"
    assert athena.with_parameters(query, ["'it''s ?'", "3"]) == (
        "SELECT '?' AS \"a?\" -- why?\nFROM t WHERE x = 'it''s ?' AND y = 3"
    )


@pytest.mark.parametrize("parameters", [[], ["1", "2"]])
def test_the_number_of_parameters_must_fit(parameters: list[str]) -> None:
    with pytest.raises(athena.WrongParameters, match=f"expected 1 but found {len(parameters)}"):
        athena.with_parameters("SELECT ?", parameters)


def test_a_relation_has_the_declared_columns() -> None:
    columns = [{"Name": "time"}, {"Name": "log"}]
    assert athena.json_relation(columns, ["TIMESTAMP", "VARCHAR"], "['a.gz']", "hive_partitioning = false") == (
        "read_json(['a.gz'], format = 'newline_delimited', columns = {'time': 'TIMESTAMP', 'log': 'VARCHAR'}, "
        "hive_partitioning = false)"
    )

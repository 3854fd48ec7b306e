"""What the log router is told, and what it makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.local_aws.patches.ecs import fluent_bit

ROOT = Path(__file__).resolve().parents[4]
ORIGIN = fluent_bit.Origin(
    account="123456789012",
    region="eu-west-1",
    task_arn="arn:aws:ecs:eu-west-1:123456789012:task/airflow-x/0123",
    cluster="airflow-x",
    task_definition="airflow-x-db-migrate:3",
    container="airflow",
    container_id="0123-1",
)
ROUTED: dict[str, Any] = {
    "name": "airflow",
    "logConfiguration": {
        "logDriver": "awsfirelens",
        "options": {"Name": "kinesis_firehose", "delivery_stream": "airflow-x-standalone"},
    },
}
ROUTER: dict[str, Any] = {
    "name": "log_router",
    "firelensConfiguration": {"type": "fluentbit"},
    "environment": [
        {"name": "aws_fluent_bit_init_s3_2", "value": "arn:aws:s3:::b/two.conf"},
        {"name": "aws_fluent_bit_init_s3_1", "value": "arn:aws:s3:::b/folder/one.conf"},
        {"name": "LOG_GROUP", "value": "/airflow-x/db-migrate"},
        {"name": "LOG_REGION", "value": "eu-west-1"},
    ],
}


def test_what_is_routed_starts_after_the_router() -> None:
    other = {"name": "other", "logConfiguration": {"logDriver": "awslogs"}}
    routed, untouched, router = fluent_bit.with_dependencies([dict(ROUTED), other, ROUTER])
    assert routed["dependsOn"] == [{"containerName": "log_router", "condition": "START"}]
    assert untouched is other
    assert router is ROUTER
    assert fluent_bit.with_dependencies([other]) == [other]


def test_files_of_configuration_in_the_order_of_their_numbers() -> None:
    assert fluent_bit.configuration_objects(ROUTER) == [("b", "folder/one.conf"), ("b", "two.conf")]


def test_only_outputs_count_in_a_file() -> None:
    text = """
    # [OUTPUT]
    [FILTER]
        Name  grep
    [OUTPUT]
        Name           cloudwatch_logs
        log_group_name ${LOG_GROUP}${UNKNOWN}
        Match          a b
    """
    assert fluent_bit.outputs(text, {"LOG_GROUP": "/g"}) == [
        {"name": "cloudwatch_logs", "log_group_name": "/g", "match": "a b"}
    ]


def test_the_roles_own_file_gives_the_stream_that_awslogs_would_make() -> None:
    content = (ROOT / "roles/log_delivery/files/log-router.conf").read_bytes()
    complaints: list[str] = []
    first, second = fluent_bit.configured_outputs(
        ROUTED,
        {**ROUTER, "environment": ROUTER["environment"][1:]},
        ORIGIN,
        lambda bucket, key: content if (bucket, key) == ("b", "folder/one.conf") else None,
        complaints.append,
    )
    assert (first["name"], first["delivery_stream"]) == ("kinesis_firehose", "airflow-x-standalone")
    assert second["log_group_name"] == "/airflow-x/db-migrate"
    assert second["log_stream_name"] == "ecs/airflow/0123"
    assert second["log_key"] == "log"
    assert fluent_bit.matches(second["match"], ORIGIN.tag)
    assert complaints == []


def test_a_missing_file_is_complained_about() -> None:
    complaints: list[str] = []
    found = fluent_bit.configured_outputs(ROUTED, ROUTER, ORIGIN, lambda _bucket, _key: None, complaints.append)
    assert len(found) == 1
    assert [line.split()[-2:] for line in complaints] == [
        ["s3://b/folder/one.conf:", "NoSuchKey"],
        ["s3://b/two.conf:", "NoSuchKey"],
    ]


@pytest.mark.parametrize(
    ("pattern", "matching"), [("*", True), ("airflow-firelens*", True), ("airflow", False), ("other-*", False)]
)
def test_match(pattern: str, matching: bool) -> None:
    assert fluent_bit.matches(pattern, ORIGIN.tag) is matching


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("%Y-%m-%d %H:%M:%S.%3N", "2026-11-30 12:00:00.250"),
        ("%Y-%m-%dT%H:%M:%S", "2026-11-30T12:00:00"),
        ("%S.%L", "00.250000000"),
    ],
)
def test_timestamps(form: str, expected: str) -> None:
    assert fluent_bit.timestamp(form, 1796040000.25) == expected


def test_a_record_says_where_it_comes_from() -> None:
    record: dict[str, Any] = ORIGIN.record("hello")
    assert record["log"] == "hello"
    assert record["ecs_task_definition"] == "airflow-x-db-migrate:3"
    assert record["ecs_task_arn"].endswith("/0123")

"""Names, log lines, secrets' addresses and the version the patches insist on."""

from __future__ import annotations

import pytest

from tools.local_aws import patches
from tools.local_aws.patches import endpoints
from tools.local_aws.patches.ecs import log_stream, secrets, wire_shape


def test_another_ministack_is_refused() -> None:
    with pytest.raises(patches.WrongMinistack, match=r"1\.5\.33, found 1\.6\.0"):
        patches.check_version("1.6.0")
    patches.check_version(patches.MINISTACK)


def test_endpoints_look_like_those_of_aws() -> None:
    customer = endpoints.customer_hash("123456789012", "us-east-1")
    assert len(customer) == 12
    assert customer != endpoints.customer_hash("123456789012", "eu-west-1")
    assert endpoints.database("db", "123456789012", "us-east-1") == f"db.{customer}.us-east-1.rds.localhost"
    name = endpoints.cache("master", "group", "123456789012", "us-east-1")
    assert name == f"master.group.{customer[:6]}.use1.cache.localhost"


@pytest.mark.parametrize(
    ("region", "short"),
    [("us-east-1", "use1"), ("eu-central-1", "euc1"), ("ap-southeast-2", "apse2"), ("eu-west-3", "euw3")],
)
def test_short_region(region: str, short: str) -> None:
    assert endpoints.short_region(region) == short


def test_lines_are_whole_however_the_output_is_cut() -> None:
    assert list(log_stream.lines([b"a", b"b\nc\n", b"\nd"])) == [b"ab", b"c", b"", b"d"]


def test_a_line_without_end_is_cut_at_the_largest_event() -> None:
    size = log_stream.MAX_EVENT_BYTES
    assert [len(line) for line in log_stream.lines([b"x" * (size + 5)])] == [size, 5]


def test_log_configuration() -> None:
    task = {"taskArn": "arn:aws:ecs:us-east-1:123456789012:task/cluster/0123"}
    options = {"awslogs-group": "/g", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs"}
    definition = {"name": "airflow", "logConfiguration": {"logDriver": "awslogs", "options": options}}
    stream = log_stream.LogStream("123456789012", "eu-west-1", "/g", "ecs/airflow/0123")
    assert log_stream.configuration(definition, task) == (stream, False)
    assert log_stream.configuration({"name": "airflow"}, task) is None


@pytest.mark.parametrize(
    ("value_from", "expected"),
    [
        ("arn:aws:secretsmanager:r:1:secret:a/b", ("arn:aws:secretsmanager:r:1:secret:a/b", "", "", "")),
        ("arn:aws:secretsmanager:r:1:secret:a:key::", ("arn:aws:secretsmanager:r:1:secret:a", "key", "", "")),
        (
            "arn:aws:secretsmanager:r:1:secret:a::AWSPREVIOUS:",
            ("arn:aws:secretsmanager:r:1:secret:a", "", "AWSPREVIOUS", ""),
        ),
    ],
)
def test_secret_arn(value_from: str, expected: tuple[str, str, str, str]) -> None:
    assert secrets.split_secret_arn(value_from) == expected


def test_records_are_shown_without_what_is_internal_or_empty() -> None:
    record = {"name": "a", "_own": 1, "tasks": [{"stoppedAt": None, "_x": 1, "id": 2}], "empty": [], "none": None}
    assert wire_shape.shape(record) == {"name": "a", "tasks": [{"id": 2}], "empty": []}

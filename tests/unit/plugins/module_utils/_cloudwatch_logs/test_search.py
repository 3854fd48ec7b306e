"""Searching log groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch_logs import search
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch_logs.common import LogsError
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch_logs.times import (
    from_milliseconds,
    milliseconds,
    point_in_time,
)
from botocore.stub import ANY, Stubber

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
PARAMS: dict[str, Any] = {
    "log_groups": ["/a"],
    "since": "15m",
    "until": None,
    "contains": None,
    "log_stream_prefix": None,
    "limit": 1000,
}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("logs", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def event(timestamp: int, message: str) -> dict[str, Any]:
    return {"timestamp": timestamp, "message": message, "logStreamName": "ecs/airflow/1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", datetime(2026, 11, 30, 11, 58, 30, tzinfo=UTC)),
        ("2h", datetime(2026, 11, 30, 10, 0, tzinfo=UTC)),
        ("1w", datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        ("2026-11-30T08:00", datetime(2026, 11, 30, 8, 0, tzinfo=UTC)),
        ("2026-11-30T08:00:00Z", datetime(2026, 11, 30, 8, 0, tzinfo=UTC)),
        ("2026-11-30T08:00:00+01:00", datetime(2026, 11, 30, 7, 0, tzinfo=UTC)),
    ],
)
def test_points_in_time(text: str, expected: datetime) -> None:
    assert point_in_time(text, NOW) == expected


def test_milliseconds_and_back() -> None:
    assert from_milliseconds(milliseconds(NOW) + 7) == "2026-11-30 12:00:00.007"


def test_an_unknown_age_is_refused() -> None:
    with pytest.raises(LogsError, match="'yesterday' is neither an age"):
        search.search_request({**PARAMS, "since": "yesterday"}, NOW)


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(LogsError, match="is not after since"):
        search.search_request({**PARAMS, "until": "20m"}, NOW)


def test_the_request() -> None:
    params = {**PARAMS, "until": "5m", "contains": 'say "no"', "log_stream_prefix": "ecs/"}
    assert search.search_request(params, NOW) == {
        "startTime": milliseconds(NOW) - 900_000,
        "endTime": milliseconds(NOW) - 300_000,
        "filterPattern": '"say \\"no\\""',
        "logStreamNamePrefix": "ecs/",
    }


def test_the_newest_of_all_pages_and_only_those_with_the_text(stub: Stubber) -> None:
    expected = {"logGroupName": "/a", "startTime": ANY, "filterPattern": '"ERROR"'}
    first = [event(1, "ERROR one"), event(2, "error two"), event(3, "ERROR three")]
    stub.add_response("filter_log_events", {"events": first, "nextToken": "n"}, expected)
    stub.add_response("filter_log_events", {"events": [event(4, "ERROR four\n")]}, {**expected, "nextToken": "n"})

    result = search.search(stub.client, {**PARAMS, "contains": "ERROR", "limit": 2})

    assert [line.split(" ", 2)[2] for line in result["lines"]] == ["ERROR three", "ERROR four"]
    assert result["events"][0]["log_stream"] == "ecs/airflow/1"


def test_a_missing_group_is_named(stub: Stubber) -> None:
    stub.add_client_error("filter_log_events", "ResourceNotFoundException", "The specified log group does not exist.")

    with pytest.raises(LogsError, match="search log group /a"):
        search.search(stub.client, PARAMS)


class Groups:
    """A client with two groups, whose events come in any order."""

    def get_paginator(self, _operation: str) -> Groups:
        return self

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        events = {"/a": [event(1, "one"), event(3, "three")], "/b": [event(2, "two")]}
        return [{"events": events[arguments["logGroupName"]]}]


def test_events_of_several_groups_are_sorted_by_time() -> None:
    result = search.search(Groups(), {**PARAMS, "log_groups": ["/a", "/b"]})

    assert [found["message"] for found in result["events"]] == ["one", "two", "three"]
    assert [found["log_group"] for found in result["events"]] == ["/a", "/b", "/a"]

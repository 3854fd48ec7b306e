# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Search the events of log groups."""

from __future__ import annotations

import typing as t
from collections import deque
from datetime import UTC, datetime

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch_logs.common import (
    LogsError,
    LogsErrorHandler,
)
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch_logs.times import (
    from_milliseconds,
    milliseconds,
    point_in_time,
)
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side

State = dict[str, t.Any]


def filter_pattern(contains: str) -> str:
    """The pattern that means just this text: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"""
    escaped = contains.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def search_request(params: t.Mapping[str, t.Any], now: datetime) -> State:
    """The arguments of FilterLogEvents, except the group."""
    try:
        since = point_in_time(params["since"], now)
        until = point_in_time(params["until"], now) if params["until"] else None
    except ValueError as error:
        raise LogsError(message=str(error)) from error
    if until is not None and until <= since:
        raise LogsError(message=f"until ({until.isoformat()}) is not after since ({since.isoformat()})")
    request: State = {"startTime": milliseconds(since)}
    if until is not None:
        request["endTime"] = milliseconds(until)
    if params["contains"]:
        request["filterPattern"] = filter_pattern(params["contains"])
    if params["log_stream_prefix"]:
        request["logStreamNamePrefix"] = params["log_stream_prefix"]
    return request


def newest_events(client: t.Any, group: str, request: State, contains: str, limit: int) -> list[State]:
    """The newest events of one group, oldest first. CloudWatch has no order from the end, so all pages are read."""

    def read() -> list[State]:
        kept: deque[State] = deque(maxlen=limit)
        for page in client.get_paginator("filter_log_events").paginate(logGroupName=group, **request):
            # CloudWatch matches words; what was asked for is the text.
            kept.extend(event for event in page["events"] if contains in event["message"])
        return list(kept)

    events = aws_call(LogsErrorHandler, f"search log group {group}", read)
    return [
        {
            "timestamp": event["timestamp"],
            "time": from_milliseconds(event["timestamp"]),
            "log_group": group,
            "log_stream": event["logStreamName"],
            "message": event["message"].rstrip("\n"),
        }
        for event in events
    ]


def search(client: t.Any, params: t.Mapping[str, t.Any]) -> State:
    request = search_request(params, datetime.now(UTC))
    contains, limit = params["contains"] or "", params["limit"]
    groups = side_by_side(lambda group: newest_events(client, group, request, contains, limit), params["log_groups"])
    events = sorted((event for group in groups for event in group), key=lambda event: event["timestamp"])[-limit:]
    return {
        "changed": False,
        "since": from_milliseconds(request["startTime"]),
        "events": events,
        "lines": [f"{event['time']} {event['message']}" for event in events],
    }

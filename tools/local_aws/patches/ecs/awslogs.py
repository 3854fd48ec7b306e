"""The awslogs driver.

AWS: every line of a container reaches CloudWatch Logs for as long as the container runs; a log group that does not
exist fails the task unless `awslogs-create-group` is true.
ministack: forwarding ends for ever at the first client time-out (a container that is silent for some seconds), and
a missing log group is only a warning.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Protocol

import requests.exceptions
from ministack.core.responses import request_scope

from tools.local_aws.patches.ecs import errors
from tools.local_aws.patches.ecs.log_stream import LogStream, lines

logger = logging.getLogger("local_aws.awslogs")


class Sink(Protocol):
    """Where the lines of a container go."""

    def put(self, line: bytes) -> None: ...

    def close(self) -> None:
        """After the last line."""


class Driver:
    """The log driver: each line is an event at once."""

    def __init__(self, target: LogStream) -> None:
        self.target = target

    def put(self, line: bytes) -> None:
        put(self.target, line, time.time())

    def close(self) -> None:
        """Nothing is kept back."""


def prepare(target: LogStream, create_group: bool) -> None:
    """Make the log stream, or fail the task as ECS does."""
    from ministack.services import cloudwatch_logs

    with request_scope(target.account, target.region):
        if target.group not in cloudwatch_logs._log_groups:
            if not create_group:
                raise errors.missing_log_group(target.group)
            cloudwatch_logs._create_log_group({"logGroupName": target.group})
        cloudwatch_logs._create_log_stream({"logGroupName": target.group, "logStreamName": target.stream})


def put(target: LogStream, message: bytes, moment: float) -> None:
    from ministack.services import cloudwatch_logs

    text = message.decode("utf-8", "replace").rstrip("\r")
    if not text:
        return
    with request_scope(target.account, target.region):
        cloudwatch_logs._put_log_events(
            {
                "logGroupName": target.group,
                "logStreamName": target.stream,
                "logEvents": [{"timestamp": int(moment * 1000), "message": text}],
            }
        )


def deliver(output: Iterable[bytes], sink: Sink | None) -> None:
    """Read the container's output to its end; without a sink it is only read."""
    try:
        for line in lines(output):
            if sink is not None:
                sink.put(line)
    except (OSError, requests.exceptions.RequestException):
        logger.exception("the output of a container ended early")
    finally:
        if sink is not None:
            sink.close()

"""FireLens: the output of containers goes through a log router to what the router is told.

AWS: a Fluent Bit container gets the output of every container with the log driver `awsfirelens`, adds where it ran, and
sends it to the output that the log options name; the `init-` images of aws-for-fluent-bit take further outputs from S3.
ministack: knows no FireLens; the output goes nowhere.

The image of the router cannot be had everywhere, so no router runs: what it would do is done here, for the two outputs
that this collection uses.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Sequence

from ministack.core.responses import request_scope

from tools.local_aws.patches.ecs import awslogs
from tools.local_aws.patches.ecs.fluent_bit import (
    Definition,
    Options,
    Origin,
    configured_outputs,
    matches,
    timestamp,
)
from tools.local_aws.patches.ecs.log_stream import LogStream, configuration

logger = logging.getLogger("local_aws.firelens")

FLUSH_SECONDS = 1.0
"""Fluent Bit's default `Flush`."""
RECORDS_PER_CALL = 500
"""PutRecordBatch takes no more."""

Event = tuple[float, str]
"""Time and line."""


def to_firehose(options: Options, origin: Origin, events: Iterable[Event]) -> None:
    from ministack.services import firehose

    records = []
    for moment, line in events:
        record = origin.record(line)
        if options.get("time_key"):
            record[options["time_key"]] = timestamp(options.get("time_key_format", "%Y-%m-%dT%H:%M:%S"), moment)
        text = record.get(options["log_key"], "") if options.get("log_key") else json.dumps(record)
        records.append({"Data": base64.b64encode(f"{text}\n".encode()).decode()})
    with request_scope(origin.account, options.get("region") or origin.region):
        for start in range(0, len(records), RECORDS_PER_CALL):
            batch = records[start : start + RECORDS_PER_CALL]
            status, dummy, body = firehose._put_record_batch(
                {"DeliveryStreamName": options["delivery_stream"], "Records": batch}
            )
            if status >= 400:
                raise LookupError(body.decode("utf-8", "replace"))


def to_cloudwatch(options: Options, origin: Origin, events: Iterable[Event]) -> None:
    from ministack.services import cloudwatch_logs

    stream = options.get("log_stream_name") or f"{options.get('log_stream_prefix', '')}{origin.tag}"
    target = LogStream(origin.account, options.get("region") or origin.region, options["log_group_name"], stream)
    with request_scope(target.account, target.region):
        if target.group not in cloudwatch_logs._log_groups:
            raise LookupError(f"ResourceNotFoundException: the log group {target.group} does not exist")
        cloudwatch_logs._create_log_stream({"logGroupName": target.group, "logStreamName": target.stream})
    for moment, line in events:
        record = origin.record(line)
        message = record[options["log_key"]] if options.get("log_key") else json.dumps(record)
        awslogs.put(target, message.encode(), moment)


PLUGINS: dict[str, Callable[[Options, Origin, Iterable[Event]], None]] = {
    "firehose": to_firehose,
    "kinesis_firehose": to_firehose,
    "cloudwatch": to_cloudwatch,
    "cloudwatch_logs": to_cloudwatch,
}


class Router:
    """What Fluent Bit does with a container's output: keeps lines for a moment, then sends them to every output."""

    def __init__(self, origin: Origin, configured: Sequence[Options], complain: Callable[[str], None]) -> None:
        self._origin = origin
        self._outputs = [
            (PLUGINS[options["name"]], options)
            for options in configured
            if options.get("name") in PLUGINS and matches(options.get("match", "*"), origin.tag)
        ]
        for options in configured:
            if options.get("name") not in PLUGINS:
                complain(f"[error] [config] no output plugin {options.get('name')} here")
        self._complain = complain
        self._waiting: list[Event] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip("\r")
        if text:
            with self._lock:
                self._waiting.append((time.time(), text))
            if self._thread is None:
                name = f"firelens-{self._origin.task_id[:8]}"
                self._thread = threading.Thread(target=self._flush_often, name=name, daemon=True)
                self._thread.start()

    def close(self) -> None:
        """What is left is sent before the router ends, as on SIGTERM."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        self._flush()

    def _flush_often(self) -> None:
        while not self._closed.wait(FLUSH_SECONDS):
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            events, self._waiting = self._waiting, []
        if not events:
            return
        for send, options in self._outputs:
            try:
                send(options, self._origin, events)
            except LookupError as error:
                self._complain(f"[error] [output:{options['name']}] {error}")


def connect(task: Definition, task_definition: Definition, definition: Definition, routes: Definition) -> Router:
    """The router of a container's output. What it has to complain about is in its own log, as Fluent Bit's is."""
    from ministack.services import s3

    dummy, dummy, dummy, region, account, dummy = task["taskArn"].split(":", 5)
    task_id = task["taskArn"].rsplit("/", 1)[-1]
    origin = Origin(
        account=account,
        region=region,
        task_arn=task["taskArn"],
        cluster=task["clusterArn"].rsplit("/", 1)[-1],
        task_definition=f"{task_definition['family']}:{task_definition['revision']}",
        container=definition["name"],
        container_id=f"{task_id}-{zlib.crc32(definition['name'].encode())}",
    )
    own_log = configuration(routes, task)

    def complain(text: str) -> None:
        logger.warning("task %s: %s", task_id, text)
        if own_log is not None:
            awslogs.put(own_log[0], text.encode(), time.time())

    def read_object(bucket: str, key: str) -> bytes | None:
        with request_scope(account, region):
            content: bytes | None = s3._get_object_data(bucket, key)
        return content

    return Router(origin, configured_outputs(definition, routes, origin, read_object, complain), complain)

"""Firehose collects records and compresses what it delivers.

AWS: the records that come together within the buffering interval are one S3 object, compressed as the destination says
(with the ending .gz for GZIP).
ministack: an object for each record, never compressed.

The interval here is a second, whatever the buffering hints say: nobody waits a minute for a test.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping
from typing import Any

BUFFERING_SECONDS = 1.0

Record = dict[str, Any]
Place = tuple[str, str, str, str]
"""Account, region, delivery stream and destination."""


def as_it_comes(config: Mapping[str, Any]) -> bool:
    """Whether each record is looked at by itself: it is left to ministack."""
    features = ("ProcessingConfiguration", "DynamicPartitioningConfiguration", "DataFormatConversionConfiguration")
    return any((config.get(feature) or {}).get("Enabled") for feature in features)


def compressed(config: Mapping[str, Any], body: bytes) -> tuple[bytes, str]:
    """(content, file extension) of an object."""
    if config.get("CompressionFormat") == "GZIP":
        return gzip.compress(body), config.get("FileExtension") or ".gz"
    return body, config.get("FileExtension") or ""


class Buffers:
    """Records that wait for their second to pass."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: dict[Place, list[bytes]] = {}
        self._lock = threading.Lock()

    def add(self, stream: Record, destination: Record, payloads: list[bytes]) -> None:
        from ministack.core.responses import get_account_id, get_region

        place = (get_account_id(), get_region(), stream["name"], destination["id"])
        with self._lock:
            is_first = place not in self._waiting
            self._waiting.setdefault(place, []).extend(payloads)
        if is_first:
            timer = threading.Timer(self._seconds, self.deliver, (place, stream, destination))
            timer.daemon = True
            timer.start()

    def deliver(self, place: Place, stream: Record, destination: Record) -> None:
        from ministack.core.responses import request_scope
        from ministack.services import firehose

        with self._lock:
            body = b"".join(self._waiting.pop(place))
        content, extension = compressed(destination["config"], body)
        config = {**destination["config"], "FileExtension": extension}
        account, region, dummy, dummy = place
        with request_scope(account, region):
            firehose._deliver_to_s3(stream, {**destination, "config": config}, content)


def install() -> None:
    from ministack.services import firehose

    buffers = Buffers(BUFFERING_SECONDS)
    one_by_one = firehose._deliver_records_to_s3

    def deliver(stream: Record, destination: Record, records: list[tuple[str, bytes]]) -> None:
        if as_it_comes(destination["config"]):
            one_by_one(stream, destination, records)
        else:
            buffers.add(stream, destination, [payload for dummy, payload in records])

    firehose._deliver_records_to_s3 = deliver

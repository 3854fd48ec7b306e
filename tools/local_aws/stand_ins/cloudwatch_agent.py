"""In the place of the CloudWatch agent: takes statsd and OpenTelemetry metrics, and publishes them to CloudWatch.

It runs in the image of the container beside it, which has botocore and, for OpenTelemetry, the package
`opentelemetry-proto`; so it is one file and takes nothing else from this project. It reads `metrics` of the agent's
configuration: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html

As with the agent, the dots in a statsd name become underscores, its kind is the dimension `metric_type`, and counters
start at nothing with each period. OpenTelemetry keeps its names; its attributes are the dimensions.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KINDS = {"c": "counter", "g": "gauge", "ms": "timing", "h": "histogram"}
DATUMS_PER_CALL = 1000
VALUES_PER_DATUM = 150
"""PutMetricData takes no more of either."""

Dimensions = tuple[tuple[str, str], ...]
Series = tuple[str, Dimensions]
Address = tuple[str, int]


def address(text: str) -> Address:
    """`127.0.0.1:8125`, or `:8125` for all of them."""
    host, _colon, port = text.rpartition(":")
    return host, int(port)


def parse_statsd(line: str) -> tuple[Series, str, float, bool] | None:
    """(series, kind, value, whether the value is added to the one before), or None where the line is no statsd."""
    bucket, colon, rest = line.strip().partition(":")
    value, pipe, rest = rest.partition("|")
    kind, _pipe, rate = rest.partition("|")
    if not (bucket and colon and pipe) or kind not in KINDS:
        return None
    try:
        number = float(value)
        share = float(rate.removeprefix("@") or 1)
    except ValueError:
        return None
    name, *tags = bucket.split(",")
    dimensions = [("metric_type", KINDS[kind])]
    dimensions += [(key, text) for key, equals, text in (tag.partition("=") for tag in tags) if equals and text]
    series = (name.replace(".", "_"), tuple(sorted(dimensions)))
    relative = kind == "g" and value.startswith(("+", "-"))
    return series, kind, number / share if kind == "c" else number, relative


class Metrics:
    """What came since the last publication."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: dict[Series, float] = {}
        self._gauges: dict[Series, float] = {}
        self._values: dict[Series, Counter[float]] = {}
        self._statistics: dict[Series, dict[str, float]] = {}
        self._totals: dict[Series, float] = {}

    def statsd(self, datagram: str) -> None:
        for parsed in map(parse_statsd, datagram.splitlines()):
            if parsed is not None:
                series, kind, value, relative = parsed
                with self._lock:
                    if kind == "c":
                        self._sums[series] = self._sums.get(series, 0) + value
                    elif kind == "g":
                        self._gauges[series] = self._gauges.get(series, 0) + value if relative else value
                    else:
                        self._values.setdefault(series, Counter())[value] += 1

    def gauge(self, series: Series, value: float) -> None:
        with self._lock:
            self._gauges[series] = value

    def total(self, series: Series, value: float) -> None:
        """A sum since the process began: what is published is the difference to the one before."""
        with self._lock:
            before = self._totals.get(series, 0.0)
            # A smaller one is that of a new process.
            self._sums[series] = self._sums.get(series, 0) + (value - before if value >= before else value)
            self._totals[series] = value

    def add(self, series: Series, value: float) -> None:
        with self._lock:
            self._sums[series] = self._sums.get(series, 0) + value

    def distribution(self, series: Series, count: float, total: float, least: float, most: float) -> None:
        with self._lock:
            known = self._statistics.setdefault(series, {"SampleCount": 0, "Sum": 0, "Minimum": least, "Maximum": most})
            known["SampleCount"] += count
            known["Sum"] += total
            known["Minimum"] = min(known["Minimum"], least)
            known["Maximum"] = max(known["Maximum"], most)

    def take(self) -> list[dict[str, Any]]:
        """Data for PutMetricData; everything starts anew."""
        with self._lock:
            result = [datum(series, Value=value) for series, value in {**self._sums, **self._gauges}.items()]
            result += [datum(series, StatisticValues=values) for series, values in self._statistics.items()]
            for series, counted in self._values.items():
                items = list(counted.items())
                for start in range(0, len(items), VALUES_PER_DATUM):
                    some = items[start : start + VALUES_PER_DATUM]
                    result.append(datum(series, Values=[value for value, _n in some], Counts=[n for _value, n in some]))
            for kept in (self._sums, self._gauges, self._values, self._statistics):
                kept.clear()
        return result


def datum(series: Series, **value: Any) -> dict[str, Any]:
    name, dimensions = series
    return {"MetricName": name, "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions], **value}


def take_otlp(body: bytes, metrics: Metrics) -> None:
    """An ExportMetricsServiceRequest as Protobuf."""
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

    for metric in exported(ExportMetricsServiceRequest.FromString(body)):
        kind = metric.WhichOneof("data")
        for point in getattr(metric, kind).data_points:
            series = (metric.name, attributes(point.attributes))
            if kind in ("histogram", "exponential_histogram"):
                metrics.distribution(series, point.count, point.sum, point.min, point.max)
            elif kind == "sum" and metric.sum.is_monotonic:
                delta = metric.sum.aggregation_temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
                (metrics.add if delta else metrics.total)(series, point.as_double or point.as_int)
            elif kind in ("sum", "gauge"):
                metrics.gauge(series, point.as_double or point.as_int)


def exported(request: Any) -> Iterator[Any]:
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            yield from scope.metrics


def attributes(pairs: Iterable[Any]) -> Dimensions:
    """What has no text has no dimension: CloudWatch allows no empty one."""
    found = {pair.key: str(getattr(pair.value, pair.value.WhichOneof("value") or "string_value")) for pair in pairs}
    return tuple(sorted((key, text) for key, text in found.items() if text))


def serve_statsd(where: Address, metrics: Metrics) -> socketserver.UDPServer:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            metrics.statsd(self.request[0].decode("utf-8", "replace"))

    return socketserver.UDPServer(where, Handler)


def serve_otlp(where: Address, metrics: Metrics) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/v1/metrics":
                take_otlp(body, metrics)
            self.send_response(200 if self.path == "/v1/metrics" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Nobody reads a line per request."""

    return ThreadingHTTPServer(where, Handler)


def listeners(collected: Mapping[str, Any], metrics: Metrics) -> Iterator[socketserver.BaseServer]:
    if "statsd" in collected:
        yield serve_statsd(address(collected["statsd"].get("service_address", ":8125")), metrics)
    if "otlp" in collected:
        yield serve_otlp(address(collected["otlp"].get("http_endpoint", "127.0.0.1:4318")), metrics)


def publish(client: Any, namespace: str, metrics: Metrics) -> None:
    data = metrics.take()
    for start in range(0, len(data), DATUMS_PER_CALL):
        client.put_metric_data(Namespace=namespace, MetricData=data[start : start + DATUMS_PER_CALL])


def main() -> None:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.session import Session

    configuration = json.loads(os.environ["CW_CONFIG_CONTENT"])["metrics"]
    metrics, ended = Metrics(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_signal: ended.set())
    for server in listeners(configuration["metrics_collected"], metrics):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"listens on {server.server_address}", flush=True)
    client = Session().create_client("cloudwatch")
    interval = float(configuration.get("force_flush_interval", 60))
    while True:
        last = ended.wait(interval)
        try:
            publish(client, configuration.get("namespace", "CWAgent"), metrics)
        except (BotoCoreError, ClientError) as error:
            print(f"{time.strftime('%H:%M:%S')} {error}", file=sys.stderr, flush=True)
        if last:
            return


if __name__ == "__main__":
    main()

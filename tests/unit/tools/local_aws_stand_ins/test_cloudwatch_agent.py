"""What the stand-in of the CloudWatch agent makes of metrics."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from tools.local_aws.patches.ecs.cloudwatch_agent import with_stand_in
from tools.local_aws.stand_ins.cloudwatch_agent import (
    DATUMS_PER_CALL,
    VALUES_PER_DATUM,
    Metrics,
    address,
    listeners,
    parse_statsd,
    publish,
)

SERIES = ("airflow.ti_successes", (("dag_id", "hello"),))


class CloudWatch:
    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def put_metric_data(self, **call: Any) -> None:
        self.calls.append(call)


def values(metrics: Metrics) -> dict[str, Any]:
    return {item["MetricName"]: item.get("Value") for item in metrics.take()}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("airflow.scheduler_heartbeat:1|c", (("airflow_scheduler_heartbeat", "counter"), "c", 1.0, False)),
        ("airflow.sampled:1|c|@0.1", (("airflow_sampled", "counter"), "c", 10.0, False)),
        ("airflow.pool.open_slots:128|g", (("airflow_pool_open_slots", "gauge"), "g", 128.0, False)),
        ("airflow.open:-1|g", (("airflow_open", "gauge"), "g", -1.0, True)),
        ("airflow.loop:12.5|ms", (("airflow_loop", "timing"), "ms", 12.5, False)),
    ],
)
def test_statsd(line: str, expected: tuple[tuple[str, str], str, float, bool]) -> None:
    (name, metric_type), *rest = expected
    assert parse_statsd(line) == ((name, (("metric_type", metric_type),)), *rest)


def test_tags_in_a_name_are_dimensions() -> None:
    parsed = parse_statsd("airflow.ti.finish,dag_id=hello,state=,task_id=greet:1|c")
    assert parsed is not None
    assert parsed[0] == (
        "airflow_ti_finish",
        (("dag_id", "hello"), ("metric_type", "counter"), ("task_id", "greet")),
    )


@pytest.mark.parametrize(
    "line", ["", "airflow.x", "airflow.x:1", "airflow.x:one|c", "airflow.x:1|z", ":1|c", "x:1|c|@z"]
)
def test_what_is_no_statsd_is_left_out(line: str) -> None:
    metrics = Metrics()
    metrics.statsd(line)
    assert metrics.take() == []


def test_counters_add_up_and_begin_anew_gauges_keep_the_last() -> None:
    metrics = Metrics()
    metrics.statsd("a:1|c\na:2|c\nb:5|g\nb:7|g\nc:5|g\nc:+2|g")
    assert values(metrics) == {"a": 3, "b": 7, "c": 7}
    metrics.statsd("a:1|c")
    assert values(metrics) == {"a": 1}


def test_timings_keep_their_values() -> None:
    metrics = Metrics()
    for number in range(VALUES_PER_DATUM + 1):
        metrics.statsd(f"t:{number}|ms\nt:{number}|ms")
    first, second = metrics.take()
    assert len(first["Values"]) == VALUES_PER_DATUM
    assert second["Values"] == [VALUES_PER_DATUM]
    assert second["Counts"] == [2]


def test_a_growing_sum_is_published_as_what_was_added() -> None:
    metrics = Metrics()
    metrics.total(SERIES, 5)
    metrics.total(SERIES, 7)
    assert values(metrics) == {SERIES[0]: 7}
    metrics.total(SERIES, 10)
    assert values(metrics) == {SERIES[0]: 3}
    metrics.total(SERIES, 2)
    assert values(metrics) == {SERIES[0]: 2}


def test_distributions_of_a_period_are_one() -> None:
    metrics = Metrics()
    metrics.distribution(SERIES, 2, 30, 10, 20)
    metrics.distribution(SERIES, 1, 5, 5, 5)
    assert metrics.take() == [
        {
            "MetricName": SERIES[0],
            "Dimensions": [{"Name": "dag_id", "Value": "hello"}],
            "StatisticValues": {"SampleCount": 3, "Sum": 35, "Minimum": 5, "Maximum": 20},
        }
    ]


def test_a_call_takes_so_many() -> None:
    metrics, cloudwatch = Metrics(), CloudWatch()
    for number in range(DATUMS_PER_CALL + 1):
        metrics.statsd(f"m{number}:1|c")
    publish(cloudwatch, "AirflowFargate/test", metrics)
    assert [len(call["MetricData"]) for call in cloudwatch.calls] == [DATUMS_PER_CALL, 1]
    assert {call["Namespace"] for call in cloudwatch.calls} == {"AirflowFargate/test"}


def test_it_listens_where_it_is_told() -> None:
    metrics = Metrics()
    (server,) = listeners({"statsd": {"service_address": "127.0.0.1:0"}}, metrics)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"airflow.scheduler_heartbeat:1|c", server.server_address)
        data: list[dict[str, Any]] = []
        deadline = time.monotonic() + 120
        while not data and time.monotonic() < deadline:
            data = metrics.take()
            time.sleep(0.01)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert [item["MetricName"] for item in data] == ["airflow_scheduler_heartbeat"]


def test_addresses() -> None:
    assert address(":8125") == ("", 8125)
    assert address("127.0.0.1:4318") == ("127.0.0.1", 4318)


def test_the_stand_in_runs_in_the_image_beside_it() -> None:
    airflow = {"name": "airflow", "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/airflow:1"}
    agent = {"name": "agent", "image": "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.2", "secrets": ["kept"]}
    same, other = with_stand_in([airflow, agent])
    assert same == airflow
    assert (other["name"], other["image"], other["secrets"]) == ("agent", airflow["image"], ["kept"])
    assert other["entryPoint"][:2] == ["python3", "-c"]
    compile(other["entryPoint"][2], "stand-in", "exec")


def test_the_agent_alone_is_left_as_it_is() -> None:
    agent = {"name": "agent", "image": "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.2"}
    assert with_stand_in([agent]) == [agent]

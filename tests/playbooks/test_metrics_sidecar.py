"""How Airflow's own metrics get to a CloudWatch agent beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.playbooks import output

PARAMETER = "arn:aws:ssm:us-east-1:123456789012:parameter/airflow-local/cloudwatch-agent"

written = partial(output.written, "metrics_sidecar")
"""What the role task_definition registers for the scheduler, and what the role access allows."""


@pytest.fixture(scope="module")
def none(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return written(tmp_path_factory.mktemp("none"))


@pytest.fixture(scope="module")
def statsd(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return written(tmp_path_factory.mktemp("statsd"), service_metrics_sidecar="statsd")


@pytest.fixture(scope="module")
def opentelemetry(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return written(tmp_path_factory.mktemp("opentelemetry"), service_metrics_sidecar="opentelemetry")


def sent(registered: dict[str, Any]) -> dict[str, str]:
    return {
        name: value
        for name, value in registered["environment"].items()
        if name.startswith(("AIRFLOW__METRICS__", "OTEL_EXPORTER_OTLP_ENDPOINT"))
    }


def test_by_default_nothing_is_sent_and_nobody_may(none: dict[str, Any]) -> None:
    assert sent(none) == {}
    assert none["roles"] == {}


def test_statsd_goes_to_where_the_agent_listens(statsd: dict[str, Any]) -> None:
    assert sent(statsd) == {
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
        "AIRFLOW__METRICS__STATSD_PORT": "8125",
    }
    assert statsd["config"]["metrics"]["metrics_collected"]["statsd"]["service_address"] == "127.0.0.1:8125"


def test_opentelemetry_goes_to_where_the_agent_listens(opentelemetry: dict[str, Any]) -> None:
    """Airflow takes statsd where both are on."""
    assert sent(opentelemetry) == {
        "AIRFLOW__METRICS__OTEL_ON": "True",
        "AIRFLOW__METRICS__STATSD_ON": "False",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
    }
    assert opentelemetry["config"]["metrics"]["metrics_collected"]["otlp"]["http_endpoint"] == "127.0.0.1:4318"


def test_the_agent_has_its_configuration_from_the_parameter(statsd: dict[str, Any]) -> None:
    assert statsd["sidecar"]["secrets"] == [{"name": "CW_CONFIG_CONTENT", "valueFrom": PARAMETER}]
    assert statsd["sidecar"]["essential"] is False


def test_another_configuration_is_another_task_definition(statsd: dict[str, Any], tmp_path: Path) -> None:
    other = written(tmp_path, service_metrics_sidecar="statsd", airflow_metrics_sidecar_config={"metrics": {}})
    assert other["sidecar"]["environment"] != statsd["sidecar"]["environment"]


def test_who_has_an_agent_may_publish_in_the_environments_namespace_only(statsd: dict[str, Any]) -> None:
    components = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    assert statsd["roles"] == {
        **{component: ["publish_airflow_metrics"] for component in components},
        "execution": ["read_metrics_sidecar_config"],
    }
    assert statsd["statements"]["publish_airflow_metrics"]["Condition"] == {
        "StringEquals": {"cloudwatch:namespace": statsd["config"]["metrics"]["namespace"]}
    }
    assert statsd["statements"]["read_metrics_sidecar_config"]["Resource"] == PARAMETER


def test_an_option_of_the_user_has_the_last_word(tmp_path: Path) -> None:
    options = {"metrics": {"statsd_influxdb_enabled": True, "statsd_port": 9125}}
    environment = written(tmp_path, service_metrics_sidecar="statsd", airflow_options=options)["environment"]
    assert environment["AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED"] == "True"
    assert environment["AIRFLOW__METRICS__STATSD_PORT"] == "9125"

"""What the role monitoring sets for inventories/local, as far as it can be judged without an AWS."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from airflow_fargate.metrics import cloudwatch
from airflow_fargate.metrics.settings import Pool
from airflow_fargate.metrics.vitals import JOB_TYPES, Vitals
from airflow_fargate.metrics.workers import Workers
from tools.local_aws.patches.cloudwatch import evaluation, expressions

ROOT = Path(__file__).resolve().parents[2]
ALARMS = (
    "scheduler-heartbeat",
    "dag-processor-heartbeat",
    "triggerer-heartbeat",
    "oldest-queued-task default",
    "workers-missing worker",
    "api-server-unhealthy",
    "dag-import-errors",
    "metrics-silent",
    "database-storage",
)
# Those that AWS publishes of its own accord: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
OF_AWS = {
    "AWS/ECS": {"CPUUtilization", "MemoryUtilization"},
    "AWS/ApplicationELB": {
        "ConsumedLCUs",
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_Target_5XX_Count",
        "HealthyHostCount",
        "RequestCount",
        "TargetResponseTime",
    },
    "AWS/ElastiCache": {"CurrConnections", "DatabaseMemoryUsagePercentage", "EngineCPUUtilization", "Evictions"},
    "AWS/RDS": {
        "CPUCreditBalance",
        "CPUUtilization",
        "DatabaseConnections",
        "FreeStorageSpace",
        "FreeableMemory",
    },
}
SERVICES = ("api-server", "dag-processor", "scheduler", "triggerer")
Metric = tuple[str, str, frozenset[tuple[str, str]]]


# What is scaled down, until when; and whether the alarms tell of themselves then.
SCALED_DOWN: dict[str, tuple[dict[str, str | None], bool]] = {
    "nothing": ({}, True),
    "others": ({"scheduler": None, "api-server": None}, True),
    "publisher": ({"scheduler": None, "metrics": None}, False),
    # AWS brings it back, and no run unmutes them.
    "for-a-while": ({"metrics": "2051-07-01T20:00:00+00:00"}, True),
}


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("monitoring") / "role.json"
    playbook = "tests/playbooks/monitoring/playbook.yml"
    scaled_down = [
        {"name": name, "services": {service: {"until": until} for service, until in services.items()}}
        for name, (services, _tells) in SCALED_DOWN.items()
    ]
    arguments = json.dumps({"output": str(output), "scaled_down": scaled_down})
    command = [str(Path(sys.executable).with_name("ansible-playbook")), playbook, "-e", arguments]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False, timeout=600
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return output


@pytest.fixture(scope="module")
def role(output: Path) -> dict[str, Any]:
    return dict(json.loads(output.read_text()))


@cache
def published() -> set[Metric]:
    """What a period of the publisher of inventories/local has."""
    now = datetime.now(UTC)
    vitals = Vitals(now, heartbeat_ages=dict.fromkeys(JOB_TYPES, 1.0))
    pool = Pool("worker", ("default",), 4)
    data = [
        *cloudwatch.metric_data("local", [pool], {}, {"worker": Workers(1, 1, 1)}, now),
        *cloudwatch.vital_data("local", vitals, now),
        *cloudwatch.desired_data("local", SERVICES, {service: Workers(1, 1, 1) for service in SERVICES}, now),
    ]
    return {
        ("AirflowFargate", one["MetricName"], frozenset((item["Name"], item["Value"]) for item in one["Dimensions"]))
        for one in data
    }


def watched(alarm: dict[str, Any]) -> Iterator[Metric]:
    for metric in alarm.get("metrics", [alarm]):
        if "expression" not in metric:
            yield metric["namespace"], metric["metric_name"], frozenset(metric["dimensions"].items())


def drawn(dashboard: dict[str, Any]) -> Iterator[Metric]:
    for widget in dashboard["widgets"]:
        for line in widget["properties"].get("metrics", []):
            namespace, name, *rest = [item for item in line if isinstance(item, str)]
            yield namespace, name, frozenset(zip(rest[::2], rest[1::2], strict=True))


def exists(metric: Metric) -> bool:
    namespace, name, _dimensions = metric
    return metric in published() or name in OF_AWS.get(namespace, ())


def test_every_alarm_is_there(role: dict[str, Any]) -> None:
    assert [alarm["name"] for alarm in role["alarms"]] == list(ALARMS)


def test_every_metric_exists(role: dict[str, Any]) -> None:
    of_alarms = {metric for alarm in role["alarms"] for metric in watched(alarm)}
    assert {metric for metric in of_alarms | set(drawn(role["dashboard"])) if not exists(metric)} == set()


def test_the_dashboard_shows_all_that_is_published(role: dict[str, Any]) -> None:
    # There for scaling only: they say what the others say in other words.
    of_scaling = {"WorkersGap", "WorkersSurplus", "CapacityProviderReservation", "NumberOfActiveRunningTasks"}
    assert {name for _namespace, name, _dimensions in published() - set(drawn(role["dashboard"]))} == of_scaling


def test_cloudwatch_would_take_all_of_it(role: dict[str, Any]) -> None:
    # Not at the top: pytest reads this file before pytest-ansible makes the collections known.
    from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import alarms, dashboards
    from ansible_collections.airflow.fargate.plugins.modules.cloudwatch_alarms import alarm_spec, query_spec

    def filled(option: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
        return {**{name: entry.get("default") for name, entry in spec.items()}, **option}

    given = [filled(alarm, alarm_spec()) for alarm in role["alarms"]]
    for alarm in given:
        alarm["metrics"] = alarm["metrics"] and [filled(query, query_spec()) for query in alarm["metrics"]]
    params = {"prefix": "airflow-local: ", "alarms": given, "alarm_actions": [], "ok_actions": []}
    assert [str(problem) for problem in alarms.problems(params)] == []
    assert [str(problem) for problem in dashboards.problems("airflow-local", role["dashboard"])] == []


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_goes_off_and_ends(role: dict[str, Any], name: str) -> None:
    [alarm] = [alarm for alarm in role["alarms"] if alarm["name"] == name]
    periods, threshold = alarm["evaluation_periods"], float(alarm["threshold"])
    settings = {
        "ComparisonOperator": alarm["comparison"],
        "EvaluationPeriods": periods,
        "Threshold": threshold,
        "TreatMissingData": alarm["treat_missing_data"],
    }
    above, below = [threshold + 1] * periods, [threshold - 1] * periods
    bad, good = (above, below) if alarm["comparison"].startswith("Greater") else (below, above)
    assert evaluation.state(bad, settings) == "ALARM"
    assert evaluation.state([*bad, *good], settings) == "OK"
    assert evaluation.state([*bad, good[0]], settings) == "OK"
    # Silence is an alarm where silence is what is watched for, and nowhere else.
    silence: list[float | None] = [None] * periods
    expected = "ALARM" if name in ("metrics-silent", "api-server-unhealthy") else "OK"
    assert evaluation.state(silence, settings) == expected


@pytest.mark.parametrize("name", SCALED_DOWN)
def test_alarms_are_muted_while_there_is_no_publisher(output: Path, name: str) -> None:
    assert json.loads(output.with_name(f"{output.name}.{name}").read_text()) is SCALED_DOWN[name][1]


@pytest.mark.parametrize(
    ("healthy", "desired", "state"),
    [
        ([2, 2, 2, 2, 2], [2, 2, 2, 2, 2], "OK"),
        ([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], "ALARM"),
        # At night.
        ([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], "OK"),
        # A target group without targets may have no number at all.
        ([None] * 5, [0, 0, 0, 0, 0], "OK"),
        ([None] * 5, [1, 1, 1, 1, 1], "ALARM"),
        # In the morning one has four minutes to start.
        ([None, None, None, None, None], [0, 1, 1, 1, 1], "OK"),
        # Without the publisher what the load balancer says is enough.
        ([1, 1, 1, 1, 1], [None] * 5, "OK"),
        ([0, 0, 0, 0, 0], [None] * 5, "ALARM"),
        ([None] * 5, [None] * 5, "ALARM"),
    ],
)
def test_an_api_server_that_nobody_wants_is_not_missed(
    role: dict[str, Any], healthy: list[float | None], desired: list[float | None], state: str
) -> None:
    [alarm] = [alarm for alarm in role["alarms"] if alarm["name"] == "api-server-unhealthy"]
    series = {"HealthyHostCount": healthy, "DesiredTasks": desired}
    moments = [60.0 * number for number in range(len(healthy))]
    queries = [
        {"Id": query["id"], "ReturnData": query.get("return_data", False)}
        | ({"Expression": query["expression"]} if "expression" in query else {"MetricStat": query})
        for query in alarm["metrics"]
    ]

    def read(metric: Any) -> expressions.Series:
        values = zip(moments, series[metric["metric_name"]], strict=True)
        return {moment: float(value) for moment, value in values if value is not None}

    found = expressions.evaluate(queries, read, moments)
    settings = {
        "ComparisonOperator": alarm["comparison"],
        "EvaluationPeriods": alarm["evaluation_periods"],
        "Threshold": alarm["threshold"],
        "TreatMissingData": alarm["treat_missing_data"],
    }
    assert evaluation.state([found.get(moment) for moment in moments], settings) == state


def test_every_description_names_a_chapter_of_the_runbook(role: dict[str, Any]) -> None:
    chapters = set(re.findall(r"^## (\S+)$", (ROOT / "docs/runbook.md").read_text(), flags=re.MULTILINE))
    named = {alarm["description"].rpartition("docs/runbook.md#")[2] for alarm in role["alarms"]}
    assert named == chapters

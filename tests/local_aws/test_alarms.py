"""Each alarm that a deployment sets goes off, and ends, as CloudWatch hears of numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws.conftest import PORT

ROOT = Path(__file__).resolve().parents[2]
Numbers = Mapping[str, float]
GIB = 1024.0**3
# What is bad and what is good, by metric.
HEARTBEAT: tuple[Numbers, Numbers] = ({"HeartbeatAge": 121}, {"HeartbeatAge": 3})
ALARMS: dict[str, tuple[Numbers, Numbers]] = {
    "scheduler-heartbeat": HEARTBEAT,
    "dag-processor-heartbeat": HEARTBEAT,
    "triggerer-heartbeat": HEARTBEAT,
    "oldest-queued-task default": ({"OldestQueuedTask": 901}, {"OldestQueuedTask": 5}),
    "workers-missing worker": (
        {"WorkersDesired": 2, "WorkersRunning": 1},
        {"WorkersDesired": 2, "WorkersRunning": 2},
    ),
    "api-server-unhealthy": ({"HealthyHostCount": 0, "DesiredTasks": 1}, {"HealthyHostCount": 1, "DesiredTasks": 1}),
    "dag-import-errors": ({"ImportErrors": 1}, {"ImportErrors": 0}),
    "database-storage": ({"FreeStorageSpace": GIB}, {"FreeStorageSpace": 15 * GIB}),
}
SILENT = "metrics-silent"
SETTINGS = {
    *("AlarmName", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions", "MetricName", "Namespace"),
    *("Statistic", "Dimensions", "Period", "Unit", "EvaluationPeriods", "DatapointsToAlarm", "Threshold"),
    *("ComparisonOperator", "TreatMissingData", "Metrics", "AlarmDescription"),
}


class Deployed:
    """The alarms of an environment that is nothing else."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.prefix = client, f"airflow-{name}: "
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "inventories/local"]
        command += ["tests/local_aws/monitoring/playbook.yml", "-e", f"airflow_environment={name}"]
        environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
        run = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr

    def alarms(self) -> dict[str, dict[str, Any]]:
        found = self.client.describe_alarms(AlarmNamePrefix=self.prefix)["MetricAlarms"]
        return {alarm["AlarmName"].removeprefix(self.prefix): alarm for alarm in found}

    def state(self, name: str) -> str:
        """As evaluated now: setting an alarm again, as it is, has it looked at."""
        alarm = self.alarms()[name]
        self.client.put_metric_alarm(**{key: value for key, value in alarm.items() if key in SETTINGS})
        before = alarm["StateUpdatedTimestamp"]
        deadline = time.monotonic() + 3
        while self.alarms()[name]["StateUpdatedTimestamp"] == before and time.monotonic() < deadline:
            time.sleep(0.1)
        return str(self.alarms()[name]["StateValue"])

    def publish(self, name: str, numbers: Numbers, periods: range) -> None:
        """These numbers in the middle of so many periods ago; the last whole one is 1."""
        alarm = self.alarms()[name]
        metrics = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
        watched = [one["Metric"] for one in metrics] or [alarm]
        period = metrics[0]["Period"] if metrics else alarm["Period"]
        end = (time.time() - 1) // 60 * 60
        for metric in watched:
            data: list[dict[str, Any]] = [
                {
                    "MetricName": metric["MetricName"],
                    "Dimensions": metric["Dimensions"],
                    "Timestamp": end - period * ago + period / 2,
                    "Value": numbers[metric["MetricName"]],
                }
                for ago in periods
            ]
            put_as_anybody(metric["Namespace"], data)


def put_as_anybody(namespace: str, data: list[dict[str, Any]]) -> None:
    """Those of AWS are refused by PutMetricData."""
    body = json.dumps({"Namespace": namespace, "MetricData": data}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/_local_aws/metrics", body, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 200


def wait_for(state: str, found: Callable[[], str]) -> None:
    deadline = time.monotonic() + 120
    while (last := found()) != state:
        assert time.monotonic() < deadline, f"still {last}"


@pytest.fixture(scope="module")
def deployed(aws: Any) -> Deployed:
    return Deployed(aws.client("cloudwatch"), "alarms")


def test_these_are_all(deployed: Deployed) -> None:
    assert set(deployed.alarms()) == {*ALARMS, SILENT}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_goes_off_and_ends(deployed: Deployed, name: str) -> None:
    bad, good = ALARMS[name]
    periods = deployed.alarms()[name]["EvaluationPeriods"]
    # The last period is left to what is good.
    deployed.publish(name, bad, range(2, periods + 2))
    wait_for("ALARM", lambda: deployed.state(name))
    deployed.publish(name, good, range(1, 2))
    wait_for("OK", lambda: deployed.state(name))


def test_silence_is_an_alarm_and_ends(aws: Any) -> None:
    deployed = Deployed(aws.client("cloudwatch"), "silence")
    wait_for("ALARM", lambda: deployed.state(SILENT))
    deployed.publish(SILENT, {"ImportErrors": 0}, range(1, 2))
    wait_for("OK", lambda: deployed.state(SILENT))

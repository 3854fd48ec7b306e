"""The dashboard shows what there is, and numbers are right."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.airflow_api import Airflow
from tests.e2e.playbooks import Environment, wait_until

NAMESPACE = "AirflowFargate"
Metric = tuple[str, frozenset[tuple[str, str]]]


def dashboard(environment: Environment) -> dict[str, Any]:
    answer = environment.aws.client("cloudwatch").get_dashboard(DashboardName=environment.prefix)
    return dict(json.loads(answer["DashboardBody"]))


def own_metrics(body: dict[str, Any]) -> set[Metric]:
    """What the dashboard shows of the environment's own."""
    found = set()
    for widget in body["widgets"]:
        for line in widget["properties"].get("metrics", []):
            namespace, name, *rest = [item for item in line if isinstance(item, str)]
            if namespace == NAMESPACE:
                found.add((name, frozenset(zip(rest[::2], rest[1::2], strict=True))))
    return found


def published(environment: Environment) -> set[Metric]:
    listed = environment.aws.pages("cloudwatch", "list_metrics", "Metrics", Namespace=NAMESPACE)
    return {
        (one["MetricName"], frozenset((item["Name"], item["Value"]) for item in one["Dimensions"])) for one in listed
    }


def succeeded(environment: Environment) -> float:
    """Tasks that the publisher has counted."""
    end = datetime.now(UTC)
    dimensions = {"environment": environment.name, "state": "success"}
    answer = environment.aws.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="FinishedTasks",
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=end - timedelta(hours=6),
        EndTime=end,
        Period=60,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


def test_everything_on_the_dashboard_exists(environment: Environment) -> None:
    shown = own_metrics(dashboard(environment))
    assert len(shown) > 10
    wait_until(lambda: shown <= published(environment), 180, "everything that the dashboard shows is published")


def test_ended_tasks_are_counted_once(environment: Environment, airflow: Airflow) -> None:
    """All that have ever succeeded here; the publisher counts a task some seconds after its end."""
    run = airflow.run_dag("hello_fargate", {"message": "counted", "numbers": [1, 2, 3]})
    assert run["state"] == "success"
    ended = airflow.must("GET", "/api/v2/dags/~/dagRuns/~/taskInstances?state=success&limit=1")["total_entries"]
    assert ended >= len(airflow.tasks("hello_fargate", run))
    wait_until(lambda: succeeded(environment) >= ended, 180, f"{ended} tasks are counted")
    assert succeeded(environment) == ended


def test_no_alarm_is_on(environment: Environment) -> None:
    """Each has looked at numbers and found them good: none is without data."""
    cloudwatch = environment.aws.client("cloudwatch")

    def states() -> dict[str, str]:
        answer = cloudwatch.describe_alarms(AlarmNamePrefix=f"{environment.prefix}: ")
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in answer["MetricAlarms"]}

    assert len(states()) == 9
    wait_until(lambda: set(states().values()) == {"OK"}, 600, "every alarm is OK")


def of_airflow(environment: Environment) -> set[str]:
    """Airflow's own metrics, of whatever dimensions."""
    namespace = f"{NAMESPACE}/{environment.name}"
    return {
        one["MetricName"] for one in environment.aws.pages("cloudwatch", "list_metrics", "Metrics", Namespace=namespace)
    }


def test_the_schedulers_metrics_come_by_statsd(environment: Environment) -> None:
    wanted = {"airflow_scheduler_heartbeat", "airflow_executor_open_slots", "airflow_pool_open_slots"}
    wait_until(lambda: wanted <= of_airflow(environment), 240, "what the scheduler sends is in CloudWatch")


def test_the_dag_processors_metrics_come_by_opentelemetry(environment: Environment) -> None:
    wanted = {"airflow.dag_processor_heartbeat", "airflow.dag_processing.total_parse_time"}
    wait_until(lambda: wanted <= of_airflow(environment), 240, "what the dag-processor sends is in CloudWatch")


def test_numbers_of_airflow_are_right(environment: Environment) -> None:
    """The default pool of Airflow has 128 slots."""
    end = datetime.now(UTC)
    answer = environment.aws.client("cloudwatch").get_metric_statistics(
        Namespace=f"{NAMESPACE}/{environment.name}",
        MetricName="airflow_pool_open_slots",
        Dimensions=[{"Name": "metric_type", "Value": "gauge"}],
        StartTime=end - timedelta(minutes=30),
        EndTime=end,
        Period=60,
        Statistics=["Maximum"],
    )
    assert max(point["Maximum"] for point in answer["Datapoints"]) == 128

"""The metrics publisher: the image's own, a real PostgreSQL with Airflow's schema, an AWS that answers as told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.image.airflow_stack import POSTGRES, Stack
from tests.image.engine import Containers, Result, wait_until

AWS = (Path(__file__).parent / "fake_aws.py").read_text()
PORT = 9797
POOLS = {
    "worker": {"queues": ["default", "small"], "concurrency": 4},
    "reports": {"queues": ["reports"], "concurrency": 2},
}
# Prints what the child of tini, the publisher, has used until when.
USAGE = """
import json, os, pathlib, time
[pid] = pathlib.Path("/proc/1/task/1/children").read_text().split()
stat = pathlib.Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
pages = int(pathlib.Path("/proc", pid, "statm").read_text().split()[1])
cpu = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
print(json.dumps({"resident": pages * os.sysconf("SC_PAGE_SIZE"), "cpu": cpu, "at": time.time()}))
"""
# state, queue, executor, age of the last heartbeat or of the queueing in seconds, whether there was a heartbeat.
TASKS = [
    *[("queued", "default", None, 5, False)] * 6,
    ("queued", "default", None, 90, False),
    ("queued", "small", "CeleryExecutor", 1, False),
    ("running", "default", None, 2, True),
    ("running", "default", "airflow.providers.celery.executors.celery_executor.CeleryExecutor", 2, True),
    ("restarting", "small", None, 2, True),
    ("running", "reports", None, 2, True),
    # Started a moment ago: no heartbeat yet.
    ("running", "reports", None, 2, False),
    # None of these occupies a worker or waits for one.
    ("running", "default", None, 301, True),
    ("running", "default", None, 301, False),
    ("queued", "default", "AwsEcsExecutor", 1, False),
    ("deferred", "default", None, 1, True),
    ("up_for_retry", "default", None, 1, False),
    ("scheduled", "default", None, 1, False),
    ("success", "default", None, 1, True),
    (None, "default", None, 1, False),
    # A queue nobody works on.
    ("queued", "typo", None, 1, False),
]
CALLBACKS = [
    ("executor", "queued", 10),
    ("executor", "running", 10),
    ("executor", "running", 4000),
    ("triggerer", "queued", 10),
]
# State, seconds since the end and since the last heartbeat. What ends in the future is counted when it is over.
ENDED = [
    *[("success", -1, 3)] * 3,
    ("failed", -1, 3),
    ("up_for_retry", -1, 3),
    ("skipped", -1, 3),
    ("success", 4000, 4001),
]
JOBS = [("SchedulerJob", 4000), ("SchedulerJob", 90), ("TriggererJob", 600), ("LocalTaskJob", 1)]
VITALS = ("HeartbeatAge", "ImportErrors", "FinishedTasks", "DesiredTasks")
TABLES = ("task_instance", "callback", "job", "import_error")


def insert_rows() -> str:
    """SQL that fills the tables, passing over their foreign keys."""

    def text(value: str | None) -> str:
        return "NULL" if value is None else f"'{value}'"

    rows = []
    for number, (state, queue, executor, age, has_heartbeat) in enumerate(TASKS):
        time = f"now() - interval '{age} s'"
        started = time if state in ("running", "restarting") else "NULL"
        heartbeat = time if has_heartbeat else "NULL"
        # Two tasks in a row share a worker; Airflow leaves the name empty until a task starts.
        host = "" if started == "NULL" else f"10.0.0.{number // 2}"
        rows.append(
            "INSERT INTO task_instance (id, task_id, dag_id, run_id, try_number, pool, pool_slots, state, queue,"
            " executor, hostname, queued_dttm, start_date, last_heartbeat_at) VALUES"
            f" (gen_random_uuid(), 't{number}', 'd', 'r', 1, 'default_pool', 1, {text(state)}, {text(queue)},"
            f" {text(executor)}, {text(host)}, {time}, {started}, {heartbeat});"
        )
    for kind, state, age in CALLBACKS:
        rows.append(
            "INSERT INTO callback (id, type, fetch_method, data, state, priority_weight, created_at) VALUES"
            f" (gen_random_uuid(), '{kind}', 'import_path', '{{}}', '{state}', 1, now() - interval '{age} s');"
        )
    for kind, age in JOBS:
        rows.append(f"INSERT INTO job (job_type, latest_heartbeat) VALUES ('{kind}', now() - interval '{age} s');")
    rows.append("INSERT INTO import_error (filename) VALUES ('broken.py'), ('worse.py');")
    return "SET session_replication_role = replica;" + "".join(rows)


def insert_ended_tasks() -> str:
    rows = ["SET session_replication_role = replica;"]
    for state, end, heartbeat in ENDED:
        rows.append(
            "INSERT INTO task_instance (id, task_id, dag_id, run_id, try_number, pool, pool_slots, state, queue,"
            " end_date, last_heartbeat_at) VALUES"
            f" (gen_random_uuid(), 'e{len(rows)}', 'd', 'r', 1, 'default_pool', 1, '{state}', 'default',"
            f" now() - interval '{end} s', now() - interval '{heartbeat} s');"
        )
    return "".join(rows)


class Publisher:
    def __init__(self, containers: Containers, image: str, schema: str) -> None:
        self.containers = containers
        self.image = image
        # It owns the network namespace: the database is restarted.
        self.aws = containers.start("metrics-aws", image, "python", "-c", AWS, str(PORT))
        network = f"container:{self.aws}"
        password = {"POSTGRES_USER": "airflow", "POSTGRES_PASSWORD": "airflow", "POSTGRES_DB": "airflow"}
        self.postgres = containers.start("metrics-postgres", POSTGRES, network=network, environment=password)
        self.wait_for_database()
        self.sql(schema)
        self.publisher = containers.start(
            "metrics-publisher", image, "airflow-fargate", "metrics", network=network, environment=self.environment
        )
        wait_until(lambda: '"published"' in self.log(), what=self.log)
        self.used_until_ready = self.usage()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://airflow:airflow@127.0.0.1:5432/airflow",
            "AIRFLOW_FARGATE_ENVIRONMENT": "test",
            "AIRFLOW_FARGATE_CLUSTER": "airflow-test",
            "AIRFLOW_FARGATE_POOLS": json.dumps(POOLS),
            "AIRFLOW_FARGATE_SERVICES": '{"scheduler": "scheduler", "triggerer": "triggerer"}',
            "AIRFLOW_FARGATE_METRICS_PERIOD": "1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "none",
        }

    def wait_for_database(self) -> None:
        # Over TCP: while the image prepares the database, the server listens on its socket only.
        wait_until(lambda: self.psql("SELECT 1").code == 0, what=lambda: self.containers.logs(self.postgres))

    def psql(self, sql: str) -> Result:
        options = ("-h", "127.0.0.1", "-U", "airflow", "--quiet", "--set", "ON_ERROR_STOP=1", "-c", sql)
        return self.containers.call("exec", "--env=PGPASSWORD=airflow", self.postgres, "psql", *options)

    def sql(self, sql: str) -> None:
        result = self.psql(sql)
        assert result.code == 0, result

    def answer(self, answer: str) -> None:
        self.containers.must("exec", self.aws, "sh", "-c", f"echo {answer} > /tmp/answer")

    def log(self) -> str:
        return self.containers.logs(self.publisher)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines()]

    def wait_for(self, event: str, count: int = 1, since: int | None = None) -> list[dict[str, Any]]:
        """Lines of this event that were not there before, or not among the first `since`; at least so many."""
        before = len(self.lines()) if since is None else since

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines()[before:] if line["event"] == event]

        wait_until(lambda: len(found()) >= count, what=self.log)
        return found()

    def all_calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.containers.logs(self.aws).splitlines() if line.startswith("{")]

    def calls(self, operation: str) -> list[dict[str, Any]]:
        return [call for call in self.all_calls() if call["operation"] == operation]

    def metrics(self) -> dict[tuple[str, str], float]:
        """The values last published, by queue and name."""
        data = self.calls("PutMetricData")[-1]["body"]["MetricData"]
        return {
            (datum["Dimensions"][1]["Value"], datum["MetricName"]): datum["Value"]
            for datum in data
            if datum["MetricName"] not in VITALS
        }

    def vitals(self) -> dict[tuple[str, str], float]:
        """Of the whole time: outcomes are counts of a period."""
        values: dict[tuple[str, str], float] = {}
        for call in self.calls("PutMetricData"):
            for datum in call["body"]["MetricData"]:
                name = datum["MetricName"]
                if name in VITALS:
                    dimension = datum["Dimensions"][-1]["Value"]
                    before = values.get((dimension, name), 0) if name == "FinishedTasks" else 0
                    values[dimension, name] = before + datum["Value"]
        return values

    def usage(self) -> dict[str, float]:
        return json.loads(self.containers.must("exec", self.publisher, "python", "-c", USAGE))

    def health(self) -> Result:
        return self.containers.execute(self.publisher, "airflow-fargate", "health", "metrics")


@pytest.fixture(scope="module")
def publisher(containers: Containers, image: str, empty_stack: Stack) -> Publisher:
    tables = [f"--table={name}" for name in TABLES]
    dump = ("pg_dump", "-U", "postgres", "--schema-only", "--no-owner", *tables, "airflow")
    # Without the keys to tables that are not there.
    schema = containers.must("exec", empty_stack.postgres, *dump)
    statements = [part for part in schema.split(";\n") if "FOREIGN KEY" not in part and "\\" not in part]
    return Publisher(containers, image, ";\n".join(statements))


@pytest.fixture
def published(publisher: Publisher) -> Publisher:
    """It publishes, with a load that does not change."""
    publisher.answer("yes")
    publisher.sql(f"TRUNCATE {', '.join(TABLES)}; {insert_rows()}")
    publisher.wait_for("published", count=2)
    return publisher


def test_the_load_of_each_queue_and_the_workers_of_each_pool(published: Publisher) -> None:
    metrics = published.metrics()

    oldest = {queue: metrics.pop((queue, "OldestQueuedTask")) for queue in ("default", "small", "reports")}
    assert metrics == {
        ("default", "QueuedTasks"): 8,
        ("default", "RunningTasks"): 3,
        ("small", "QueuedTasks"): 1,
        ("small", "RunningTasks"): 1,
        ("default,small", "WorkersNeeded"): 4,
        ("default,small", "WorkersBusy"): 2,
        ("default,small", "WorkersGap"): 2,
        ("default,small", "WorkersSurplus"): 0,
        ("default,small", "WorkersDesired"): 2,
        ("default,small", "WorkersRunning"): 1,
        ("default,small", "NumberOfActiveRunningTasks"): 13,
        ("default,small", "CapacityProviderReservation"): 162.5,
        ("reports", "QueuedTasks"): 0,
        ("reports", "RunningTasks"): 2,
        ("reports", "WorkersNeeded"): 1,
        ("reports", "WorkersBusy"): 2,
        ("reports", "WorkersGap"): 1,
        ("reports", "WorkersSurplus"): 0,
        ("reports", "WorkersDesired"): 0,
        ("reports", "WorkersRunning"): 0,
        ("reports", "NumberOfActiveRunningTasks"): 2,
        ("reports", "CapacityProviderReservation"): 200,
    }
    assert oldest["default"] >= 90 > oldest["small"] >= 1
    assert oldest["reports"] == 0
    [line, *_rest] = published.wait_for("published")
    assert line["tasks_in_queues_without_workers"] == {"typo": 1}


def test_how_airflow_is(published: Publisher) -> None:
    published.sql(insert_ended_tasks())

    def counted() -> dict[str, float]:
        vitals = published.vitals()
        return {state: vitals[state, "FinishedTasks"] for state in ("success", "failed", "up_for_retry")}

    wait_until(lambda: counted() == {"success": 3, "failed": 1, "up_for_retry": 1}, what=published.log)
    # Counted once.
    published.wait_for("published", count=2)
    assert counted() == {"success": 3, "failed": 1, "up_for_retry": 1}
    vitals = published.vitals()
    assert 600 > vitals["scheduler", "HeartbeatAge"] >= 90
    # At zero on purpose: that its heartbeat is old means nothing.
    assert vitals["triggerer", "DesiredTasks"] == 0
    assert ("triggerer", "HeartbeatAge") not in vitals
    assert vitals["scheduler", "DesiredTasks"] == 1
    assert ("dag-processor", "HeartbeatAge") not in vitals
    assert vitals["test", "ImportErrors"] == 2


def test_one_call_a_period_with_high_resolution(published: Publisher) -> None:
    # Read once: between two looks there may be more of them.
    every = published.all_calls()
    calls = [call for call in every if call["operation"] == "PutMetricData"]
    asked = [call for call in every if call["operation"] == "DescribeServices"]
    body = calls[-1]["body"]

    assert {datum["StorageResolution"] for datum in body["MetricData"]} == {1}
    assert {datum["Dimensions"][0]["Value"] for datum in body["MetricData"]} == {"test"}
    assert body["Namespace"] == "AirflowFargate"
    moments = [call["body"]["MetricData"][0]["Timestamp"] for call in calls if call["answer"] == "yes"]
    assert len(set(moments)) == len(moments)
    assert abs(len(asked) - len(calls)) <= 1


def test_it_fits_a_quarter_vcpu(published: Publisher) -> None:
    """80 MB resident; 2 % of a quarter vCPU, which is 50 ms of CPU in each period of ten seconds."""
    before = published.usage()
    published.wait_for("published", count=20)
    after = published.usage()
    # Those that begin while a container is asked count, too.
    begun = [call["body"]["MetricData"][0]["Timestamp"] for call in published.calls("PutMetricData")]
    count = sum(before["at"] <= moment < after["at"] for moment in begun)

    assert after["resident"] < 80e6
    assert (after["cpu"] - before["cpu"]) / count < 0.05, (before, after, count)


def test_it_is_ready_in_two_seconds_of_cpu(publisher: Publisher) -> None:
    assert publisher.used_until_ready["cpu"] < 2, publisher.used_until_ready


def test_it_is_healthy_and_the_check_is_light(published: Publisher) -> None:
    script = "TIMEFORMAT='%U %S'; time airflow-fargate health metrics"

    result = published.containers.execute(published.publisher, "bash", "-c", script)

    assert result.code == 0, result
    assert result.output.startswith("the metrics's last heartbeat is ")
    assert sum(map(float, result.errors.split())) < 1


def test_a_database_that_restarts(published: Publisher) -> None:
    published.containers.must("restart", published.postgres)
    published.wait_for("published", count=2)

    failures = [line for line in published.lines() if line["event"] == "not published: the database does not answer"]
    assert failures
    assert published.metrics()["default", "QueuedTasks"] == 8


def test_a_database_that_hangs(published: Publisher) -> None:
    published.containers.must("pause", published.postgres)
    try:
        [line, *_rest] = published.wait_for("not published: the database does not answer")
        health = published.health()
    finally:
        published.containers.must("unpause", published.postgres)

    assert line["level"] == "error"
    assert health.code == 0, health
    published.wait_for("published")


def test_a_throttled_cloudwatch(published: Publisher) -> None:
    since = len(published.lines())
    published.answer("throttled")
    lines = published.wait_for("not published: CloudWatch does not take it", count=3, since=since)
    failures = [line["failures"] for line in published.lines()[since:] if "failures" in line]
    calls = len(published.calls("PutMetricData"))
    published.answer("yes")
    published.wait_for("published", count=3)

    assert "Rate exceeded" in lines[0]["reason"]
    assert failures[:3] == [1, 2, 3]
    # What was not published then is not made up for now: at most one call a period. A call comes before its line.
    taken = [call for call in published.calls("PutMetricData")[calls:] if call["answer"] == "yes"]
    published.wait_for("published")
    periods = len([line for line in published.lines() if line["event"] == "published"])
    assert len(taken) <= periods


def test_an_ecs_that_does_not_answer_hides_the_gap_only(published: Publisher) -> None:
    published.answer("ecs-throttled")
    published.wait_for("published without gap: ECS does not answer", count=2)

    names = {name for queue, name in published.metrics()}
    assert names == {
        "QueuedTasks",
        "RunningTasks",
        "OldestQueuedTask",
        "WorkersNeeded",
        "WorkersBusy",
        "NumberOfActiveRunningTasks",
    }
    # Nobody knows then that the triggerer is at zero on purpose.
    assert ("triggerer", "HeartbeatAge") in published.vitals()


def test_sigterm_ends_it_at_once_whatever_it_waits_for(published: Publisher) -> None:
    published.answer("silent")
    calls = len(published.calls("DescribeServices"))
    wait_until(lambda: len(published.calls("DescribeServices")) > calls, what=published.log)

    published.containers.must("kill", "--signal", "TERM", published.publisher)
    code = published.containers.must("wait", published.publisher)

    assert code.strip() == "0"
    assert all(line["event"] for line in published.lines())
    published.containers.must("start", published.publisher)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("AIRFLOW_FARGATE_POOLS", "{}", "AIRFLOW_FARGATE_POOLS is not an object with at least one service"),
        ("AIRFLOW_FARGATE_CLUSTER", "", "AIRFLOW_FARGATE_CLUSTER is not set"),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "sqlite://", "is not a postgresql:// URL"),
    ],
)
def test_a_wrong_setting_is_one_line(publisher: Publisher, name: str, value: str, reason: str) -> None:
    environment = {**publisher.environment, name: value}

    result = publisher.containers.run(publisher.image, "airflow-fargate", "metrics", environment=environment)

    assert result.code == 1
    assert result.errors.strip().startswith("error: ")
    assert result.errors.strip().endswith(reason)

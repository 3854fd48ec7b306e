"""Every route of docs/logs.md: a line is written in a container and read back from where it must be."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import quote

import yaml

from tests.e2e.airflow_api import Airflow
from tests.e2e.embedded_aws import ACCOUNT, REGION, ROOT
from tests.e2e.playbooks import Environment, Run, wait_until

LOGS = "playbooks/logs.yml"
DAG = "two_logs"
MILLISECONDS = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"


def marker() -> str:
    return f"marker-{uuid.uuid4().hex}"


def services() -> list[str]:
    """Those of the inventory."""
    groups = yaml.safe_load((ROOT / "inventories/local/hosts.yml").read_text())["airflow"]["children"]
    own = groups["airflow_services"]
    return [*own["hosts"], *own["children"]["airflow_workers"]["hosts"]]


def show(environment: Environment, **variables: str) -> Run:
    run = environment.play("-e", json.dumps(variables), playbook=LOGS)
    assert run.code == 0, run
    return run


def run_in_container(environment: Environment, service: str, command: str) -> None:
    """Of the service's first task, by the container engine."""
    ecs = environment.aws.client("ecs")
    (arn, *_others) = ecs.list_tasks(cluster=environment.prefix, serviceName=service)["taskArns"]
    label = f"label=com.amazonaws.ecs.task-arn={arn}"
    (container, *_more) = environment.aws.engine("ps", "--quiet", "--filter", label).split()
    environment.aws.engine("exec", container, "sh", "-c", command)


def write_in_container(environment: Environment, service: str, line: str) -> None:
    """As if the service itself had written it: to the output of the container's first process."""
    run_in_container(environment, service, f"echo {line} > /proc/1/fd/1")


def messages(environment: Environment, service: str) -> list[str]:
    events = environment.aws.pages(
        "logs", "filter_log_events", "events", logGroupName=f"/{environment.prefix}/{service}"
    )
    return [event["message"] for event in events]


def is_structured(line: str) -> bool:
    """Whether it is JSON as Airflow writes it."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return False
    return isinstance(parsed, dict) and "event" in parsed


def test_services_write_to_cloudwatch(environment: Environment) -> None:
    lines = {service: f"{service}-{marker()}" for service in services()}
    for service, line in lines.items():
        write_in_container(environment, service, line)
    unread = dict(lines)

    def all_read() -> bool:
        for service, line in list(unread.items()):
            if line in messages(environment, service):
                del unread[service]
        return not unread

    wait_until(all_read, 180, f"all of {lines} in CloudWatch")

    shown = show(environment, since="30m", grep="marker-").output

    # All services, and each line says when and whose it is.
    for service, line in lines.items():
        assert re.search(rf"{MILLISECONDS} {service} {line}", shown), shown


def test_airflow_writes_json(environment: Environment) -> None:
    for service in ("scheduler", "dag-processor", "triggerer", "worker"):
        structured = [line for line in messages(environment, service) if is_structured(line)]
        assert structured, f"no line of {service} is JSON"


def test_one_service_and_nothing_found(environment: Environment) -> None:
    missing = marker()
    shown = show(environment, service="scheduler", since="5m", grep=missing)
    assert f"Nothing with '{missing}' in CloudWatch of scheduler since" in " ".join(shown.output.split())


def test_an_unknown_service_is_named(environment: Environment) -> None:
    run = environment.play("-e", json.dumps({"service": "schedular"}), playbook=LOGS)
    assert run.code != 0
    assert f"search log group /{environment.prefix}/schedular" in run.output, run


def test_a_standalone_task_writes_to_cloudwatch_and_through_firehose_to_athena(environment: Environment) -> None:
    line = marker()
    run = environment.play("-e", json.dumps({"command": f"bash -c 'echo {line}'"}), playbook="playbooks/run_task.yml")
    assert run.code == 0, run
    # What run_task shows while the task runs comes from CloudWatch.
    assert f"| {line}" in run.output, run
    assert line in show(environment, service="standalone", grep=line).output.partition("TASK [")[2]

    found: list[str] = []

    def in_athena() -> bool:
        output = show(environment, source="athena", task=f"{environment.prefix}-standalone", grep=line).output
        found[:] = re.findall(rf"({MILLISECONDS}) {environment.prefix}-standalone:\d+ {line}", output)
        return bool(found)

    wait_until(in_athena, 300, f"Athena finds {line}")
    assert len(found) == 1


def test_migrations_are_in_athena_too(environment: Environment) -> None:
    output = show(environment, source="athena", task="db-migrate", since="1h").output
    assert re.search(rf"{MILLISECONDS} {environment.prefix}-db-migrate:\d+ ", output), output


def objects(environment: Environment, run_id: str, task: str) -> dict[str, str]:
    s3 = environment.aws.client("s3")
    bucket = f"{environment.prefix}-{ACCOUNT}-{REGION}"
    prefix = f"logs/dag_id={DAG}/run_id={run_id}/task_id={task}/"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}


def test_task_logs_are_live_and_then_in_the_bucket(environment: Environment, airflow: Airflow) -> None:
    line = marker()
    airflow.unpause(DAG)
    path = f"/api/v2/dags/{DAG}/dagRuns"
    run: dict[str, Any] = airflow.must("POST", path, {"logical_date": None, "conf": {"message": line, "seconds": 45}})
    run_path = f"{path}/{quote(run['dag_run_id'], safe='')}"

    def log(task: str) -> str:
        return str(airflow.call("GET", f"{run_path}/taskInstances/{task}/logs/1?full_content=true")[1])

    def state(task: str) -> str:
        return str(airflow.seen(f"{run_path}/taskInstances/{task}").get("state"))

    # The log is read before the state: a task that still runs afterwards ran when its log was read.
    def worker_is_live() -> bool:
        return f"{line} from a worker" in log("work") and state("work") == "running"

    def triggerer_is_live() -> bool:
        return "trigger starting" in log("wait") and state("wait") == "deferred"

    wait_until(triggerer_is_live, 300, "the log of the deferred task's trigger")
    # The worker's task waits until it is told to go on.
    wait_until(worker_is_live, 300, "the log of the running task")
    assert objects(environment, run["dag_run_id"], "work") == {}

    run_in_container(environment, "worker", f"touch /tmp/{line}")
    wait_until(lambda: airflow.seen(run_path).get("state") == "success", 300, "the run has succeeded")
    wait_until(lambda: objects(environment, run["dag_run_id"], "work"), 180, "the worker's log is in the bucket")
    (content,) = objects(environment, run["dag_run_id"], "work").values()
    assert f"{line} at the end" in content
    assert f"{line} at the end" in log("work")

    def trigger_logs() -> list[str]:
        found = objects(environment, run["dag_run_id"], "wait")
        return [content for key, content in found.items() if ".trigger." in key]

    wait_until(trigger_logs, 180, "the trigger's log is in the bucket")
    assert "trigger starting" in trigger_logs()[0]
    wait_until(lambda: f"{line}, and back" in log("wait"), 180, "the log of the task after it was deferred")

    # airflow_task_logs_to_stdout is on: the worker's own log has the line too.
    wait_until(
        lambda: any(f"{line} at the end" in message for message in messages(environment, "worker")),
        180,
        "the task's line in CloudWatch",
    )

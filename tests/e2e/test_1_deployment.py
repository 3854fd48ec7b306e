"""From an empty account to a finished DAG, and then nothing more to do."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.e2e.airflow_api import Airflow
from tests.e2e.conftest import Story
from tests.e2e.embedded_aws import ACCOUNT, REGION, EmbeddedAws
from tests.e2e.playbooks import Environment, wait_until
from tests.e2e.snapshot import differences

SERVICES = {"api-server", "scheduler", "dag-processor", "triggerer", "metrics", "worker"}
COMMANDS = {"worker": "airflow celery worker", "metrics": "airflow-fargate metrics"}
COMPONENTS = {"metadatabase", "scheduler", "triggerer", "dag_processor"}
SECRET_VARIABLES = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sql_alchemy_conn",
    "AIRFLOW__CORE__FERNET_KEY": "fernet_key",
    "AIRFLOW__API__SECRET_KEY": "api_secret_key",
    "AIRFLOW_FARGATE_JWT_KEYS": "jwt_secret",
    "AIRFLOW__CELERY__BROKER_URL": "celery_broker_url",
    "AIRFLOW__CELERY__RESULT_BACKEND": "celery_result_backend",
}


def test_plan_of_an_empty_account_names_everything_and_writes_nothing(story: Story) -> None:
    plan = story.plan_of_nothing
    assert plan.run.code == 0, plan.run
    assert plan.writes == []
    assert plan.run.changed_hosts == {"aws", *SERVICES}
    for name in ("VPC", "bucket", "passwords and keys", "database", "broker", "load balancer", "image", "cluster"):
        assert re.search(rf"^TASK \[.*{name}", plan.run.output, re.MULTILINE), name


def test_every_service_runs(story: Story) -> None:
    services = story.deployed["services"]
    assert services.keys() == SERVICES
    for name, service in services.items():
        assert (service["status"], service["runningCount"], service["pendingCount"]) == ("ACTIVE", 1, 0), name


def test_every_service_scales(story: Story) -> None:
    targets = story.deployed["scalable_targets"]
    assert targets.keys() == {f"service/<name>/{service}" for service in SERVICES}
    policies = {name.rpartition("/")[2]: target["policies"] for name, target in targets.items() if target["policies"]}
    assert policies == {"worker": {"workers-in": "StepScaling", "workers-out": "StepScaling"}}
    assert story.deployed["scaling_alarms"].keys() == {
        "<name>/worker/workers-in",
        "<name>/worker/workers-out",
    }


def test_every_component_is_healthy(airflow: Airflow) -> None:
    wait_until(lambda: airflow.health() == dict.fromkeys(COMPONENTS, "healthy"), 180, "every component is healthy")


def worker_addresses(aws: EmbeddedAws, cluster: str) -> set[str]:
    ecs = aws.client("ecs")
    arns = ecs.list_tasks(cluster=cluster, serviceName="worker", desiredStatus="RUNNING")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    details = [detail for task in tasks for item in task["attachments"] for detail in item["details"]]
    return {detail["value"] for detail in details if detail["name"] == "privateIPv4Address"}


def read_log(environment: Environment, run: dict[str, Any], task: dict[str, Any]) -> str:
    """The log of a task as the bucket has it; the worker uploads it just after the task's success."""
    s3 = environment.aws.client("s3")
    bucket = f"{environment.prefix}-{ACCOUNT}-{REGION}"
    prefix = f"logs/dag_id=hello_fargate/run_id={run['dag_run_id']}/task_id={task['task_id']}/"
    keys: list[str] = []

    def uploaded() -> bool:
        keys[:] = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
        return bool(keys)

    wait_until(uploaded, 180, f"an object below s3://{bucket}/{prefix}")
    return "".join(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys)


def test_a_dag_runs_on_a_worker_and_leaves_its_log_in_the_bucket(airflow: Airflow, environment: Environment) -> None:
    message = f"marker {time.time_ns()}"
    run = airflow.run_dag("hello_fargate", {"message": message, "numbers": [4, 5]})
    tasks = airflow.tasks("hello_fargate", run)
    assert run["state"] == "success", tasks
    assert sorted(task["map_index"] for task in tasks if task["task_id"] == "square") == [0, 1]
    assert {task["hostname"] for task in tasks} <= worker_addresses(environment.aws, environment.prefix)
    greet = next(task for task in tasks if task["task_id"] == "greet")
    assert message in read_log(environment, run, greet)


def test_the_log_of_a_running_task_is_read_from_its_worker(airflow: Airflow) -> None:
    airflow.unpause("hello_fargate")
    path = "/api/v2/dags/hello_fargate/dagRuns"
    run = airflow.must("POST", path, {"logical_date": None, "conf": {"message": "live", "sleep_seconds": 300}})
    run_path = f"{path}/{quote(run['dag_run_id'], safe='')}"

    def live() -> bool:
        log = airflow.call("GET", f"{run_path}/taskInstances/greet/logs/1?full_content=true")[1]
        state = airflow.seen(f"{run_path}/taskInstances/greet").get("state")
        return state == "running" and "second 2 of 300" in str(log)

    wait_until(live, 300, "the log of the running task shows its second line")
    # What comes next finds an idle worker.
    airflow.must("PATCH", f"{run_path}?update_mask=state", {"state": "failed"})


def test_secrets_come_from_secrets_manager(story: Story) -> None:
    used = set()
    for family, definition in story.deployed["task_definitions"].items():
        for container in definition["containers"]:
            assert not {variable["name"] for variable in container["environment"]} & SECRET_VARIABLES.keys(), family
            for secret in container["secrets"] or []:
                used.add(secret["name"])
                if secret["name"] in SECRET_VARIABLES:
                    wanted = (
                        f":secretsmanager:{REGION}:{ACCOUNT}:secret:<name>/config/{SECRET_VARIABLES[secret['name']]}"
                    )
                    assert wanted in secret["valueFrom"], family
    assert used >= SECRET_VARIABLES.keys()


def test_the_engine_shows_the_services(story: Story, aws: EmbeddedAws) -> None:
    running = aws.engine("ps", "--no-trunc", "--format", "{{.Command}} {{.Image}}")
    for service in SERVICES:
        assert COMMANDS.get(service, f"airflow {service}") in running
    assert "postgres" in running
    assert "valkey" in running


def test_the_summary_tells_where_airflow_and_its_password_are(story: Story, environment: Environment) -> None:
    end = story.second.output.rpartition("PLAY RECAP")[2]
    assert f"http://{environment.prefix}.alb.localhost:{environment.aws.port}" in end
    assert f"{environment.prefix}/admin-password" in end


def test_the_second_run_changes_nothing(story: Story) -> None:
    assert story.second.changed_hosts == set()
    assert differences(story.deployed, story.repeated) == []


def test_plan_of_a_deployment_changes_and_writes_nothing(story: Story) -> None:
    plan = story.plan_of_everything
    assert plan.run.code == 0, plan.run
    assert plan.writes == []
    assert plan.run.changed_hosts == set()


@pytest.fixture(scope="module")
def secret_values(story: Story, environment: Environment) -> set[str]:
    """Every generated value, and the passwords inside of URLs."""
    client = environment.aws.client("secretsmanager")
    values = set()
    for secret in environment.aws.pages("secretsmanager", "list_secrets", "SecretList"):
        value = client.get_secret_value(SecretId=secret["Name"])["SecretString"]
        password = urlsplit(value).password if "://" in value else None
        values |= {value, password or value}
    assert len(values) >= 10
    assert min(map(len, values)) >= 16
    return values


def leaks(values: set[str], text: str) -> int:
    return sum(value in text or quote(value, safe="") in text for value in values)


def test_the_output_of_a_verbose_run_holds_no_secret(story: Story, secret_values: set[str]) -> None:
    assert "EXEC" in story.first.output
    assert leaks(secret_values, story.first.output) == 0


def test_process_lists_hold_no_secret(story: Story, secret_values: set[str]) -> None:
    everything = "\n".join(story.command_lines)
    for command in ("ansible-playbook", "airflow scheduler", "airflow celery worker"):
        assert command in everything
    assert leaks(secret_values, everything) == 0


def test_the_request_log_holds_no_secret(environment: Environment, secret_values: set[str]) -> None:
    requests = [request for request in environment.aws.requests() if request["service"] != "secretsmanager"]
    assert any(request["operation"] == "CreateDBInstance" for request in requests)
    assert leaks(secret_values, "\n".join(map(str, requests))) == 0


def test_task_definitions_and_tasks_hold_no_secret(environment: Environment, secret_values: set[str]) -> None:
    ecs = environment.aws.client("ecs")
    arns = environment.aws.pages("ecs", "list_task_definitions", "taskDefinitionArns")
    found = [ecs.describe_task_definition(taskDefinition=arn) for arn in arns]
    for status in ("RUNNING", "STOPPED"):
        tasks = ecs.list_tasks(cluster=environment.prefix, desiredStatus=status)["taskArns"]
        found += [ecs.describe_tasks(cluster=environment.prefix, tasks=tasks)] if tasks else []
    assert len(found) > len(SERVICES)
    assert leaks(secret_values, str(found)) == 0


def test_what_takes_minutes_is_started_before_anything_waits(story: Story) -> None:
    """Otherwise the minutes that AWS takes for each of them would add up."""
    tasks = list(dict.fromkeys(re.findall(r"^TASK \[(.*)\] \*+$", story.first.output, re.MULTILINE)))
    role = "airflow.fargate."
    started = [
        tasks.index(role + "database : Instance | Create"),
        tasks.index(role + "broker : Replication group | Create"),
        tasks.index(role + "load_balancer : Create the load balancer"),
        tasks.index(role + "image : Build and push the image if its content is new"),
    ]
    waited = [
        # Each follows on the wait, which is left out where there is nothing to wait for.
        tasks.index(role + "broker : Ready | Keep its address"),
        tasks.index(role + "database : Ready | Keep its address"),
    ]
    assert max(started) < min(waited)

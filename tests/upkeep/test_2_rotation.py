"""Every secret gets a new value while a DAG runs again and again, although the first attempt is killed."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.airflow_api import Airflow
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run, kill_all

PLAYBOOK = "playbooks/rotate_secrets.yml"
ROTATED = (
    "config/fernet_key",
    "config/api_secret_key",
    "config/jwt_secret",
    "config/sql_alchemy_conn",
    "config/celery_broker_url",
    "database-user",
    "database-password",
    "broker-auth-token",
    "admin-password",
)
# Answers of a load balancer while an api-server is replaced by another.
PASSING = (502, 503, 504)
# Of Airflow, to a token whose key is gone.
REFUSED = 403
PING = """
import os, redis
try:
    redis.Redis.from_url(os.environ["AIRFLOW__CELERY__BROKER_URL"]).ping()
    print("present: taken")
    url = os.environ["AIRFLOW__CELERY__BROKER_URL"]
    address = url.rpartition("@")[2]
    redis.Redis.from_url("rediss://:" + os.environ["OLD_TOKEN"] + "@" + address).ping()
    print("old: taken")
except redis.AuthenticationError as error:
    print("old: refused")
"""


class Workload:
    """Runs of a DAG, one after the other, until it is told to stop."""

    def __init__(self, airflow: Airflow, environment: Environment) -> None:
        self.airflow = Airflow(airflow.host, airflow.port, airflow.token)
        self.environment = environment
        self.states: list[str] = []
        self.errors: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Workload:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.states.append(self.one())
            except AssertionError as error:
                self.errors.append(str(error))

    def one(self) -> str:
        path = "/api/v2/dags/hello_fargate/dagRuns"
        run = self.call("POST", path, {"logical_date": None, "conf": {"message": "busy", "sleep_seconds": 15}})
        deadline = time.monotonic() + 600
        while run["state"] not in ("success", "failed"):
            assert time.monotonic() < deadline, {**run, "tasks": self.airflow.tasks("hello_fargate", run)}
            time.sleep(1)
            run = self.call("GET", f"{path}/{quote(run['dag_run_id'], safe='')}")
        return str(run["state"])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Tried again where a user would press the button again."""
        deadline = time.monotonic() + 180
        while True:
            try:
                status, answer = self.airflow.call(method, path, body)
                if status == REFUSED:
                    status, answer = self.log_in()
                    if status < 300:
                        continue
            except (OSError, http.client.HTTPException) as error:
                status, answer = PASSING[0], error
            if status < 300:
                return answer
            assert status in PASSING, f"{method} {path}: HTTP {status} {answer}"
            assert time.monotonic() < deadline, f"{method} {path}: HTTP {status} {answer}"
            time.sleep(1)

    def log_in(self) -> tuple[int, Any]:
        """Get a token of the new key. Whether this was answered is up to the load balancer, too."""
        credentials = {"username": "admin", "password": values(self.environment)["admin-password"]}
        status, answer = Airflow(self.airflow.host, self.airflow.port).call("POST", "/auth/token", credentials)
        if status < 300:
            self.airflow.token = answer["access_token"]
        return status, answer


def values(environment: Environment) -> dict[str, str]:
    secrets = environment.aws.client("secretsmanager")
    return {name: secrets.get_secret_value(SecretId=f"{environment.prefix}/{name}")["SecretString"] for name in ROTATED}


def labels(environment: Environment) -> set[str]:
    secrets = environment.aws.client("secretsmanager")
    return {
        label
        for name in ROTATED
        if not name.startswith("config/sql") and not name.startswith("config/celery")
        for labels in secrets.describe_secret(SecretId=f"{environment.prefix}/{name}")["VersionIdsToStages"].values()
        for label in labels
    }


@dataclass(frozen=True)
class Rotation:
    before: dict[str, str]
    after: dict[str, str]
    killed: str
    run: Run
    states: list[str]
    errors: list[str]


def rotate_and_kill(environment: Environment, call: str) -> str:
    """Begin a rotation, and kill it once AWS has answered this call."""
    marker, mark = uuid.uuid4().hex, environment.aws.mark()
    with environment.popen(PLAYBOOK, (), marker) as process:
        output: list[str] = []
        reader = threading.Thread(target=lambda: output.extend(process.stdout or ()))
        reader.start()
        while process.poll() is None and call not in environment.aws.calls(mark):
            time.sleep(0.05)
        kill_all(marker)
        reader.join()
    assert process.returncode != 0, "".join(output)
    return "".join(output)


@pytest.fixture(scope="module")
def rotation(environment: Environment, airflow: Airflow) -> Rotation:
    connection = {"connection_id": "kept", "conn_type": "http", "host": "example.com", "extra": '{"colour": "blue"}'}
    airflow.must("POST", "/api/v2/connections", connection)
    airflow.unpause("hello_fargate")
    before = values(environment)
    with Workload(airflow, environment) as workload:
        killed = rotate_and_kill(environment, "ecs:UpdateService")
        run = environment.play(playbook=PLAYBOOK)
    return Rotation(before, values(environment), killed, run, workload.states, workload.errors)


def test_a_killed_rotation_is_continued(rotation: Rotation, environment: Environment) -> None:
    assert rotation.run.code == 0, rotation.run
    assert labels(environment) == {"AWSCURRENT", "accepted"}


def test_every_secret_has_a_new_value(rotation: Rotation) -> None:
    unchanged = {name for name in rotation.before if rotation.before[name] == rotation.after[name]}
    assert unchanged == set()
    assert "," not in rotation.after["config/fernet_key"]
    [_gone, next_key], keys = (values["config/jwt_secret"].split(",") for values in (rotation.before, rotation.after))
    assert keys[0] == next_key
    assert len(keys) == 2
    users = [json.loads(values["database-user"])["username"] for values in (rotation.before, rotation.after)]
    assert users == ["airflow_1", "airflow_2"]
    assert json.loads(rotation.after["database-user"])["password"] in rotation.after["config/sql_alchemy_conn"]
    assert rotation.after["broker-auth-token"] in rotation.after["config/celery_broker_url"]


def test_no_run_of_the_dag_failed(rotation: Rotation) -> None:
    assert rotation.errors == []
    assert len(rotation.states) >= 3
    assert set(rotation.states) == {"success"}


def test_a_token_of_the_old_key_is_refused(rotation: Rotation, airflow: Airflow) -> None:
    assert airflow.call("GET", "/api/v2/dags")[0] == REFUSED


def test_the_first_user_has_the_new_password_only(rotation: Rotation, airflow: Airflow) -> None:
    fresh = Airflow(airflow.host, airflow.port)
    fresh.log_in("admin", rotation.after["admin-password"])
    credentials = {"username": "admin", "password": rotation.before["admin-password"]}
    assert fresh.call("POST", "/auth/token", credentials)[0] == 401


def test_what_was_encrypted_can_be_read(rotation: Rotation, airflow: Airflow) -> None:
    fresh = Airflow(airflow.host, airflow.port)
    fresh.log_in("admin", rotation.after["admin-password"])
    assert "blue" in fresh.must("GET", "/api/v2/connections/kept")["extra"]


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("retire-database-user", "the database refuses user airflow_1"),
        ("check-old-password", "the database refuses the old password"),
    ],
)
def test_the_database_refuses_the_old_password(
    rotation: Rotation, environment: Environment, task: str, said: str
) -> None:
    logs = environment.aws.client("logs")
    events = logs.filter_log_events(logGroupName=f"/{environment.prefix}/{task}")["events"]
    assert any(said in event["message"] for event in events)


def container_of(environment: Environment, service: str) -> str:
    """That of its task: those that have been replaced may still be stopping."""
    ecs = environment.aws.client("ecs")
    [arn] = ecs.list_tasks(cluster=environment.prefix, serviceName=service)["taskArns"]
    [task] = ecs.describe_tasks(cluster=environment.prefix, tasks=[arn])["tasks"]
    [container] = [one["runtimeId"] for one in task["containers"] if one["name"] == "airflow"]
    return str(container)


def test_the_broker_refuses_the_old_token(rotation: Rotation, environment: Environment, aws: EmbeddedAws) -> None:
    token = rotation.before["broker-auth-token"]
    container = container_of(environment, "scheduler")
    said = aws.engine("exec", "--env", f"OLD_TOKEN={token}", container, "python", "-c", PING)
    assert said.splitlines()[-2:] == ["present: taken", "old: refused"]


def test_a_deployment_after_it_changes_nothing(rotation: Rotation, environment: Environment) -> None:
    assert environment.deploy().changed_hosts == set()


def test_no_value_is_in_any_output(rotation: Rotation) -> None:
    said = rotation.killed + rotation.run.output
    secret = {*rotation.before.values(), *rotation.after.values()}
    assert not [value for value in secret if value in said]

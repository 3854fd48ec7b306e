"""Every component of Airflow from the image, with PostgreSQL and Valkey, sharing one network namespace.

The namespace has a loopback interface and nothing else: no address and no port of the machine is touched, and whatever
the components need from outside would show as a failure.
"""

from __future__ import annotations

import json
import os
import secrets
from typing import Any

from tests.image.engine import Containers, Result, wait_until

POSTGRES = os.environ.get("IMAGE_POSTGRES", "docker.io/library/postgres:17-alpine")
VALKEY = os.environ.get("IMAGE_VALKEY", "docker.io/valkey/valkey:8.1-alpine")
COMMANDS = {
    "api-server": ("airflow", "api-server", "--proxy-headers"),
    "scheduler": ("airflow", "scheduler"),
    "dag-processor": ("airflow", "dag-processor"),
    "triggerer": ("airflow", "triggerer"),
    "worker": ("airflow", "celery", "worker", "--queues", "default"),
}
# Run inside the API server's container: the network has no other way in.
REQUEST = """
import json, sys, urllib.error, urllib.request
method, path, token, body = sys.argv[1:]
headers = {"Content-Type": "application/json"} | ({"Authorization": "Bearer " + token} if token else {})
request = urllib.request.Request("http://127.0.0.1:8080" + path, body.encode() or None, headers, method=method)
try:
    print(urllib.request.urlopen(request, timeout=30).read().decode())
except urllib.error.HTTPError as error:
    sys.exit(f"HTTP {error.code}: {error.read().decode()}")
"""
# Notes every command line of the container, again and again, while create-admin runs.
CREATE_ADMIN = """
airflow-fargate create-admin & admin=$!
while kill -0 $admin 2>/dev/null; do
  for process in /proc/[0-9]*; do read -r line < $process/cmdline; echo "running: $line"; done
  sleep 0.1
done 2>/dev/null
wait $admin
"""


class Stack:
    """PostgreSQL and Valkey at once; the components when they are started."""

    def __init__(self, containers: Containers, image: str) -> None:
        self.containers = containers
        self.image = image
        self.password = secrets.token_hex(8)
        self.admin_password = secrets.token_hex(8)
        self.jwt_keys = [secrets.token_hex(44) for _key in range(2)]
        self.token = ""
        self.admin_creation = Result(-1, "", "")
        self.components: dict[str, str] = {}
        self.postgres = containers.start("postgres", POSTGRES, environment={"POSTGRES_PASSWORD": self.password})
        self.network = f"container:{self.postgres}"
        self.valkey = containers.start("valkey", VALKEY, network=self.network)
        wait_until(lambda: self.psql("SELECT 1").code == 0, what=lambda: self.containers.logs(self.postgres))
        # As on RDS: the master user owns the database and makes users, and is no superuser.
        self.sql(f"CREATE ROLE airflow LOGIN CREATEROLE CREATEDB PASSWORD '{self.password}'")
        self.sql("CREATE DATABASE airflow OWNER airflow")
        created = self.create_user("airflow_1", self.password)
        assert created.code == 0, created

    def psql(self, statement: str, user: str = "postgres", database: str = "postgres", password: str = "") -> Result:
        # Over TCP: while the image prepares the database, the server listens on its socket only.
        options = ("-h", "127.0.0.1", "-U", user, "-d", database, "--tuples-only", "--no-align", "-c", statement)
        return self.containers.call(
            "exec", f"--env=PGPASSWORD={password or self.password}", self.postgres, "psql", *options
        )

    def sql(self, statement: str, user: str = "postgres", database: str = "postgres", password: str = "") -> str:
        """What the database answers; it must."""
        result = self.psql(statement, user, database, password)
        assert result.code == 0, result
        return result.output.strip()

    def create_user(self, name: str, password: str, **environment: str) -> Result:
        user = json.dumps({"username": name, "password": password})
        master = {"AIRFLOW_FARGATE_DATABASE_MASTER_PASSWORD": self.password}
        variables = {**master, "AIRFLOW_FARGATE_DATABASE_USER": user, **environment}
        return self.run("airflow-fargate", "create-database-user", **variables)

    @property
    def environment(self) -> dict[str, str]:
        """What a task definition adds to the image's own airflow.cfg."""
        database = f"airflow_1:{self.password}@127.0.0.1:5432/airflow"
        secret = self.password * 4
        return {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{database}",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": f"postgresql+asyncpg://{database}",
            "AIRFLOW__CELERY__BROKER_URL": "redis://127.0.0.1:6379/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql+psycopg2://{database}",
            "AIRFLOW__CORE__FERNET_KEY": "c" * 43 + "=",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://127.0.0.1:8080/execution/",
            "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "1",
            "AIRFLOW__API__SECRET_KEY": secret,
            "AIRFLOW_FARGATE_JWT_KEYS": ",".join(self.jwt_keys),
        }

    def run(self, *command: str, **environment: str) -> Result:
        """A one-off task."""
        variables = {**self.environment, **environment}
        return self.containers.run(self.image, *command, network=self.network, environment=variables)

    def start_task(self, name: str, *command: str) -> str:
        """A one-off task that nobody waits for yet."""
        return self.containers.start(name, self.image, *command, network=self.network, environment=self.environment)

    def create_admin(self) -> None:
        self.admin_creation = self.run("bash", "-c", CREATE_ADMIN, AIRFLOW_ADMIN_PASSWORD=self.admin_password)
        assert self.admin_creation.code == 0, self.admin_creation

    def start(self, component: str, **environment: str) -> None:
        variables = {**self.environment, **environment}
        self.components[component] = self.containers.start(
            component, self.image, *COMMANDS[component], network=self.network, environment=variables
        )

    def replace(self, component: str, **environment: str) -> None:
        """Another one with these variables, healthy, in place of the present one."""
        self.containers.remove(self.components[component])
        self.start(component, **environment)
        self.wait_healthy(component)

    def execute(self, component: str, *command: str) -> Result:
        return self.containers.execute(self.components[component], *command)

    def health(self, component: str, max_age: int = 60) -> Result:
        return self.execute(component, "airflow-fargate", "health", component, "--max-age", str(max_age))

    def wait_healthy(self, component: str) -> None:
        wait_until(
            lambda: self.health(component).code == 0,
            what=lambda: f"{self.health(component)}\n{self.containers.logs(self.components[component])[-3000:]}",
        )

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call of Airflow's REST API as the admin user."""
        result = self.call(method, path, self.token, body)
        assert result.code == 0, result
        return json.loads(result.output)

    def call(self, method: str, path: str, token: str, body: dict[str, Any] | None = None) -> Result:
        text = json.dumps(body) if body is not None else ""
        return self.execute("api-server", "python", "-c", REQUEST, method, path, token, text)

    def log_in(self) -> None:
        self.token = ""
        body = {"username": "admin", "password": self.admin_password}
        self.token = self.request("POST", "/auth/token", body)["access_token"]

    def trigger(self, dag: str, **conf: object) -> str:
        run = self.request("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})
        return f"/api/v2/dags/{dag}/dagRuns/{run['dag_run_id']}"

    def task_states(self, run: str) -> dict[str, list[str]]:
        states: dict[str, list[str]] = {}
        for instance in self.request("GET", f"{run}/taskInstances")["task_instances"]:
            states.setdefault(instance["task_id"], []).append(instance["state"])
        return states

    def wait_for_run(self, run: str) -> str:
        wait_until(
            lambda: self.request("GET", run)["state"] in ("success", "failed"),
            what=lambda: str(self.task_states(run)),
        )
        return self.request("GET", run)["state"]

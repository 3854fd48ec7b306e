"""Airflow's public API through the load balancer, as any user's script calls it."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.e2e.playbooks import Environment, wait_until

# The load balancer's own answers. A machine too busy for health checks has its api-server replaced meanwhile.
AWAY = (502, 503, 504)


@dataclass
class Airflow:
    """*.localhost is this machine; the load balancer is chosen by the name in the Host header."""

    host: str
    port: int
    token: str = ""

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Host": f"{self.host}:{self.port}", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(answer) if is_json else answer.decode(errors="replace")

    def must(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.call(method, path, body)
        assert status < 300, f"{method} {path}: HTTP {status} {answer}"
        return answer

    def seen(self, path: str) -> dict[str, Any]:
        """For whoever asks again and again: nothing while the load balancer has nobody to ask."""
        status, answer = self.call("GET", path)
        assert status < 300 or status in AWAY, f"GET {path}: HTTP {status} {answer}"
        return dict(answer) if status < 300 else {}

    def log_in(self, username: str, password: str) -> None:
        self.token = self.must("POST", "/auth/token", {"username": username, "password": password})["access_token"]

    def health(self) -> dict[str, str]:
        health = self.seen("/api/v2/monitor/health")
        return {name: component["status"] for name, component in health.items()}

    def unpause(self, dag: str, seconds: float = 300) -> None:
        """As soon as the DAG is known: a new environment has yet to read its files."""
        path, body = f"/api/v2/dags/{dag}?update_mask=is_paused", {"is_paused": False}
        wait_until(lambda: self.call("PATCH", path, body)[0] < 300, seconds, f"{dag} is known and runs")

    def run_dag(self, dag: str, conf: dict[str, Any], seconds: float = 600) -> dict[str, Any]:
        """Run a DAG to its end."""
        self.unpause(dag)
        run = self.must("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})
        deadline = time.monotonic() + seconds
        while run["state"] not in ("success", "failed"):
            assert time.monotonic() < deadline, f"still {run['state']} after {seconds} s: {self.tasks(dag, run)}"
            time.sleep(1)
            run = self.seen(f"/api/v2/dags/{dag}/dagRuns/{quote(run['dag_run_id'], safe='')}") or run
        return dict(run)

    def tasks(self, dag: str, run: dict[str, Any]) -> list[dict[str, Any]]:
        path = f"/api/v2/dags/{dag}/dagRuns/{quote(run['dag_run_id'], safe='')}/taskInstances"
        return list(self.must("GET", path)["task_instances"])


def log_in(environment: Environment) -> Airflow:
    """The API of an environment, with the first user's token."""
    secrets = environment.aws.client("secretsmanager")
    password = secrets.get_secret_value(SecretId=f"{environment.prefix}/admin-password")["SecretString"]
    airflow = Airflow(f"{environment.prefix}.alb.localhost", environment.aws.port)
    airflow.log_in("admin", password)
    return airflow

"""`make dev` as a user has it: started, a DAG edited while it runs, and stopped.

Not part of `make test`: with an empty cache it takes several minutes. `make dev-test` runs it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.embedded_aws import ROOT
from tools.free_port import free_port

PORT = str(free_port())
# Files that git does not know would be in the way of somebody's work: the DAG has a name of its own, and goes again.
DAG_ID = f"dev_test_{uuid.uuid4().hex[:8]}"
DAG_FILE = ROOT / f"files/image/dags/{DAG_ID}.py"
DAG = """
from airflow.sdk import dag, task


@dag(dag_id="{dag_id}", schedule=None, tags=["{tag}"])
def made_while_it_runs():
    @task
    def say():
        print("{tag}")

    say()


made_while_it_runs()
"""


def make(folder: Path, target: str, arguments: str = "") -> subprocess.CompletedProcess[str]:
    cache = os.environ.get("DEV_CACHE_DIR") or str(ROOT / ".dev-cache")
    return subprocess.run(
        ["make", "--silent", target, f"ARGS={arguments}"],
        cwd=ROOT,
        env={**os.environ, "DEV_PORT": PORT, "DEV_STATE_DIR": str(folder), "DEV_CACHE_DIR": cache},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = ROOT / ".cache/dev-test"
    shutil.rmtree(folder, ignore_errors=True)
    started = make(folder, "dev")
    assert started.returncode == 0, started.stdout
    yield folder
    DAG_FILE.unlink(missing_ok=True)
    stopped = make(folder, "dev-down")
    assert stopped.returncode == 0, stopped.stdout


def cli(folder: Path, arguments: str) -> str:
    done = make(folder, "dev-cli", arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


def secrets(folder: Path) -> dict[str, str]:
    lines = (folder / "secrets.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def log_in(folder: Path) -> str:
    password = secrets(folder)["AIRFLOW_ADMIN_PASSWORD"]
    return str(api("POST", "/auth/token", "", {"username": "admin", "password": password})["access_token"])


def api(method: str, path: str, token: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def until(look: Any, good: Any, seconds: float = 120) -> Any:
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(2)
    return seen


def test_the_command_line_reaches_it(folder: Path) -> None:
    assert "hello_fargate" in until(lambda: cli(folder, "dags list"), lambda text: "hello_fargate" in text)
    assert make(folder, "dev-cli", "dags no-such-command").returncode != 0


def test_an_edit_is_seen_and_runs_on_the_worker(folder: Path) -> None:
    token = log_in(folder)

    def tags() -> set[str]:
        found = api("GET", f"/api/v2/dags?dag_id_pattern={DAG_ID}", token)["dags"]
        return {tag["name"] for dag in found for tag in dag["tags"]}

    for tag in ("first", "edited"):
        DAG_FILE.write_text(DAG.format(dag_id=DAG_ID, tag=tag))
        until(tags, lambda seen, wanted=tag: seen == {wanted})
    api("PATCH", f"/api/v2/dags/{DAG_ID}", token, {"is_paused": False})
    run = api("POST", f"/api/v2/dags/{DAG_ID}/dagRuns", token, {"logical_date": None})
    path = f"/api/v2/dags/{DAG_ID}/dagRuns/{urllib.parse.quote(run['dag_run_id'], safe='')}"
    ended = until(lambda: api("GET", path, token)["state"], lambda state: state in ("success", "failed"))
    assert ended == "success"
    log = api("GET", f"{path}/taskInstances/say/logs/1?full_content=true", token)
    assert "edited" in json.dumps(log)


def test_a_second_start_changes_no_secret(folder: Path) -> None:
    before = secrets(folder)
    again = make(folder, "dev")
    assert again.returncode == 0, again.stdout
    assert secrets(folder) == before
    assert log_in(folder)

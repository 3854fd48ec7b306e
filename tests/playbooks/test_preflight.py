"""The preflight role as playbooks run it, with an account and a container engine that are nothing but answers."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

IDENTITY = """\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::{account}:user/someone</Arn><UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>
  </GetCallerIdentityResult>
</GetCallerIdentityResponse>
"""


class Account(http.server.ThreadingHTTPServer):
    """Answers like STS, and like SSM about one parameter, and keeps what was called."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = IDENTITY.format(account="123456789012")
        self.hibernates_since = ""
        self.calls: list[str] = []


class Handler(http.server.BaseHTTPRequestHandler):
    server: Account

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "X-Amz-Target" in self.headers:
            self.answer(*self.parameter(json.loads(body)["Name"]))
        else:
            self.server.calls.append(body.split("&")[0])
            self.answer(200, self.server.answer)

    def parameter(self, name: str) -> tuple[int, str]:
        self.server.calls.append(f"{self.headers['X-Amz-Target']} {name}")
        if self.server.hibernates_since:
            return 200, json.dumps({"Parameter": {"Name": name, "Value": self.server.hibernates_since}})
        return 400, json.dumps({"__type": "ParameterNotFound"})

    def answer(self, status: int, text: str) -> None:
        answer = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are counted, not printed."""


@pytest.fixture
def account() -> Iterator[Account]:
    with Account() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder in which inventories/local looks for the container engine."""
    engine = tmp_path / "engine"
    engine.write_text("#!/bin/sh\nexit 0\n")
    engine.chmod(0o755)
    return tmp_path


def run(
    state: Path, port: int, *arguments: str, playbook: str = "playbooks/preflight.yml", **settings: Any
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
    environment |= {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "LOCAL_AWS_PORT": str(port),
        "LOCAL_AWS_STATE_DIR": str(state),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent/config",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), playbook, *arguments]
    if settings:
        command += ["-e", json.dumps(settings)]
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False, timeout=600)


def test_good_settings_pass_and_are_checked_once(account: Account, state: Path) -> None:
    result = run(state, account.server_port, playbook="tests/playbooks/preflight_twice.yml")
    assert result.returncode == 0, result.stdout + result.stderr
    assert account.calls == ["Action=GetCallerIdentity", "AmazonSSM.GetParameter /airflow-local/hibernated"]


def test_a_run_limited_by_host_and_tag_is_checked_too(account: Account, state: Path) -> None:
    limits = ("--check", "--limit", "worker", "--tags", "scale-down")
    result = run(state, account.server_port, *limits, airflow_broker_nodes=9)
    assert result.returncode == 2
    assert "1 problem;" in result.stdout
    assert "airflow_broker_nodes = 9" in result.stdout


def test_every_problem_is_told_at_once_even_without_an_account(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        result = run(
            tmp_path / "nothing",
            unused.getsockname()[1],
            airflow_environment="Production-of-the-whole-company",
            airflow_region="eu-centrall-1",
            airflow_regoin="eu-central-1",
            airflow_vpc_cidr="10.16.0.0/12",
            airflow_public_subnet_cidrs=["10.20.0.0/20", "10.20.0.0/24", "10.99.0.0/29"],
            airflow_allowed_cidrs=[],
            airflow_broker_nodes="2",
            airflow_log_retention=31,
            airflow_image_context=str(tmp_path),
            service_memory=1000,
            service_min_count=7,
            service_max_count=3,
            service_memmory=2048,
        )
    assert result.returncode == 2
    for told in (
        'airflow_environment = "Production-of-the-whole-company"',
        "the name of a target group has at most 32 characters",
        'airflow_region = "eu-centrall-1"',
        "did you mean eu-central-1?",
        "airflow_regoin: there is no such setting",
        'airflow_vpc_cidr = "10.16.0.0/12"',
        "it overlaps with 10.20.0.0/20",
        "it is not within airflow_vpc_cidr",
        "a load balancer needs a /27",
        "3 of them for 2 availability zones",
        "curl https://checkip.amazonaws.com",
        'airflow_broker_nodes = "2"',
        "airflow_log_retention = 31",
        "there is no Containerfile in it",
        "service_memory of api-server, worker = 1000: Fargate has no such size with 1024 CPU units",
        "service_min_count of api-server, scheduler, dag-processor, triggerer, metrics, worker = 7",
        "did you mean service_memory?",
        "airflow_container_engine =",
        "AWS endpoint =",
    ):
        assert told in result.stdout


def test_the_whole_inventory_is_checked(account: Account, state: Path, tmp_path: Path) -> None:
    inventory = shutil.copytree(ROOT / "inventories/local", tmp_path / "inventory")
    (inventory / "host_vars").mkdir()
    (inventory / "host_vars/worker.yml").write_text("service_concurency: 8\nairflow_brocker_nodes: 2\n")
    (inventory / "more.yml").write_text("airflow_workers: {hosts: {heavy: {service_queues: [heavy, default]}}}\n")
    result = run(state, account.server_port, "-i", str(inventory))
    assert result.returncode == 2
    assert "3 problems" in result.stdout
    assert "did you mean airflow_broker_nodes?" in result.stdout
    assert "service_concurency of worker = 8" in result.stdout
    assert "did you mean service_concurrency?" in result.stdout
    assert 'service_queues of heavy = "default"' in result.stdout


def test_another_account_is_refused(account: Account, state: Path) -> None:
    account.answer = IDENTITY.format(account="210987654321")
    result = run(state, account.server_port)
    assert result.returncode == 2
    assert "the credentials are those of account 210987654321" in result.stdout


def test_missing_credentials_are_refused(account: Account, state: Path) -> None:
    endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{account.server_port}", "AWS_REGION": "us-east-1"}
    result = run(state, account.server_port, airflow_aws_environment=endpoint)
    assert result.returncode == 2
    assert "Unable to locate credentials" in result.stdout
    assert account.calls == []


def test_a_run_that_builds_nothing_needs_no_engine(account: Account, tmp_path: Path) -> None:
    nothing = str(tmp_path)
    result = run(tmp_path, account.server_port, airflow_image_context=nothing, preflight_needs_engine=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_environment_that_hibernates_is_refused_unless_it_is_to_wake_up(account: Account, state: Path) -> None:
    account.hibernates_since = "2026-12-01T20:00:00Z"
    result = run(state, account.server_port)
    assert result.returncode == 2
    assert "it hibernates since 2026-12-01T20:00:00Z: its database is stopped" in result.stdout
    assert account.calls[-1] == "AmazonSSM.GetParameter /airflow-local/hibernated"
    assert run(state, account.server_port, "--tags", "wake").returncode == 0
    assert run(state, account.server_port, preflight_refuses_hibernation=False).returncode == 0

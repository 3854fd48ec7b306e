"""Start, stop and status of one instance."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.local_aws import engines, environment, images, network
from tools.local_aws.console import LocalAwsError, say, title
from tools.local_aws.processes import Daemon, locked, remove_tree, wait_for
from tools.local_aws.settings import DEFAULT_PORT, ROOT, Settings, creation_seconds

SYSTEM_CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Debian and Alpine, Fedora, SUSE, others."""
ANSWER_SECONDS = 60
"""How long a busy machine may keep the server from answering."""


def from_environment(variables: Mapping[str, str]) -> Settings:
    """What the user asks for."""
    port = variables.get("LOCAL_AWS_PORT") or str(DEFAULT_PORT)
    if not (port.isdecimal() and 1024 <= int(port) <= 65535):
        raise LocalAwsError(f"LOCAL_AWS_PORT must be a port number from 1024 to 65535, not {port!r}.")

    state_dir = Path(variables.get("LOCAL_AWS_STATE_DIR") or ROOT / ".local-aws").absolute()
    cache_dir = variables.get("LOCAL_AWS_CACHE_DIR") or state_dir.with_name(f"{state_dir.name}-cache")
    try:
        creation = creation_seconds(variables.get("LOCAL_AWS_CREATION_SECONDS", ""))
    except ValueError as error:
        raise LocalAwsError(f"LOCAL_AWS_CREATION_SECONDS: {error}.") from error
    images_from = variables.get("LOCAL_AWS_IMAGES_FROM")
    return Settings(
        port=int(port),
        state_dir=state_dir,
        cache_dir=Path(cache_dir).absolute(),
        creation_seconds=creation,
        images_from=Path(images_from).absolute() if images_from else None,
    )


def recorded(wanted: Settings) -> Settings | None:
    """The instance that was started in this state folder, alive or not."""
    return Settings.load(wanted.settings_file) if wanted.settings_file.exists() else None


def server(settings: Settings) -> Daemon:
    return Daemon(settings.server_pid, settings.server_log)


def fetch(url: str, body: bytes | None = None, timeout: float = 60) -> bytes:
    """GET, or PUT of a body."""
    # Proxies of the environment do not lead to this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, data=body, method="GET" if body is None else "PUT")
    with opener.open(request, timeout=timeout) as response:
        return bytes(response.read())


def gateway_answers(settings: Settings) -> bool:
    try:
        return bool(fetch(f"{settings.endpoint}/_ministack/health", timeout=5))
    except OSError:
        return False


def server_answers(settings: Settings) -> bool:
    """A server that runs and is only slow to answer is waited for; one that has ended is not."""
    process = server(settings)
    answered = wait_for(lambda: process.pid is None or gateway_answers(settings), ANSWER_SECONDS)
    return answered and process.pid is not None


def is_running(settings: Settings) -> bool:
    return server_answers(settings) and engines.of(settings).api.answers()


def start(wanted: Settings) -> None:
    began = time.monotonic()
    wanted.state_dir.mkdir(parents=True, exist_ok=True)
    with locked(wanted.state_dir):
        previous = recorded(wanted)
        if previous is not None and is_running(previous):
            if previous.port != wanted.port:
                raise LocalAwsError(
                    f"The embedded AWS in {wanted.state_dir} runs on port {previous.port}.\n"
                    "Stop it, or give the other one a folder of its own: LOCAL_AWS_STATE_DIR"
                )
            title(f"The embedded AWS is already running: {previous.endpoint}")
            return
        title(f"Starting the embedded AWS on {wanted.endpoint}")
        if previous is not None:
            say("clean-up", "the previous run ended without `stop`: removing what it left")
            tear_down(previous)
        network.check_port(wanted.port)
        python = environment.ensure()
        settings = plan(wanted)
        engine = engines.of(settings)
        settings.settings_file.write_text(settings.to_json(), encoding="utf-8")
        try:
            engine.up()
            engine.clean()
            engine.write_wrapper()
            write_session_plugin(settings)
            images.ensure(engine)
            engine.api.create_network(settings.network, settings.subnet, settings.gateway, settings.instance)
            start_server(settings, python)
            write_authorities(settings)
        except BaseException:
            tear_down(settings)
            raise
    say("ready", f"in {time.monotonic() - began:.1f} s; containers run in {settings.engine}: {settings.engine_wrapper}")


def plan(wanted: Settings) -> Settings:
    """The rest of the settings, from what this machine has."""
    kind, docker_host = engines.choose()
    subnet = network.free_subnet(wanted.port)
    return dataclasses.replace(
        wanted,
        engine=kind,
        docker_host=docker_host or f"unix://{wanted.run_dir}/podman.sock",
        network=f"local-aws-{wanted.port}",
        subnet=str(subnet),
        gateway=network.gateway(subnet),
    )


def start_server(settings: Settings, python: Path) -> None:
    process = server(settings)
    settings.data_dir.mkdir(exist_ok=True)
    command = [str(python), "-m", "tools.local_aws.server", str(settings.settings_file)]
    # A clean environment: ministack and the AWS SDK take settings from it, and a proxy would stand before ourselves.
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process.start(command, env={**inherited, **settings.ministack_environment()}, cwd=ROOT)
    if not server_answers(settings):
        raise LocalAwsError(f"The server does not start:\n{process.log_tail()}")


def write_session_plugin(settings: Settings) -> None:
    """What `aws ecs execute-command` and the module ecs_execute_command start, once they are told of it."""
    command = [sys.executable, "-m", "tools.local_aws.session_plugin", str(settings.settings_file)]
    settings.session_plugin.write_text(
        "#!/bin/sh\n# Stands in for the Session Manager plugin.\n"
        f'PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.join(command)} "$@"\n',
        encoding="utf-8",
    )
    settings.session_plugin.chmod(0o755)


def write_authorities(settings: Settings) -> None:
    """What tasks must trust to reach the database and the broker over verified TLS, as they do on AWS."""
    settings.ca_dir.mkdir(exist_ok=True)
    settings.rds_ca.write_bytes(fetch(f"{settings.endpoint}/_ministack/rds/ca.pem"))
    settings.elasticache_ca.write_bytes(fetch(f"{settings.endpoint}/_ministack/elasticache/ca.pem"))
    system = next((Path(name) for name in SYSTEM_CA_FILES if Path(name).exists()), None)
    trusted = system.read_bytes() if system else b""
    settings.system_ca.write_bytes(trusted + settings.elasticache_ca.read_bytes())


def stop(wanted: Settings, purge: bool) -> None:
    wanted.state_dir.mkdir(parents=True, exist_ok=True)
    with locked(wanted.state_dir):
        settings = recorded(wanted)
        if settings is None:
            title("The embedded AWS is not running.")
        else:
            title(f"Stopping the embedded AWS on {settings.endpoint}")
            tear_down(settings)
        if purge:
            cache = (settings or wanted).cache_dir
            remove_tree(cache)
            remove_tree(wanted.state_dir)
            say("purged", f"{cache} and {wanted.state_dir}")


def tear_down(settings: Settings) -> None:
    """Take everything away, whatever part of it is there; logs stay."""
    server(settings).stop()
    engine = engines.of(settings)
    engine.up()
    engine.clean()
    engine.down()
    kept = {settings.server_log, settings.requests_log, settings.engine_log}
    for path in settings.state_dir.iterdir():
        if path.is_dir():
            remove_tree(path)
        elif path not in kept:
            path.unlink()


def private(wanted: Settings, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Ask a private endpoint of the running instance (patches/private_endpoints.py)."""
    settings = recorded(wanted)
    if settings is None:
        raise LocalAwsError("The embedded AWS is not running.")
    data = None if body is None else json.dumps(body).encode()
    try:
        answer: dict[str, Any] = json.loads(fetch(f"{settings.endpoint}/_local_aws/{path}", data))
    except urllib.error.HTTPError as error:
        raise LocalAwsError(json.loads(error.read())["message"]) from error
    except OSError as error:
        raise LocalAwsError(f"The embedded AWS on {settings.endpoint} does not answer: {error}") from error
    return answer


def interrupt(wanted: Settings, task: str) -> dict[str, Any]:
    return private(wanted, f"interrupt/{task.rsplit('/', 1)[-1]}", {})


def clock(wanted: Settings, moment: str | None) -> dict[str, Any]:
    if moment is None:
        return private(wanted, "clock")
    return private(wanted, "clock", {"offset": 0} if moment == "now" else {"time": moment})


def status(wanted: Settings) -> bool:
    settings = recorded(wanted)
    if settings is None:
        title("The embedded AWS is not running.")
        return False
    if not is_running(settings):
        title(f"The embedded AWS on {settings.endpoint} is broken; `start` cleans up, see {settings.server_log}")
        return False
    title(f"The embedded AWS is running: {settings.endpoint}")
    say("account", f"{settings.account} ({settings.region})")
    say("engine", f"{settings.engine}: {settings.engine_wrapper}")
    say("network", f"{settings.network} {settings.subnet}; containers reach it at {settings.container_endpoint}")
    say("containers", str(len(engines.of(settings).api.containers(settings.instance))))
    say("log", str(settings.server_log))
    return True

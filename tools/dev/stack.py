"""Start and stop the development environment, and run Airflow's command line in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence

from tools.dev.settings import COMPOSE_FILE, IMAGE, Settings, ensure_secrets
from tools.local_aws import engines, images
from tools.local_aws.console import LocalAwsError, say, title
from tools.local_aws.engines import Engine
from tools.local_aws.processes import locked, remove_tree, run
from tools.local_aws.settings import ROOT

SERVERS = ("postgres", "broker")
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
METRICS = ("statsd-exporter", "prometheus")
HEALTHY = ("metadatabase", "scheduler", "triggerer", "dag_processor")
# Seconds. A busy laptop is no broken one.
PATIENCE = 300


def engine_of(settings: Settings) -> Engine:
    """The engine, answering."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    engine = engines.of(settings.engine_settings(*engines.choose()))
    engine.up()
    if (
        engine.settings.engine == "docker"
        and subprocess.run(engine.command("compose", "version"), capture_output=True, check=False).returncode
    ):
        raise LocalAwsError("Docker lacks its Compose plug-in (package docker-compose-plugin).")
    engine.write_wrapper()
    return engine


def compose(settings: Settings, engine: Engine, *arguments: str) -> list[str]:
    """Docker's own Compose, or podman-compose for a podman of ours."""
    common = ["--file", str(COMPOSE_FILE), "--project-name", settings.project]
    if engine.settings.engine == "docker":
        return [*engine.command("compose"), *common, *arguments]
    podman = ["--podman-path", str(engine.settings.engine_wrapper), "--in-pod", "false"]
    return [sys.executable, "-m", "podman_compose", *podman, *common, *arguments]


def call(settings: Settings, engine: Engine, *arguments: str, what: str) -> str:
    return run(compose(settings, engine, *arguments), what, env={**os.environ, **settings.variables})


def build_command(engine: Engine, variables: dict[str, str]) -> list[str]:
    """The image of production. Proxies and the bundle that knows a proxy's certificate are passed on."""
    options = ["--network", "host", "--tag", IMAGE, "--file", str(ROOT / "files/image/Containerfile")]
    if variables.get("SSL_CERT_FILE"):
        options += ["--secret", f"id=ca_bundle,src={variables['SSL_CERT_FILE']}"]
    options += [f"--build-arg={name}" for name in engines.PROXIES if variables.get(name)]
    return engine.command("build", *options, str(ROOT / "files/image"))


def up(settings: Settings) -> None:
    began = time.monotonic()
    title(f"Starting Airflow for development on {settings.url}")
    settings.folder.mkdir(parents=True, exist_ok=True)
    with locked(settings.folder):
        engine = engine_of(settings)
        images.ensure(engine)
        say("image", "building (the first time takes minutes, later ones use the cache)")
        run(build_command(engine, dict(os.environ)), "building the image")
        if ensure_secrets(settings):
            say("secrets", f"made: {settings.secrets_file}")
        call(settings, engine, "up", "--detach", *SERVERS, what="starting PostgreSQL and Valkey")
        say("database", "migrating, and making the user admin")
        call(settings, engine, "--profile", "init", "run", "--rm", "-T", "init", what="preparing the database")
        services = [*COMPONENTS, *(METRICS if settings.metrics else ())]
        profile = ["--profile", "metrics"] if settings.metrics else []
        call(settings, engine, *profile, "up", "--detach", "--no-deps", *services, what="starting Airflow")
        say("airflow", "waiting until every component is healthy")
        wait_healthy(settings)
    say("ready", f"in {time.monotonic() - began:.0f} s: {settings.url}, user admin")
    say("password", f"AIRFLOW_ADMIN_PASSWORD in {settings.secrets_file}")
    say("edit", "files/image/dags: seen within seconds; code of workers and plugins: after `make dev ARGS=--restart`")


def health(settings: Settings) -> dict[str, str]:
    """What the API server says of each component; empty while it does not answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{settings.port}/api/v2/monitor/health", timeout=5) as answer:
            return {name: str((part or {}).get("status")) for name, part in json.load(answer).items()}
    except (OSError, ValueError):
        return {}


def wait_healthy(settings: Settings) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = health(settings)
        if all(seen.get(name) == "healthy" for name in HEALTHY):
            return
        if time.monotonic() > deadline:
            raise LocalAwsError(
                f"Airflow is not healthy after {PATIENCE} s: {seen or 'the API server does not answer'}.\n"
                f"Its log: {settings.folder}/engine logs <container>; containers: {settings.folder}/engine ps --all"
            )
        time.sleep(2)


def restart(settings: Settings) -> None:
    """The components anew, with the mounted code as it is now."""
    engine = engine_of(settings)
    call(settings, engine, "restart", *COMPONENTS, what="restarting Airflow")
    wait_healthy(settings)
    say("ready", settings.url)


def down(settings: Settings, purge: bool) -> None:
    """Stop and remove the containers; with purge the database, the secrets and the images of our own podman too."""
    title("Stopping Airflow for development")
    # After a stop only the database and the secrets are left, which only a purge is about.
    left = settings.folder if purge else settings.folder / "engine"
    if not left.exists():
        say("done", "it was not running")
        return
    with locked(settings.folder):
        engine = engine_of(settings)
        profiles = ["--profile", "init", "--profile", "metrics"]
        call(settings, engine, *profiles, "down", *(["--volumes"] if purge else []), what="stopping Airflow")
        engine.down()
        engine.settings.engine_wrapper.unlink()
    if purge:
        remove_tree(settings.folder)
        remove_tree(settings.cache)
    say("done", "the database and the secrets are gone" if purge else "the database stays for the next start")


def cli(settings: Settings, arguments: Sequence[str]) -> int:
    """Airflow's command line, in the scheduler's container."""
    if not (settings.folder / "engine").exists():
        raise LocalAwsError("The development environment does not run: make dev")
    engine = engine_of(settings)
    terminal = [] if sys.stdin.isatty() and sys.stdout.isatty() else ["-T"]
    command = compose(settings, engine, "exec", *terminal, "scheduler", "airflow", *arguments)
    return subprocess.run(command, env={**os.environ, **settings.variables}, check=False).returncode

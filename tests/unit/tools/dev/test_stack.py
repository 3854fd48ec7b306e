"""The command lines of both engines, and what counts as healthy."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tools.dev import stack
from tools.dev.settings import COMPOSE_FILE, IMAGE, Settings
from tools.local_aws import engines
from tools.local_aws.console import LocalAwsError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(8080, tmp_path, tmp_path / "cache")


def test_docker_has_compose_built_in(settings: Settings) -> None:
    engine = engines.of(settings.engine_settings("docker", "unix:///x.sock"))
    command = stack.compose(settings, engine, "down")
    assert command[1:] == [
        *("--host", "unix:///x.sock", "compose"),
        *("--file", str(COMPOSE_FILE), "--project-name", "airflow-dev", "down"),
    ]


def test_podman_compose_drives_our_own_podman(settings: Settings) -> None:
    engine = engines.of(settings.engine_settings("podman", ""))
    command = stack.compose(settings, engine, "down")
    assert command[1:5] == ["-m", "podman_compose", "--podman-path", str(settings.folder / "engine")]
    assert command[-1] == "down"


def test_proxies_and_their_certificates_reach_the_build(settings: Settings) -> None:
    engine = engines.of(settings.engine_settings("docker", "unix:///x.sock"))
    plain = stack.build_command(engine, {})
    assert IMAGE in plain
    assert not [part for part in plain if "build-arg" in part or "secret" in part]
    behind = stack.build_command(engine, {"HTTPS_PROXY": "http://user:word@proxy", "SSL_CERT_FILE": "/ca.pem"})
    assert "--build-arg=HTTPS_PROXY" in behind
    assert "id=ca_bundle,src=/ca.pem" in behind
    # Its value may hold a password.
    assert not [part for part in behind if "word" in part]


def test_health_is_what_the_api_server_says(settings: Settings) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            body = {"metadatabase": {"status": "healthy"}, "scheduler": {"status": None}, "triggerer": None}
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        there = Settings(server.server_port, settings.folder, settings.cache)
        assert stack.health(there) == {"metadatabase": "healthy", "scheduler": "None", "triggerer": "None"}
    assert stack.health(there) == {}


def test_waiting_ends_with_what_was_seen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "PATIENCE", -1)
    monkeypatch.setattr(stack, "health", lambda _settings: {"scheduler": "unhealthy"})
    with pytest.raises(LocalAwsError, match="'scheduler': 'unhealthy'"):
        stack.wait_healthy(settings)
    monkeypatch.setattr(stack, "health", lambda _settings: dict.fromkeys(stack.HEALTHY, "healthy"))
    stack.wait_healthy(settings)


@pytest.mark.parametrize("purge", [False, True])
def test_nothing_to_stop(tmp_path: Path, capsys: pytest.CaptureFixture[str], purge: bool) -> None:
    stack.down(Settings(8080, tmp_path / "dev", tmp_path / "cache"), purge)
    assert "it was not running" in capsys.readouterr().out


def test_the_command_line_needs_a_running_environment(settings: Settings) -> None:
    with pytest.raises(LocalAwsError, match="does not run: make dev"):
        stack.cli(settings, ["dags", "list"])

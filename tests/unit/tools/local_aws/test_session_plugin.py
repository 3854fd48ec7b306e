"""The stand-in of the Session Manager plugin takes what the plugin takes."""

from __future__ import annotations

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tools.local_aws import instance, session_plugin
from tools.local_aws.settings import Settings

SESSION = {"sessionId": "s1", "streamUrl": "http://x", "tokenValue": "t"}


def test_the_session_comes_in_the_environment_or_on_the_command_line() -> None:
    expected = {"sessionid": "s1", "streamurl": "http://x", "tokenvalue": "t"}
    text = json.dumps(SESSION)
    assert session_plugin.session_of(text, {}) == expected
    variable = f"{session_plugin.VARIABLE}_1"
    assert session_plugin.session_of(variable, {variable: text}) == expected
    # As Systems Manager spells them.
    upper = json.dumps({"SessionId": "s1", "StreamUrl": "http://x", "TokenValue": "t"})
    assert session_plugin.session_of(upper, {}) == expected


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    result = Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path / "cache", engine="docker")
    result.settings_file.write_text(result.to_json())
    result.engine_wrapper.write_text('#!/bin/sh\necho "$@"\nexit 3\n')
    result.engine_wrapper.chmod(0o755)
    instance.write_session_plugin(result)
    return result


def plugin(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([settings.session_plugin, *arguments], capture_output=True, text=True, check=False, cwd="/")


def test_its_version_is_one_that_reads_the_environment(settings: Settings) -> None:
    assert plugin(settings, "--version").stdout.strip() == session_plugin.VERSION


def test_the_command_runs_in_the_container_as_root(settings: Settings) -> None:
    tokens = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            tokens.append(body["token"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"container": "c1", "command": ["echo", "two  words"]}).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        session = {**SESSION, "streamUrl": f"http://127.0.0.1:{server.server_port}/"}
        done = plugin(settings, json.dumps(session), "us-east-1", "StartSession", "", "{}", "http://x")
    assert done.stdout.splitlines() == [
        "",
        "Starting session with SessionId: s1",
        "exec --interactive --tty --user 0 c1 echo two  words",
        "",
        "",
        "Exiting session with sessionId: s1.",
        "",
    ]
    assert tokens == ["t"]
    # The command's code is not the session's.
    assert done.returncode == 0


def test_a_session_that_is_not_there(settings: Settings) -> None:
    session = {**SESSION, "streamUrl": "http://127.0.0.1:1/"}
    done = plugin(settings, json.dumps(session), "us-east-1", "StartSession", "", "{}", "http://x")
    assert done.returncode == 1
    assert "Cannot perform start session" in done.stdout

from __future__ import annotations

import dataclasses
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from tools.local_aws import instance
from tools.local_aws.console import LocalAwsError
from tools.local_aws.processes import start_time
from tools.local_aws.settings import ROOT, Settings


def test_defaults() -> None:
    settings = instance.from_environment({})

    assert settings.port == 4566
    assert settings.state_dir == ROOT / ".local-aws"
    assert settings.cache_dir == ROOT / ".local-aws-cache"


def test_second_instance_has_a_cache_of_its_own() -> None:
    settings = instance.from_environment({"LOCAL_AWS_PORT": "4600", "LOCAL_AWS_STATE_DIR": "/tmp/other"})

    assert (settings.port, settings.state_dir) == (4600, Path("/tmp/other"))
    assert settings.cache_dir == Path("/tmp/other-cache")


def test_folders_become_absolute() -> None:
    variables = {"LOCAL_AWS_STATE_DIR": "state", "LOCAL_AWS_CACHE_DIR": "cache", "LOCAL_AWS_IMAGES_FROM": "other"}
    settings = instance.from_environment(variables)

    assert settings.state_dir.is_absolute()
    assert settings.cache_dir == Path.cwd() / "cache"
    assert settings.images_from == Path.cwd() / "other"


@pytest.mark.parametrize("port", ["80", "99999", "abc", "-1"])
def test_impossible_port(port: str) -> None:
    with pytest.raises(LocalAwsError, match="LOCAL_AWS_PORT"):
        instance.from_environment({"LOCAL_AWS_PORT": port})


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = Settings(port=4600, state_dir=tmp_path / "state", cache_dir=tmp_path / "cache")
    settings.state_dir.mkdir()
    settings.settings_file.write_text(settings.to_json(), encoding="utf-8")
    monkeypatch.setattr(instance, "is_running", lambda _settings: True)
    return settings


def test_second_start_changes_nothing(running: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    instance.start(running)

    assert capsys.readouterr().out == "The embedded AWS is already running: http://127.0.0.1:4600\n"


def test_state_folder_is_not_shared(running: Settings) -> None:
    with pytest.raises(LocalAwsError, match="LOCAL_AWS_STATE_DIR"):
        instance.start(dataclasses.replace(running, port=4601))


class Gateway(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked; a task called missing is not there."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        missing = self.path.endswith("missing")
        self.send_response(404 if missing else 200)
        self.end_headers()
        asked = [self.command, self.path, json.loads(body or b"null")]
        self.wfile.write(json.dumps({"message": "no running task"} if missing else {"asked": asked}).encode())

    do_GET = do_PUT = answer


def test_the_levers_of_tests_reach_the_gateway(running: Settings) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Gateway) as server:
        settings = dataclasses.replace(running, port=server.server_address[1])
        settings.settings_file.write_text(settings.to_json(), encoding="utf-8")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        seen = [
            instance.interrupt(settings, "arn:aws:ecs:us-east-1:123456789012:task/airflow/0123")["asked"],
            instance.clock(settings, None)["asked"],
            instance.clock(settings, "2027-03-28T06:00:00+00:00")["asked"],
            instance.clock(settings, "now")["asked"],
        ]
        with pytest.raises(LocalAwsError, match="no running task"):
            instance.interrupt(settings, "missing")
        server.shutdown()
    assert seen == [
        ["PUT", "/_local_aws/interrupt/0123", {}],
        ["GET", "/_local_aws/clock", None],
        ["PUT", "/_local_aws/clock", {"time": "2027-03-28T06:00:00+00:00"}],
        ["PUT", "/_local_aws/clock", {"offset": 0}],
    ]


def test_the_levers_need_a_running_instance(tmp_path: Path) -> None:
    with pytest.raises(LocalAwsError, match="is not running"):
        instance.clock(Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path), "now")


def test_stop_and_status_without_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(port=4600, state_dir=tmp_path / "state", cache_dir=tmp_path / "cache")
    instance.stop(settings, purge=False)

    assert not instance.status(settings)
    assert capsys.readouterr().out == "The embedded AWS is not running.\n" * 2


def test_crashed_instance_is_not_running(tmp_path: Path) -> None:
    settings = Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path / "cache", docker_host=f"unix://{tmp_path}/s")
    settings.server_pid.write_text("999999999 1", encoding="utf-8")

    assert not instance.is_running(settings)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A server that runs, as this process does, and answers the third time."""
    settings = Settings(port=4600, state_dir=tmp_path, cache_dir=tmp_path / "cache")
    settings.server_pid.write_text(f"{os.getpid()} {start_time(os.getpid())}", encoding="utf-8")
    answers = [False, False, True]
    monkeypatch.setattr(instance, "gateway_answers", lambda settings: answers.pop(0))
    return settings


def test_a_server_that_is_slow_to_answer_is_waited_for(slow: Settings) -> None:
    assert instance.server_answers(slow)


def test_a_server_that_ends_is_not_waited_for(slow: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(settings: Settings) -> bool:
        settings.server_pid.unlink()
        return False

    monkeypatch.setattr(instance, "gateway_answers", ended)
    assert not instance.server_answers(slow)


def test_only_whether_it_answers_is_asked_impatiently(slow: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts = []

    class Opener:
        def open(self, request: object, timeout: float) -> io.BytesIO:
            timeouts.append(timeout)
            return io.BytesIO(b"{}")

    monkeypatch.undo()
    monkeypatch.setattr(urllib.request, "build_opener", lambda *handlers: Opener())
    instance.gateway_answers(slow)
    instance.fetch(f"{slow.endpoint}/_ministack/rds/ca.pem")
    assert timeouts == [5, 60]


def test_command_line_needs_the_standard_library_only(tmp_path: Path) -> None:
    isolated = [sys.executable, "-I", "-S", "-c"]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tools.local_aws.__main__ import main; "
    code += "sys.exit(main(['status']))"
    done = subprocess.run(
        [*isolated, code], env={"LOCAL_AWS_STATE_DIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (1, "The embedded AWS is not running.\n", "")


def test_this_process_is_alive() -> None:
    assert start_time(os.getpid()) is not None

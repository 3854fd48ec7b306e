"""What is sent through a session of ECS Exec, and what is made of what comes back."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs import exec_session
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.exec_session import (
    Outcome,
    find_plugin,
    parsed,
    run_plugin,
    version,
    wrapped,
)

SESSION = {"sessionId": "ecs-execute-command-1", "streamUrl": "wss://x", "tokenValue": "secret"}


def terminal(text: str) -> str:
    """As the plugin shows it."""
    return f"\nStarting session with SessionId: 1\n{text.replace(chr(10), chr(13) + chr(10))}\n\nExiting session 1.\n\n"


def outcome(arguments: list[str]) -> Outcome:
    """Really run, split as the agent splits it."""
    done = subprocess.run(shlex.split(wrapped(arguments, "mark")), capture_output=True, text=True, check=False)
    return parsed(terminal(done.stdout), "mark")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["true"], Outcome("", 0)),
        (["false"], Outcome("", 1)),
        (["printf", "no newline"], Outcome("no newline", 0)),
        (["printf", "%s\n", "two  words", "it's", '"quoted" $HOME'], Outcome('two  words\nit\'s\n"quoted" $HOME', 0)),
        (["sh", "-c", "echo out; exit 7"], Outcome("out", 7)),
        (["echo", "mark-end 0"], Outcome("mark-end 0", 0)),
        (["cat"], Outcome("", 0)),
        (["sh", "-c", "echo complaint >&2; exit 1"], Outcome("complaint", 1)),
    ],
)
def test_output_and_exit_code(arguments: list[str], expected: Outcome) -> None:
    assert outcome(arguments) == expected


def test_a_command_that_is_not_there() -> None:
    seen = outcome(["no-such-command"])
    assert seen.code == 127
    assert "not found" in seen.output


def test_a_session_that_ends_early_has_no_code() -> None:
    assert parsed(terminal("mark-begin\npartly"), "mark").code is None
    assert parsed("Cannot perform start session: EOF", "mark") == Outcome("Cannot perform start session: EOF", None)


def script(path: Path, text: str) -> str:
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return str(path)


def test_a_plugin_that_is_missing_or_old(tmp_path: Path) -> None:
    with pytest.raises(AnsibleECSError, match="there is no no-such-plugin"):
        find_plugin("no-such-plugin")
    old = script(tmp_path / "old", "print('1.2.497.0')")
    with pytest.raises(AnsibleECSError, match=r"is version 1\.2\.497\.0; a newer one"):
        find_plugin(old)
    new = script(tmp_path / "new", "print('1.2.553.0')")
    assert find_plugin(new) == new


def test_versions_compare_as_numbers() -> None:
    assert version("1.2.1000.0\n") > version("1.2.497.0")
    assert version("nonsense") < version("0.1")


def test_the_plugin_gets_the_session_in_its_environment_and_a_terminal(tmp_path: Path) -> None:
    plugin = script(
        tmp_path / "plugin",
        "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ[sys.argv[1]], sys.stdin.isatty()]))",
    )
    arguments, session, is_terminal = json.loads(
        run_plugin(plugin, SESSION, "ecs:c_t_r", "eu-west-1", "https://ecs", 60)
    )
    assert arguments == [
        "AWS_SSM_START_SESSION_RESPONSE",
        "eu-west-1",
        "StartSession",
        "",
        '{"Target": "ecs:c_t_r"}',
        "https://ecs",
    ]
    assert json.loads(session) == SESSION
    assert is_terminal


BEGUN = "print('begun', flush=True); pathlib.Path(__file__).with_name('begun').touch()"


@pytest.mark.parametrize(
    ("text", "last_words", "fate"),
    [
        (f"tty.setraw(0); {BEGUN}; assert sys.stdin.read(1) == chr(3)", 60, "was interrupted"),
        (f"{BEGUN}; subprocess.run(['sleep', '60'])", 1, "may still be running"),
    ],
)
def test_a_command_that_takes_too_long_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, last_words: int, fate: str
) -> None:
    class Popen(subprocess.Popen[bytes]):
        """Its time does not count before it has begun: that takes as long as the machine likes."""

        def communicate(self, *arguments: Any, **options: Any) -> tuple[bytes, bytes]:
            while not (tmp_path / "begun").exists() and self.poll() is None:
                time.sleep(0.01)
            return super().communicate(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    monkeypatch.setattr(exec_session, "LAST_WORDS", last_words)
    imports = "import pathlib, signal, subprocess, sys, tty"
    plugin = script(tmp_path / "plugin", f"{imports}; signal.signal(signal.SIGINT, signal.SIG_IGN); {text}")
    with pytest.raises(AnsibleECSError, match=f"did not end within 1 s and {fate}") as caught:
        run_plugin(plugin, SESSION, "t", "r", "e", 1)
    assert caught.value.kwargs["stdout"] == "begun\n"

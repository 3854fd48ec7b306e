"""Modules run by the module server and modules run the normal way: nobody can tell them apart by what comes out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).with_name("module_server")
PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Played:
    code: int
    output: str
    results: list[dict[str, Any]]
    files: dict[str, str]

    def of(self, task: str) -> dict[str, Any]:
        """The result of a task without a loop."""
        (result,) = [entry["result"] for entry in self.results if entry["task"] == task]
        return result

    def items(self, task: str) -> dict[str, dict[str, Any]]:
        """The results of a task's loop, by what the module was told to do."""
        return {
            entry["result"]["item"]: entry["result"]
            for entry in self.results
            if entry["task"] == task and "item" in entry["event"]
        }


def play(folder: Path, server: bool, *arguments: str, **environment: str) -> Played:
    files = folder / "files"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    record = folder / "record.jsonl"
    record.unlink(missing_ok=True)
    collection = folder / "collections/ansible_collections/community/aws"
    (collection / "plugins/modules").mkdir(parents=True, exist_ok=True)
    shutil.copy(FOLDER / "modules/probe.py", collection / "plugins/modules")
    # Not a YAML file in the tree: what reads those would look for its modules, which exist in this test only.
    playbook = folder / "playbook.yml"
    shutil.copy(FOLDER / "playbook.yml.txt", playbook)
    other_python = folder / "python"
    other_python.unlink(missing_ok=True)
    other_python.symlink_to(sys.executable)
    # Only what a run needs: modules return their whole environment.
    variables = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    variables |= {
        # Ansible finds its own default differently in two places, where HOME is not the user's home.
        "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": f"{folder / 'collections'}:{ROOT / 'collections'}",
        "ANSIBLE_CALLBACKS_ENABLED": "record,airflow.fargate.module_server",
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/callback_plugins"),
        "ANSIBLE_DEPRECATION_WARNINGS": "true",
        # Without it a task is named when it has ended, after what its modules say.
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "true",
        "ANSIBLE_NOCOLOR": "1",
        "AIRFLOW_FARGATE_MODULE_SERVER": str(server).lower(),
        "RECORD_FILE": str(record),
        **environment,
    }
    settings = json.dumps({"files": str(files), "other_python": str(other_python)})
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [str(program), "-i", "/dev/null", str(playbook)]
    result = subprocess.run(
        [*command, "-e", settings, *arguments],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=900,
    )
    assert record.exists(), result.stdout
    return Played(
        code=result.returncode,
        output=result.stdout,
        results=[json.loads(line) for line in record.read_text().splitlines()],
        files={file.name: file.read_text() for file in files.iterdir()},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("module_server")


@pytest.fixture(scope="module")
def served(folder: Path) -> Played:
    return play(folder, True, "-vvv")


@pytest.fixture(scope="module")
def normal(folder: Path) -> Played:
    return play(folder, False, "-vvv")


def comparable(value: Any) -> Any:
    """Without what differs from run to run: ids of jobs, names of temporary folders, times, tracebacks."""
    text = json.dumps(value, sort_keys=True)
    for pattern, placeholder in (
        (r'"ansible_job_id": "[^"]*"', '"ansible_job_id": ""'),
        (r'"results_file": "[^"]*"', '"results_file": ""'),
        (r"ansible-tmp-[\d.-]+", "ansible-tmp"),
        (r"ansible-moduletmp-[\w.-]+", "ansible-moduletmp"),
        (r'"exception": "(?:[^"\\]|\\.)*"', '"exception": ""'),
        (r'"(start|end|delta)": "[^"]*"', r'"\1": ""'),
    ):
        text = re.sub(pattern, placeholder, text)
    return json.loads(text)


def test_every_result_is_the_same(served: Played, normal: Played) -> None:
    assert served.code == normal.code == 0, served.output
    assert len(served.results) == len(normal.results) == 27
    for one, other in zip(served.results, normal.results, strict=True):
        assert comparable(one) == comparable(other)


def test_files_that_modules_leave_are_the_same(served: Played, normal: Played) -> None:
    expected = {"leave-a-thread": "written by a thread", "leave-a-file": "written at exit"}
    assert served.files == normal.files == expected
    for played in (served, normal):
        assert not Path(played.items("Misbehave")["leave a file"]["temporary"]).exists()


def shown(output: str) -> list[str]:
    """What Ansible prints without -v: results, warnings, deprecations."""
    kept = re.sub(r"/\S+/ansible-(tmp|moduletmp)\S+|'?j\d+\.\d+'?|(?<=jid=)\S+", "", output)
    # How often it asks for a job is a matter of how long that takes.
    return [line for line in kept.splitlines() if "Traceback" not in line and not line.startswith("ASYNC POLL ")]


def test_what_is_printed_is_the_same(folder: Path) -> None:
    assert shown(play(folder, True).output) == shown(play(folder, False).output)


def test_the_server_ran_what_it_should_and_nothing_else(served: Played, normal: Played) -> None:
    told = re.findall(r"^TASK \[(.*?)\]|(EXEC in a fork of the module server)", served.output, re.MULTILINE)
    by_task: dict[str, int] = {}
    for task, fork in told:
        if task:
            current = task
        if fork:
            by_task[current] = by_task.get(current, 0) + 1
    assert by_task == {
        "Look around": 1,
        "Do it again and again": 3,
        "Only check": 1,
        "Let Ansible censor everything": 1,
        "Misbehave": 13,
        "Pass what cannot be a number": 1,
        "Pass what there is not": 1,
    }
    assert "EXEC in a fork" not in normal.output


@pytest.mark.parametrize(
    "environment",
    [
        {"ANSIBLE_PIPELINING": "false"},
        {"ANSIBLE_KEEP_REMOTE_FILES": "true"},
        {"ANSIBLE_PYTHON_MODULE_RLIMIT_NOFILE": "512"},
    ],
)
def test_settings_that_ask_for_an_interpreter_get_one(folder: Path, environment: dict[str, str]) -> None:
    played = play(folder, True, "-vvv", "--tags", "one", **environment)
    assert played.code == 0, played.output
    assert "EXEC in a fork" not in played.output
    assert "is not of type int" in json.dumps(played.results) or "unable to convert to int" in json.dumps(
        played.results
    )


def test_secrets_are_censored(served: Played) -> None:
    assert "it is ********" in served.items("Misbehave")["tell a secret"]["said"]
    assert "censored" in served.of("Let Ansible censor everything")
    assert PASSWORD not in json.dumps(served.results)


def test_a_module_that_dies_is_told(served: Played) -> None:
    assert served.items("Misbehave")["be killed"]["rc"] == 128 + 9

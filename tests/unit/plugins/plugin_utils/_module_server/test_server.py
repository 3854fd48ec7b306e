"""A real server, and modules that outlive nobody."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ansible_collections.amazon.aws
import pytest
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import client, service_models
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server.protocol import Request

PROJECT = Path(__file__).resolve().parents[5] / "collections"
INSTALLED = Path(next(iter(ansible_collections.amazon.aws.__path__))).parents[2]
PREFIX = "ansible_collections.community.aws.plugins.modules"

MODULES = {
    "tell": "import os, sys\nsys.stdout.write(os.environ['WORD'])\n",
    "stay": """
import os, pathlib, signal
pathlib.Path(os.environ["FILE"]).write_text(f"{os.getpid()}\\n")
signal.pause()
""",
    "broken": "import there_is_no_such_thing\n",
    "deprecated": "from ansible.module_utils.common.warnings import deprecate\ndeprecate('old', version='9')\n",
    "imported": """
import sys
sys.stdout.write(str("ansible_collections.airflow.fargate.plugins.module_utils._sns.topics" in sys.modules))
""",
    "loaded": """
import sys
import botocore.session
loader = botocore.session.Session().get_component("data_loader")
sys.stdout.write(" ".join(str(key[1]) for key in loader._cache if key[0] == "load_service_model"))
""",
    "count": """
import sys
import botocore.session
loader = botocore.session.Session().get_component("data_loader")
already = len(loader._cache)
loader.load_service_model("sqs", "service-2")
sys.stdout.write(str(already))
""",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    folder = tmp_path / "ansible_collections/community/aws/plugins/modules"
    folder.mkdir(parents=True)
    for name, content in MODULES.items():
        guarded = "".join(f"    {line}\n" for line in content.splitlines())
        (folder / f"{name}.py").write_text(
            content
            if name in ("broken", "deprecated")
            else f"if __name__ == '__main__':\n{guarded}    raise SystemExit(7)\n"
        )
    client.start([str(tmp_path), str(PROJECT), str(INSTALLED)])
    process = client._process
    assert process is not None
    yield process
    client.stop()


def run(name: str, **environment: str) -> tuple[int, bytes, bytes]:
    call = client.call(f"{PREFIX}.{name}")
    assert call is not None
    return call.run(Request(json.dumps({"ANSIBLE_MODULE_ARGS": {}}), "legacy", environment, "/"))


def test_a_module_runs_with_its_environment(server: subprocess.Popen[bytes]) -> None:
    assert run("tell", WORD="one") == (7, b"one", b"")
    assert run("tell", WORD="two") == (7, b"two", b"")


def test_a_module_that_cannot_be_imported_is_declined(server: subprocess.Popen[bytes]) -> None:
    assert client.call(f"{PREFIX}.broken") is None
    assert client.call(f"{PREFIX}.nowhere") is None
    assert run("tell", WORD="still there") == (7, b"still there", b"")


def test_a_module_that_warns_on_import_is_declined_and_so_is_what_may_import_the_same(
    server: subprocess.Popen[bytes],
) -> None:
    assert run("tell", WORD="before") == (7, b"before", b"")
    assert client.call(f"{PREFIX}.deprecated") is None
    assert client.call(f"{PREFIX}.count") is None
    assert run("tell", WORD="after") == (7, b"after", b"")


def test_later_runs_know_what_an_earlier_one_had_to_load(server: subprocess.Popen[bytes]) -> None:
    # Of another search path than the one that the server prepares.
    counts = [int(run("count", AWS_DATA_PATH="/nowhere")[1]) for _time in range(5)]
    assert counts[0] == 0
    assert counts[-1] > 0


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 120
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_runs_find_what_the_server_has_prepared(server: subprocess.Popen[bytes]) -> None:
    assert eventually(lambda: set(service_models.SERVICES) <= set(run("loaded")[1].decode().split()))
    assert eventually(lambda: run("imported")[1] == b"True")


@pytest.fixture
def staying(server: subprocess.Popen[bytes], tmp_path: Path) -> tuple[int, Path]:
    """A fork, as Ansible makes for a task, that waits for a module which stays; where /proc tells of the module."""
    file = tmp_path / "pid"
    task = os.fork()
    if task == 0:
        run("stay", FILE=str(file))
        os._exit(0)
    assert eventually(lambda: file.exists() and file.read_text().endswith("\n"))
    return task, Path("/proc") / file.read_text().strip()


def test_a_module_ends_with_the_task_that_waits_for_it(staying: tuple[int, Path]) -> None:
    task, module = staying
    assert module.exists()
    os.kill(task, signal.SIGKILL)
    os.waitpid(task, 0)
    assert eventually(lambda: not module.exists())
    assert run("tell", WORD="still there") == (7, b"still there", b"")


def test_the_server_outlives_tasks_that_go_away_before_it_answers(server: subprocess.Popen[bytes]) -> None:
    assert client._requests is not None
    for module in ("tell", "broken"):
        ours, theirs = socket.socketpair()
        ours.close()
        with open(os.devnull, "wb") as output:
            descriptors = [theirs.fileno(), output.fileno(), output.fileno()]
            socket.send_fds(client._requests, [f"{PREFIX}.{module}".encode()], descriptors)
        theirs.close()
    assert run("tell", WORD="still there") == (7, b"still there", b"")


def test_a_task_is_told_when_the_server_dies(server: subprocess.Popen[bytes]) -> None:
    call = client.call(f"{PREFIX}.tell")
    assert call is not None
    server.kill()
    server.wait()
    code, _out, error = call.run(Request("{}", "legacy", {"WORD": ""}, "/"))
    assert (code, error) == (1, b"The module server ended while the module ran.\n")
    assert client.call(f"{PREFIX}.tell") is None


def test_the_server_ends_with_those_it_serves(server: subprocess.Popen[bytes]) -> None:
    client.stop()
    assert server.returncode == 0
    assert not client.running()

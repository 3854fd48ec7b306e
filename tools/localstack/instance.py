"""Start and stop. What LocalStack holds is gone when it stops."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from tools.free_port import free_port
from tools.local_aws import environment
from tools.local_aws.console import LocalAwsError, say, title
from tools.local_aws.processes import Daemon, locked, remove_tree, wait_for
from tools.local_aws.settings import LOOPBACK, ROOT

STATE = ROOT / ".cache/localstack"
VENV = ROOT / ".venv-localstack"
LOCK = Path(__file__).with_name("requirements.txt")

MISSING_PYTHON = "LocalStack needs Python 3.13, and there is none: no python3.13 on the PATH and none that pyenv has."
IS_SUITABLE = "import sys; sys.exit(sys.version_info[:2] != (3, 13))"


def candidates(path: str, home: Path) -> Iterable[Path]:
    """Where a Python 3.13 may be; pyenv's command on the PATH works only for the version that pyenv has switched on."""
    found = shutil.which("python3.13", path=path)
    if found:
        yield Path(found)
    yield from sorted(home.glob("versions/3.13.*/bin/python3.13"))


def find_python() -> Path:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for python in candidates(os.environ.get("PATH", ""), pyenv):
        if subprocess.run([python, "-c", IS_SUITABLE], capture_output=True, check=False).returncode == 0:
            return python
    raise LocalAwsError(MISSING_PYTHON)


def variables(port: int, state: Path) -> dict[str, str]:
    """The whole environment of the server: settings of the user's must not reach it."""
    temporary = state / "tmp"
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "GATEWAY_LISTEN": f"{LOOPBACK}:{port}",
        "LOCALSTACK_HOST": f"{LOOPBACK}:{port}",
        # In a container it would take itself for its own image and write to /var/lib.
        "OVERRIDE_IN_DOCKER": "0",
        "FILESYSTEM_ROOT": str(state / "files"),
        "TMPDIR": str(temporary),
        # Nothing is reported or downloaded, and no name server is started.
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
    }


def daemon(state: Path) -> Daemon:
    return Daemon(state / "server.pid", state / "server.log")


def answers(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{LOOPBACK}:{port}/_localstack/health", timeout=5) as response:
            return bool(json.load(response)["services"])
    except OSError:
        return False


def start(state: Path = STATE) -> None:
    """A new one; the folder then has its port in the file `port`."""
    state.mkdir(parents=True, exist_ok=True)
    with locked(state):
        title("Starting LocalStack")
        tear_down(state)  # what an interrupted run has left
        python = environment.ensure(environment.Venv(VENV, LOCK, "localstack", find_python()))
        for folder in ("tmp", "files"):
            (state / folder).mkdir()
        port = free_port()
        process = daemon(state)
        process.start([str(python), "-m", "tools.localstack.server"], variables(port, state), ROOT)
        wait_for(lambda: process.pid is None or answers(port), 90)
        if process.pid is None or not answers(port):
            tear_down(state)
            raise LocalAwsError(f"LocalStack does not start:\n{process.log_tail()}")
        (state / "port").write_text(str(port), encoding="utf-8")
        say("ready", f"http://{LOOPBACK}:{port}")


def stop(state: Path = STATE) -> None:
    state.mkdir(parents=True, exist_ok=True)
    with locked(state):
        title("Stopping LocalStack")
        tear_down(state)


def tear_down(state: Path) -> None:
    """Stop the process and remove everything but its log."""
    process = daemon(state)
    process.stop()
    for path in state.iterdir():
        if path.is_dir():
            remove_tree(path)
        elif path != process.log_file:
            path.unlink()

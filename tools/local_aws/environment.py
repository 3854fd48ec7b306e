"""The virtual environment ministack runs in, made from the hashed lock and remade when the lock changes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tools.local_aws.console import LocalAwsError, say
from tools.local_aws.processes import run
from tools.local_aws.settings import ROOT

VENV = ROOT / ".venv-local-aws"
LOCK = Path(__file__).with_name("requirements.txt")


def fingerprint(lock: bytes, python: str) -> str:
    return hashlib.sha256(lock + python.encode()).hexdigest()


def find_uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def ensure(venv: Path = VENV, lock: Path = LOCK) -> Path:
    """The environment's interpreter. Written last, the stamp tells a finished environment from a broken one."""
    stamp = venv / ".lock"
    wanted = fingerprint(lock.read_bytes(), sys.version)
    python = venv / "bin" / "python"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and python.exists():
        return python

    say("ministack", f"installing into {venv.name} (once)")
    shutil.rmtree(venv, ignore_errors=True)
    uv = find_uv()
    if uv:
        run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], "making a virtual environment")
        install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        has_pip = subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False)
        if has_pip.returncode != 0:
            raise LocalAwsError("This Python has no `ensurepip`. On Debian and Ubuntu: apt-get install python3-venv")
        run([sys.executable, "-m", "venv", str(venv)], "making a virtual environment")
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*install, "--require-hashes", "--requirement", str(lock)], "installing ministack")
    stamp.write_text(wanted, encoding="utf-8")
    return python

"""The virtual environment ministack runs in, made from the hashed lock and remade when the lock changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools.local_aws.console import LocalAwsError, say
from tools.local_aws.processes import locked, run
from tools.local_aws.settings import ROOT

VENV = ROOT / ".venv-local-aws"
LOCK = Path(__file__).with_name("requirements.txt")
STAMP = "made-from.txt"


def find_uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def is_current(venv: Path, lock: Path) -> bool:
    """Made from this lock, and its Python has not been upgraded away since."""
    stamp = venv / STAMP
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        return False
    python = venv / "bin" / "python"
    return (
        python.exists()
        and subprocess.run([python, "-c", "import ministack"], capture_output=True, check=False).returncode == 0
    )


def ensure(venv: Path = VENV, lock: Path = LOCK) -> Path:
    """The environment's interpreter."""
    with locked(lock.parent):
        if not is_current(venv, lock):
            make(venv, lock)
    return venv / "bin" / "python"


def make(venv: Path, lock: Path) -> None:
    say("ministack", f"installing into {venv.name} (once)")
    if venv.exists():
        shutil.rmtree(venv)
    python = venv / "bin" / "python"
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
    # Last, so that an interrupted installation is made anew.
    (venv / STAMP).write_bytes(lock.read_bytes())

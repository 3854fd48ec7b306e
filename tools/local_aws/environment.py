"""Virtual environments of their own for emulators, made from hashed locks and remade when a lock changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.local_aws.console import LocalAwsError, say
from tools.local_aws.processes import locked, run
from tools.local_aws.settings import ROOT

STAMP = "made-from.txt"


@dataclass(frozen=True)
class Venv:
    """What is installed where."""

    folder: Path
    lock: Path
    package: str
    base: Path
    """The Python it is made with."""

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.folder / STAMP


MINISTACK = Venv(
    ROOT / ".venv-local-aws", Path(__file__).with_name("requirements.txt"), "ministack", Path(sys.executable)
)


def find_uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def is_current(venv: Venv) -> bool:
    """Made from this lock, and its Python has not been upgraded away since."""
    if not venv.stamp.exists() or venv.stamp.read_bytes() != venv.lock.read_bytes():
        return False
    if not venv.python.exists():
        return False
    imported = subprocess.run([venv.python, "-c", f"import {venv.package}"], capture_output=True, check=False)
    return imported.returncode == 0


def ensure(venv: Venv = MINISTACK) -> Path:
    """The environment's interpreter."""
    with locked(venv.lock.parent):
        if not is_current(venv):
            make(venv)
    return venv.python


def make(venv: Venv) -> None:
    say(venv.package, f"installing into {venv.folder.name} (once)")
    if venv.folder.exists():
        shutil.rmtree(venv.folder)
    uv = find_uv()
    if uv:
        run([uv, "venv", "--quiet", "--python", str(venv.base), str(venv.folder)], "making a virtual environment")
        install = [uv, "pip", "install", "--quiet", "--python", str(venv.python)]
    else:
        has_pip = subprocess.run([venv.base, "-c", "import ensurepip"], capture_output=True, check=False)
        if has_pip.returncode != 0:
            raise LocalAwsError("This Python has no `ensurepip`. On Debian and Ubuntu: apt-get install python3-venv")
        run([str(venv.base), "-m", "venv", str(venv.folder)], "making a virtual environment")
        install = [str(venv.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*install, "--require-hashes", "--requirement", str(venv.lock)], f"installing {venv.package}")
    # Last, so that an interrupted installation is made anew.
    venv.stamp.write_bytes(venv.lock.read_bytes())

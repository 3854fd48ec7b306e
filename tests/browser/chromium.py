"""Runs airflow_ui.mjs in headless Chromium, of Debian, driven by playwright-core, of npm."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools.local_aws.console import LocalAwsError
from tools.local_aws.engines import apt_install, parse_version
from tools.local_aws.processes import can_be_root, find_executable, run
from tools.local_aws.settings import ROOT

HERE = Path(__file__).parent
INSTALLED = ROOT / ".cache/browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")
OLDEST_NODE = 20


def find_browser() -> str | None:
    return next((path for name in NAMES if (path := find_executable(name))), None)


def ensure_browser() -> str:
    """Its path; Debian's is installed where that is possible."""
    if find_browser() is None and find_executable("apt-get") and can_be_root():
        apt_install(("chromium", "fonts-liberation"), "browser")
    browser = find_browser()
    if browser is None:
        raise LocalAwsError(
            "There is no Chromium, and it can be installed by itself only on Debian as root or with sudo."
        )
    return browser


def ensure_driver() -> Path:
    """The folder that has exactly what the lock file says."""
    node, npm = find_executable("node"), find_executable("npm")
    if node is None or npm is None or parse_version(run([node, "--version"], "node --version"))[0] < OLDEST_NODE:
        raise LocalAwsError(f"playwright-core needs Node.js {OLDEST_NODE} or newer with npm on the PATH.")
    lock = INSTALLED / "node_modules/made-from.json"
    if not lock.exists() or lock.read_bytes() != (HERE / "package-lock.json").read_bytes():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, INSTALLED / name)
        run([npm, "--prefix", str(INSTALLED), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "npm ci")
        # Last, so that an interrupted installation is made anew.
        shutil.copyfile(HERE / "package-lock.json", lock)
    return INSTALLED


def use_airflow(arguments: Mapping[str, object]) -> str:
    """What went wrong, empty if nothing did. Arguments are those of airflow_ui.mjs, but for the browser."""
    chromium, driver = ensure_browser(), ensure_driver()
    done = subprocess.run(
        ["node", HERE / "airflow_ui.mjs"],
        cwd=driver,
        # Not on the command line: a password is among it.
        input=json.dumps({**arguments, "chromium": chromium}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return done.stdout or f"exit code {done.returncode}" if done.returncode else ""

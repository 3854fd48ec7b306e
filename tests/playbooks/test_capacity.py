"""What role capacity leaves running, in inventories/local: nobody mutes an alarm when AWS takes the publisher down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALL = ["scheduler", "metrics"]
AT = "2051-07-01T20:00:00"
# State, time, duration and services; which of them stay.
CASES = {
    "down-now": ("down", "", "", ALL, []),
    "down-at-a-time": ("down", AT, "", ALL, ["metrics"]),
    "down-for-a-while": ("down", "", "2h", ALL, ["metrics"]),
    "down-alone": ("down", "", "2h", ["metrics"], []),
    "down-others": ("down", AT, "", ["scheduler"], []),
    "up-now": ("up", "", "", ALL, []),
    "up-at-a-time": ("up", AT, "", ALL, []),
    # What comes up for a while goes down again by itself.
    "up-for-a-while": ("up", "", "2h", ALL, ["metrics"]),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("capacity")
    cases = [
        {"name": name, "state": state, "at": at, "duration": duration, "services": services}
        for name, (state, at, duration, services, _staying) in CASES.items()
    ]
    playbook = "tests/playbooks/capacity/playbook.yml"
    arguments = json.dumps({"output": str(output), "cases": cases})
    command = [str(Path(sys.executable).with_name("ansible-playbook")), playbook, "-e", arguments]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False, timeout=600
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return output


@pytest.mark.parametrize("name", CASES)
def test_the_publisher_stays_when_aws_takes_others_down(written: Path, name: str) -> None:
    services, staying = CASES[name][-2:]
    found = json.loads((written / f"{name}.json").read_text())
    scaled = [service for service in services if service not in staying]
    assert (sorted(found["scaled"]), found["staying"]) == (sorted(scaled), staying)

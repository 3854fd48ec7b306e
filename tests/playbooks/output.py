"""A playbook that writes down what a role would ask AWS for, as JSON in the file `output`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def written(playbook: str, folder: Path, **settings: Any) -> dict[str, Any]:
    """What it has written with these settings; `playbook` is its folder below tests/playbooks."""
    output = folder / "output.json"
    extra = json.dumps({**settings, "output": str(output)})
    command = [str(Path(sys.executable).with_name("ansible-playbook")), f"tests/playbooks/{playbook}/playbook.yml"]
    command += ["-e", extra]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False, timeout=600
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return dict(json.loads(output.read_text()))

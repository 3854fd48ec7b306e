"""Every result of every task of a run, and two runs of them compared."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.embedded_aws import ROOT

CALLBACKS = "airflow.fargate.deployment_summary,airflow.fargate.module_server,record"

# What is another's in every run: ids that AWS makes up, times, addresses, ports and digests.
VARYING = re.compile(
    r"""
    [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    | \d{4}-\d\d-\d\dT[\d:.+Z-]+
    | (?<=^ip)(-\d{1,3}){4}
    | \d{1,3}(\.\d{1,3}){3}
    | (?<=127\.0\.0\.1:)\d+
    | \b([0-9a-f]{2}:){5}[0-9a-f]{2}\b
    | (?<=\bdb-)[0-9A-Z]{20}\b
    | (?<=/)[0-9a-z]{16}\b
    | \b[0-9a-f]{8,}\b
    """,
    re.VERBOSE,
)
SECRET_SUFFIX = re.compile(r"(?<=-)[0-9a-zA-Z]{6}$")
# What containers say, when and how often AWS was asked. A rollout of workers is waited for until the new tasks are
# healthy: ECS may or may not have noted its end by then.
INCIDENTAL = {
    *("logs", "log_lines", "events", "http_headers", "attempts", "seconds", "start", "end", "delta"),
    *("rollout_state", "rollout_state_reason"),
}


def recording(file: Path) -> dict[str, str]:
    """Ansible's settings that write every result to a file."""
    file.unlink(missing_ok=True)
    return {
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": CALLBACKS,
        "RECORD_FILE": str(file),
    }


def steady(value: Any) -> Any:
    """Without what is another's in every run."""
    if isinstance(value, Mapping):
        found = {key: type(item).__name__ if key in INCIDENTAL else steady(item) for key, item in value.items()}
        # The order of a group's subnets is that of their ids.
        return {key: sorted(item, key=json.dumps) if key == "subnets" else item for key, item in found.items()}
    if isinstance(value, list):
        return [steady(item) for item in value]
    if isinstance(value, str):
        return VARYING.sub("*", SECRET_SUFFIX.sub("*", value) if ":secret:" in value else value)
    return "*" if isinstance(value, float) or (isinstance(value, int) and value > 10**6) else value


def results(file: Path, environment: str) -> dict[str, list[Any]]:
    """Results by host and task, in their order; hosts overtake each other."""
    found: dict[str, list[Any]] = {}
    # Glue knows it with underscores.
    text = (
        file.read_text().replace(environment, "<environment>").replace(environment.replace("-", "_"), "<environment>")
    )
    for line in text.splitlines():
        entry = json.loads(line)
        found.setdefault(f"{entry['host']}: {entry['task']}", []).append([entry["event"], steady(entry["result"])])
    return found

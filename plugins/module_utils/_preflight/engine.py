# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The container engine that builds and pushes the image."""

from __future__ import annotations

import shutil
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_SETTING = "airflow_container_engine"
_CANDIDATES = ("docker", "podman")

# Runs a command: exit code, standard output, standard error.
Run = t.Callable[[list[str]], tuple[int, str, str]]


def check_engine(engine: str, run: Run) -> t.Iterator[Problem]:
    """An engine that is there and answers; without a name docker or podman."""
    candidates = [engine] if engine else list(_CANDIDATES)
    found = [path for candidate in candidates if (path := shutil.which(candidate))]
    if not found:
        why = "there is no such program" if engine else f"neither {' nor '.join(_CANDIDATES)} is installed"
        yield Problem(_SETTING, engine, why, "install Docker or Podman, or set it to the path of one")
        return
    answers = []
    for path in found:
        # Needs Docker's daemon. Podman has none, and what asks for its storage may wait seconds for busy containers.
        code, _output, error = run([path, "version"])
        if code == 0:
            return
        answers.append(f"{path} says {_last_line(error) or f'nothing, exit code {code}'}")
    fix = "start it (systemctl start docker), or let this user use it"
    yield Problem(_SETTING, engine, f"the container engine does not run: {'; '.join(answers)}", fix)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""

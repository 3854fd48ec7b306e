# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The build context of the image: the lock, the DAGs, the CA bundle."""

from __future__ import annotations

import os
import pathlib
import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_CONTEXT = "airflow_image_context"
_LOCK_COMMAND = "uv pip compile --generate-hashes --no-emit-index-url requirements.in -o requirements.txt"
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")


def check_context(airflow_image_context: str) -> t.Iterator[Problem]:
    """What a build needs before it begins."""
    context = pathlib.Path(airflow_image_context)
    if not (context / "Containerfile").is_file():
        fix = "point it to a folder like files/image of the collection"
        yield Problem(_CONTEXT, airflow_image_context, "there is no Containerfile in it", fix)
        return
    yield from check_lock(context)
    if not any(is_dag_file(path) for path in _files(context / "dags")):
        fix = "put a Python file that defines a DAG into it"
        yield Problem(_CONTEXT, str(context / "dags"), "there is no DAG in this folder", fix)


def check_lock(context: pathlib.Path) -> t.Iterator[Problem]:
    """requirements.txt: there, with every version pinned and hashed, and not older than requirements.in."""
    lock = context / "requirements.txt"
    fix = f"lock the requirements again, in {context}: {_LOCK_COMMAND}"
    try:
        requirements = list(read_requirements(lock.read_text("utf-8")))
        wanted = list(read_requirements((context / "requirements.in").read_text("utf-8")))
    except (OSError, UnicodeError) as error:
        why = f"the lock cannot be read: {error}"
        yield Problem(_CONTEXT, str(lock), why, fix)
        return
    unpinned = [line.split()[0] for line in requirements if "==" not in line or "--hash=" not in line]
    if unpinned:
        yield Problem(_CONTEXT, str(lock), f"not pinned with a hash: {', '.join(unpinned[:5])}", fix)
    names = {requirement_name(line) for line in requirements}
    if "apache-airflow" not in names:
        yield Problem(_CONTEXT, str(lock), "the lock does not hold apache-airflow", fix)
    missing = sorted({requirement_name(line) for line in wanted} - names - {"apache-airflow"})
    if missing:
        yield Problem(_CONTEXT, str(lock), f"in requirements.in, but not in the lock: {', '.join(missing)}", fix)


def read_requirements(text: str) -> t.Iterator[str]:
    """The requirements of a file: lines joined, without comments and options."""
    joined = re.sub(r"\\\r?\n", " ", text)
    for line in joined.splitlines():
        requirement = re.sub(r"(^|\s)#.*", "", line).strip()
        if requirement and not requirement.startswith("-"):
            yield requirement


def requirement_name(requirement: str) -> str:
    """The project's name, normalised as package indexes do."""
    match = _REQUIREMENT.match(requirement)
    return re.sub(r"[-_.]+", "-", match["name"]).lower() if match else requirement


def is_dag_file(path: pathlib.Path) -> bool:
    """What Airflow's own safe mode looks for; an archive may hold anything."""
    if path.suffix == ".zip":
        return True
    if path.suffix != ".py":
        return False
    content = path.read_bytes().lower()
    return b"dag" in content and b"airflow" in content


def check_ca_bundle(airflow_build_ca_bundle: t.Any) -> t.Iterator[Problem]:
    """A file that can be read, or nothing."""
    if airflow_build_ca_bundle and not os.access(str(airflow_build_ca_bundle), os.R_OK):
        fix = "name a PEM file, or empty it; it begins as SSL_CERT_FILE of the environment"
        yield Problem("airflow_build_ca_bundle", airflow_build_ca_bundle, "this file cannot be read", fix)


def _files(folder: pathlib.Path) -> t.Iterator[pathlib.Path]:
    # As Airflow does, through links too: DAG folders are often linked in.
    for parent, _folders, names in os.walk(folder, followlinks=True):
        for name in names:
            yield pathlib.Path(parent, name)


RULES = (check_context, check_ca_bundle)

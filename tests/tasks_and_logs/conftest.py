"""One embedded AWS and one deployment for the whole session."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.embedded_aws import ROOT, EmbeddedAws, for_tests
from tests.e2e.playbooks import Environment

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def folder() -> Path:
    """Kept after the session, for the logs."""
    result = ROOT / ".cache/tasks-and-logs"
    for name in ("inventories", "image"):
        shutil.rmtree(result / name, ignore_errors=True)
    result.mkdir(parents=True, exist_ok=True)
    return result


@pytest.fixture(scope="session")
def aws(folder: Path) -> Iterator[EmbeddedAws]:
    instance = for_tests(folder)
    instance.command("stop")  # what an interrupted session has left
    (instance.state / "requests.jsonl").unlink(missing_ok=True)
    instance.command("start")
    yield instance
    instance.command("stop")


@pytest.fixture(scope="session")
def environment(folder: Path, aws: EmbeddedAws) -> Environment:
    """Deployed, with the DAGs of these tests in the image."""
    shutil.copytree(ROOT / "files/image", folder / "image")
    shutil.copytree(HERE / "dags", folder / "image/dags", dirs_exist_ok=True)
    result = Environment.create("e2e-tasks", folder, aws)
    with (result.inventory / "group_vars/airflow.yml").open("a") as settings:
        settings.write(yaml.safe_dump({"airflow_image_context": str(folder / "image")}))
    result.deploy()
    return result

"""Which engine and which image are tested; the image is built with the same code as by the `image` role."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from ansible_collections.airflow.fargate.plugins.module_utils._ecr import context
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.engine import Build, find_engine

CHECKOUT = Path(__file__).resolve().parents[2]
IMAGE_CONTEXT = CHECKOUT / "files/image"


def engine_command() -> str:
    """IMAGE_ENGINE, the engine of the embedded AWS, or what the machine has."""
    local = Path(os.environ.get("LOCAL_AWS_STATE_DIR", CHECKOUT / ".local-aws")) / "engine"
    wanted = os.environ.get("IMAGE_ENGINE") or (str(local) if local.exists() else None)
    return find_engine(_run, wanted).command


def build_image(command: str) -> str:
    """The image of this checkout, built with the same code as the `image` role unless it is there already."""
    engine = find_engine(_run, command)
    files = context.list_files(IMAGE_CONTEXT)
    content = context.content_hash(IMAGE_CONTEXT, files, "Containerfile", {}, None)
    name = f"localhost/airflow-image-test:{content[: context.TAG_LENGTH]}"
    if not engine.has(name, content):
        with tempfile.TemporaryDirectory() as folder:
            context.copy_context(IMAGE_CONTEXT, files, Path(folder))
            ca_bundle = os.environ.get("SSL_CERT_FILE")
            engine.build(Build(name, content, Path(folder), "Containerfile", {}, ca_bundle, None))
    return name


def _run(command: list[str], data: str | None = None) -> tuple[int, str, str]:
    done = subprocess.run(command, input=data, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr

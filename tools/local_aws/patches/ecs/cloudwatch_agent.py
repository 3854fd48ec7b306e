"""The CloudWatch agent beside another container.

Its image cannot be had everywhere, and it would not find this endpoint: a stand-in runs in its place, in the image of
the container that it stands beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[2] / "stand_ins/cloudwatch_agent.py"
IMAGE = "/cloudwatch-agent:"


def with_stand_in(definitions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The container definitions, with the stand-in where one of them is the agent and another one is not."""
    definitions = list(definitions)
    image = next((item["image"] for item in definitions if IMAGE not in item["image"]), None)
    if image is None:
        return definitions
    program = {"image": image, "entryPoint": ["python3", "-c", PROGRAM.read_text(encoding="utf-8")], "command": []}
    return [{**item, **program} if IMAGE in item["image"] else item for item in definitions]

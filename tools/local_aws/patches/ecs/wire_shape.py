"""Records as the API shows them: without what starts with an underscore, and without what has no value.

ministack: walks through the record itself, and fails when a thread changes it meanwhile.
"""

from __future__ import annotations

from typing import Any


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        # Copying is one step of the interpreter; walking is not.
        return {key: shape(item) for key, item in dict(value).items() if not key.startswith("_") and item is not None}
    if isinstance(value, list):
        return [shape(item) for item in list(value)]
    return value


def install() -> None:
    from ministack.services import ecs

    ecs._sanitize = shape

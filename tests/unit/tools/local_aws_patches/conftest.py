"""What patches ministack can be imported here, where ministack is not installed: it is there and does nothing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import MagicMock

import pytest


@pytest.fixture(scope="session")
def patched() -> Iterator[Callable[[str], Any]]:
    """Imports a module of the patches by its name below them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("", ".core", ".core.concurrency", ".core.responses", ".services"):
            patch.setitem(sys.modules, f"ministack{name}", MagicMock())
        yield lambda name: importlib.import_module(f"tools.local_aws.patches.{name}")

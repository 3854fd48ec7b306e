"""The instance the patches are installed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.local_aws.settings import Settings

_installed: list[Settings] = []


def use(settings: Settings) -> None:
    _installed[:] = [settings]


def settings() -> Settings:
    """Settings of the running instance; patches are installed once per process."""
    return _installed[0]

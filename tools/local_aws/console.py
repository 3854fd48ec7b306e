"""What the user sees: short lines, and errors that say how to go on."""

from __future__ import annotations


class LocalAwsError(Exception):
    """Something the user has to know; the message includes the fix."""


def title(text: str) -> None:
    print(text, flush=True)


def say(topic: str, text: str) -> None:
    print(f"  {topic:<10} {text}", flush=True)

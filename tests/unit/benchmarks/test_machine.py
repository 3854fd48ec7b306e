"""What the machine says about itself."""

from __future__ import annotations

from benchmarks.machine import describe, first


def test_first_match_without_double_spaces() -> None:
    assert first(r"^model name\s*: (.+)$", "x: y\nmodel name\t: A  Processor\nmodel name\t: B\n") == "A Processor"
    assert first(r"^no: (.+)$", "x: y") == "unknown"


def test_machine() -> None:
    machine = describe("podman version 5")
    assert machine["cores"] >= 1
    assert machine["memory_gib"] >= 1
    assert machine["ansible-core"].startswith("2.")

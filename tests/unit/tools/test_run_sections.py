from __future__ import annotations

from collections import Counter

import pytest

from tools.run_sections import Section, describe, lanes_of, pytest_counts


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("12 passed in 0.50s", {"passed": 12}),
        ("===== 2 failed, 10 passed, 1 warning in 61.20s (0:01:01) =====", {"failed": 2, "passed": 10, "warning": 1}),
        ("\x1b[32m==== \x1b[1m3 passed\x1b[0m in 1.00s ====\x1b[0m", {"passed": 3}),
        ("3 passed the examination in 1 year", {}),
    ],
)
def test_closing_line_is_counted(line: str, counts: dict[str, int]) -> None:
    assert pytest_counts(["collected 12 items\n", f"{line}\n"]) == counts


def test_gate_without_tests_counts_as_one() -> None:
    assert Section("lint", passed=True, seconds=1).outcome() == {"passed": 1}
    assert Section("lint", passed=False, seconds=1).outcome() == {"failed": 1}


def test_passed_tests_do_not_hide_a_failed_section() -> None:
    crashed_afterwards = Section("unit", passed=False, seconds=1, counts=Counter(passed=5))
    assert crashed_afterwards.outcome() == {"passed": 5, "failed": 1}
    failed = Section("unit", passed=False, seconds=1, counts=Counter(passed=5, failed=2))
    assert failed.outcome() == {"passed": 5, "failed": 2}


def test_failures_are_named_first() -> None:
    assert describe(Counter(warning=1, passed=5, failed=2)) == "2 failed, 5 passed, 1 warning"


def test_lanes_are_divided_by_two_hyphens() -> None:
    assert lanes_of(["unit", "lint"]) == [["unit", "lint"]]
    assert lanes_of(["unit", "lint", "--", "e2e"]) == [["unit", "lint"], ["e2e"]]
    assert lanes_of(["--", "e2e"]) == [["e2e"]]

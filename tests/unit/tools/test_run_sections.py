from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tools import run_sections
from tools.run_sections import Section, describe, pytest_counts


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


@pytest.fixture
def makefile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Targets that tell where their embedded AWS is; `meets` succeeds only if another runs at the same time."""
    (tmp_path / "Makefile").write_text(
        "tells%:\n\t@echo aws $$LOCAL_AWS_PORT $$LOCAL_AWS_STATE_DIR\n"
        "fails:\n\t@false\n"
        "meets%:\n\t@touch $@; for i in $$(seq 600); do ls meets1 meets2 && exit; sleep 0.1; done; exit 1\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_sections, "ROOT", tmp_path)
    for name in ("LOCAL_AWS_PORT", "LOCAL_AWS_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("makefile")
def test_everything_runs_whatever_fails() -> None:
    sections = run_sections.run_all(["fails", "tells1"], lanes=1)
    assert [(section.target, section.passed) for section in sections] == [("fails", False), ("tells1", True)]
    assert sections[1].last_lines == ["aws\n"]


@pytest.mark.usefixtures("makefile")
def test_lanes_run_side_by_side() -> None:
    assert [section.passed for section in run_sections.run_all(["meets1", "meets2"], lanes=2)] == [True, True]


@pytest.mark.usefixtures("makefile")
def test_lanes_have_an_embedded_aws_each_and_keep_the_order_of_the_table(tmp_path: Path) -> None:
    targets = [f"tells{number}" for number in range(6)]
    sections = run_sections.run_all(targets, lanes=2)
    assert [section.target for section in sections] == targets
    told = {line for section in sections for line in section.last_lines}
    folders = {line.split()[-1] for line in told}
    assert folders <= {str(tmp_path / ".cache" / f"lane-{lane}/aws") for lane in range(2)}
    assert len(told) == len(folders)


@pytest.mark.usefixtures("makefile")
def test_only_some_begin_before_the_first_one_has_ended(tmp_path: Path) -> None:
    """`meets1` ends once `meets2` runs, and `needs` fails unless `meets1` has ended."""
    with (tmp_path / "Makefile").open("a") as file:
        file.write("first: meets1\n\t@touch made\nneeds%:\n\t@test -e made\n")
    sections = run_sections.run_all(["needs1", "needs2"], lanes=3, first="first", meanwhile=["meets2", "tells1"])
    assert [section.target for section in sections] == ["first", "needs1", "needs2", "meets2", "tells1"]
    assert all(section.passed for section in sections)


@pytest.mark.usefixtures("makefile")
def test_the_rest_runs_although_the_first_one_failed() -> None:
    sections = run_sections.run_all(["tells1"], lanes=2, first="fails")
    assert [section.passed for section in sections] == [False, True]

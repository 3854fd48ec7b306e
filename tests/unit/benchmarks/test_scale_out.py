"""What the benchmark of scale-out prints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from benchmarks.scale_out import seconds_since_queued, table

QUEUED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_stages_count_from_the_first_queued_task() -> None:
    marks = {"first task": QUEUED + timedelta(seconds=31), "queued": QUEUED, "alarm": QUEUED + timedelta(seconds=12.5)}
    assert seconds_since_queued(marks) == {"queued": 0, "alarm": 12.5, "first task": 31}


def test_both_modes_stand_side_by_side() -> None:
    lines = table(
        {
            "exact": {"seconds": {"queued": 0, "published": 4, "alarm": 12}, "steps": [5]},
            "target_tracking": {"seconds": {"queued": 0}, "steps": [1, 3]},
        }
    ).splitlines()
    assert lines[0] == "| mode | queued | published | alarm | desired | running | first task | steps |"
    assert lines[2] == "| exact | 0.0 s | 4.0 s | 12.0 s | nan s | nan s | nan s | [5] |"
    assert lines[3].endswith("| [1, 3] |")

"""The page and the promises, from results."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.__main__ import merged
from benchmarks.report import AT_LEAST, AT_MOST, kept, page, promises, ratio, seconds, summary, table


def run(wall: float, **more: Any) -> dict[str, Any]:
    return {
        "wall": wall,
        "cpu": wall / 2,
        "calls": 100,
        "by_service": {"ecs": 60, "ec2": 40},
        "by_module": {"airflow.fargate.ecs_service": 100},
        "repeated_reads": {},
        **more,
    }


def both(ours: float, stock: float) -> dict[str, Any]:
    return {"ours": run(ours), "stock": run(stock)}


def quiet(ours: float, stock: float) -> dict[str, Any]:
    return {**both(ours, stock), "mitogen": run(stock / 2), "floor": run(1.5), "floor_8": run(1.0)}


def results() -> dict[str, Any]:
    return {
        "date": "2026-01-02",
        "machine": {
            "cores": 2,
            "cpu": "A Processor",
            "memory_gib": 8,
            "python": "3.11.7",
            "ansible-core": "2.19.4",
            "boto3": "1.44.5",
            "engine": "podman version 5.0",
        },
        "runs": {
            "no_change": quiet(10, 52),
            "check": both(11, 50),
            "one_service": both(40, 90),
            "first_deploy": {"ours": run(125)},
            "destroy": {"ours": run(30)},
        },
        "latency": {"milliseconds": 80, "no_change": quiet(20, 64)},
        "growth": {"pools": {"6": run(10), "20": run(12), "50": run(31)}},
        "image": {
            "cold": {"wall": 70},
            "warm": {"wall": 5},
            "start_to_healthy": 17.5,
            "size_mib": 800,
        },
        "critical_path": {
            "scale": 20,
            "creation_seconds": {"rds": 360.0, "elasticache": 480.0, "elbv2": 120.0},
            "image_seconds": 15.2,
            "run": run(110),
            "beyond_slowest": 86.0,
            "took": "1 min 50 s (Wait for the broker 20 s)",
        },
    }


def test_seconds_as_people_read_them() -> None:
    assert [seconds(value) for value in (1.26, 59.4, 59.96, 60, 566)] == [
        "1.3 s",
        "59.4 s",
        "1 min 00 s",
        "1 min 00 s",
        "9 min 26 s",
    ]


def test_ratio() -> None:
    assert ratio(52, 10) == 5.2


def test_numbers_stand_to_the_right() -> None:
    assert table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


@pytest.mark.parametrize(
    ("value", "bound", "limit", "expected"),
    [(4, AT_LEAST, 4, True), (3.9, AT_LEAST, 4, False), (15, AT_MOST, 15, True), (15.1, AT_MOST, 15, False)],
)
def test_limits(value: float, bound: str, limit: float, expected: bool) -> None:
    assert kept(value, bound, limit) is expected


def test_promises_are_held_against_what_was_measured() -> None:
    assert [(value, limit) for _what, value, _bound, limit in promises(results())] == [
        (5.2, 4),
        (10, 15),
        (0, 0),
        (3.2, 3),
        (3.1, 3),
        (86.0, 120),
    ]


def test_a_broken_promise_is_marked() -> None:
    marked = [line for line in summary(results()).splitlines() if line.startswith("MISS")]
    assert len(marked) == 1
    assert "50 pools in times of 6" in marked[0]


def test_a_read_made_twice_breaks_a_promise() -> None:
    measured = results()
    measured["runs"]["no_change"]["ours"]["repeated_reads"] = {"airflow.fargate.x ecs:DescribeServices": 2}
    assert "MISS  no change: repeated reads" in summary(measured)
    assert "airflow.fargate.x ecs:DescribeServices (2)" in page(measured)


def test_the_page_tells_the_numbers() -> None:
    text = page(results())
    assert "on 2 cores\n(A Processor) and 8 GiB" in text
    assert "| Nothing to change | 10.0 s | 52.0 s | 5.2 |" in text
    assert "| First deployment | 2 min 05 s |  |  |" in text
    assert "50 pools take 3.1 times as long as 6" in text
    assert "which is 1 min 26 s more than the slowest" in text
    assert "the slowest is 8 min 00 s, that makes 9 min 26 s." in text
    assert '"Took: 1 min 50 s (Wait for the broker 20 s)"' in text


def test_a_group_that_was_not_measured_is_left_out() -> None:
    measured = results()
    del measured["growth"]
    assert "## Worker pools" not in page(measured)
    assert len(promises(measured)) == 5


def test_groups_of_the_same_machine_stay() -> None:
    now = {"machine": {"cores": 2}, "growth": "new"}
    assert merged({"machine": {"cores": 2}, "growth": "old", "runs": "old"}, now) == {**now, "runs": "old"}
    assert merged({"machine": {"cores": 4}, "runs": "old"}, now) == now
    assert merged({}, now) == now
    assert merged(now, {"date": "2026-01-02"}) == now

"""Which task made which call, and what was asked twice."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.calls import Call, Task, attribute, count, repeated_reads, tasks

OURS, STOCK = "airflow.fargate.ecr_image", "amazon.aws.iam_role"


def request(operation: str, read_only: bool = True, source: str = "host", **parameters: str) -> dict[str, Any]:
    return {
        "service": "ecr",
        "operation": operation,
        "read_only": read_only,
        "source": source,
        "parameters": parameters,
    }


def call(module: str, operation: str, read_only: bool = True, **parameters: str) -> Call:
    return Call(Task("a task", module, 0, 0, 0, 0), request(operation, read_only, **parameters))


def test_a_task_lasts_until_the_next_one() -> None:
    lines = [
        '{"task": "one", "module": "a.b.c", "time": 10.0, "offset": 5}',
        '{"task": "two", "module": "a.b.d", "time": 12.5, "offset": 9}',
        '{"task": "", "module": "", "time": 13.0, "offset": 9}',
    ]
    assert tasks(lines) == [Task("one", "a.b.c", 0.0, 2.5, 5, 9), Task("two", "a.b.d", 2.5, 0.5, 9, 9)]


def test_a_call_belongs_to_the_task_it_lies_in() -> None:
    lines = [json.dumps(request(name)).encode() + b"\n" for name in ("First", "Second", "Third")]
    start, one = 100, len(lines[0])
    known = [
        Task("one", "a.b.c", 0, 1, start, start + one),
        Task("two", "a.b.d", 1, 1, start + one, start + one + len(lines[1])),
    ]
    calls = attribute(b"".join(lines), start, known)
    assert [(call.module, call.operation) for call in calls] == [
        ("a.b.c", "ecr:First"),
        ("a.b.d", "ecr:Second"),
        ("", "ecr:Third"),
    ]


def test_calls_of_containers_are_not_the_runs() -> None:
    log = json.dumps(request("Read", source="task")).encode() + b"\n"
    assert attribute(log, 0, []) == []


def test_the_most_frequent_comes_first() -> None:
    assert list(count(["b", "a", "c", "c"]).items()) == [("c", 2), ("a", 1), ("b", 1)]


def test_the_same_read_counts_from_its_second_time() -> None:
    calls = [call(OURS, "DescribeImages", name=name) for name in ("x", "y", "x", "x")]
    assert repeated_reads(calls) == {f"{OURS} ecr:DescribeImages": 2}


def test_what_a_write_may_have_changed_may_be_read_again() -> None:
    calls = [call(OURS, "DescribeImages"), call(OURS, "PutImage", read_only=False), call(OURS, "DescribeImages")]
    assert repeated_reads(calls) == {}


def test_stock_modules_are_not_ours_to_judge() -> None:
    assert repeated_reads([call(STOCK, "DescribeImages")] * 2) == {}

"""What the drill counts, and what makes it fail."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.drill import Outcome, Step
from benchmarks.scale_in import result, table
from benchmarks.steady_load import Verdict, judge

RUN = "manual__2026-11-30T00:39:54.027825+00:00_x"


def instance(index: int = 0, state: str = "success", tries: int = 1) -> dict[str, Any]:
    return {"dag_run_id": RUN, "map_index": index, "state": state, "try_number": tries}


def told(event: str, index: int = 0) -> str:
    return f'{{"timestamp": "x", "event": "steady load: {event} {RUN} {index}", "logger": "unusual_prefix"}}'


def test_tasks_that_began_and_ended_once() -> None:
    lines = [told("began"), told("ended"), told("began", 1), "something else", told("ended", 1)]
    assert judge([instance(), instance(1)], lines) == Verdict(tasks=2, killed=0, twice=0, lost=0)


@pytest.mark.parametrize(
    ("seen", "lines", "killed", "twice", "lost"),
    [
        (instance(state="failed"), ["began"], 1, 0, 0),
        # Airflow calls it a success, but it never came to its end.
        (instance(), ["began"], 1, 0, 0),
        (instance(tries=2), ["began", "began", "ended"], 1, 1, 0),
        (instance(), ["began", "began", "ended", "ended"], 0, 1, 0),
        (instance(state="failed"), [], 0, 0, 1),
    ],
)
def test_what_must_not_be(seen: dict[str, Any], lines: list[str], killed: int, twice: int, lost: int) -> None:
    verdict = judge([seen], [told(line) for line in lines])
    assert verdict == Verdict(1, killed, twice, lost)
    assert not verdict.clean


def test_nothing_done_proves_nothing() -> None:
    assert not judge([], []).clean


def test_the_table_names_every_number() -> None:
    steps = [Step("scale-in to 1", 10), Step("deploy", 20), Step("scale-in to 0", 30)]
    outcome = Outcome(steps, Verdict(42, 0, 0, 0), left_over=0)
    values = result(outcome)

    assert outcome.clean
    assert (values["scale_ins"], values["deploys"], values["median_seconds"]) == (2, 1, {"scale-in": 20, "deploy": 20})
    lines = table(values).splitlines()
    assert [line.split()[-1] for line in lines[:7]] == ["2", "1", "42", "0", "0", "0", "0"]
    assert lines[-1].split("  ")[0] == "deploy, longest seconds"


def test_a_worker_that_is_left_over_is_a_failure() -> None:
    assert not Outcome([], Verdict(1, 0, 0, 0), left_over=1).clean

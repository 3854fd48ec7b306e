"""Waiting for the tasks that were queued before."""

from __future__ import annotations

import pytest

from airflow_fargate.earlier_tasks import NoAnswer, TasksRemain, described, wait


class Database:
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers: list[str] | NoAnswer) -> None:
        self.answers = list(answers)

    def __call__(self) -> list[str]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, NoAnswer):
            raise answer
        return answer


def test_it_ends_with_the_last_task_and_says_what_it_waits_for(capsys: pytest.CaptureFixture[str]) -> None:
    pauses: list[float] = []
    database = Database(["d.a", "d.b"], ["d.a", "d.b"], NoAnswer("it restarts"), ["d.b"], [])

    assert wait(database, 600, pauses.append) == "every task that was queued before has ended"

    assert len(pauses) == 4
    assert capsys.readouterr().out.splitlines() == [
        "waiting for 2 tasks: d.a, d.b",
        "waiting for an answer of the database: it restarts",
        "waiting for 1 task: d.b",
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(["d.a"], "1 task: d.a"), (NoAnswer("it is gone"), "an answer of the database: it is gone")],
)
def test_it_gives_up_and_says_why(answer: list[str] | NoAnswer, reason: str) -> None:
    with pytest.raises(TasksRemain, match=f"waited 0 s for {reason}"):
        wait(Database(answer), 0)


def test_many_tasks_are_not_all_named() -> None:
    assert described([f"d.{number}" for number in range(7)]) == "7 tasks: d.0, d.1, d.2, d.3, d.4, ..."

"""What is shown while a task runs, and what becomes of it; the modules answer from a script."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.airflow.fargate.plugins.action import ecs_run_task
from ansible_collections.airflow.fargate.plugins.plugin_utils import _terminal

Result = dict[str, Any]
ARN = "arn:aws:ecs:us-east-1:123456789012:task/airflow-x/1"
STARTED: Result = {"changed": True, "tasks": [{"task_arn": ARN}], "request": {"count": 1}}


class Modules(ecs_run_task.ActionModule):
    """The action, without Ansible around it."""

    def __init__(self, answers: list[Any], **arguments: Any) -> None:
        self._task = SimpleNamespace(args={"cluster": "airflow-x", **arguments})
        self.answers = answers
        self.calls: list[tuple[str, Result]] = []

    def _module(self, name: str, **arguments: Any) -> Result:
        self.calls.append((name, arguments))
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return dict(answer)


def news(*lines: str, status: str = "RUNNING", position: str = "f/1", **more: Any) -> Result:
    written = [{"container": "airflow", "message": line} for line in lines]
    return {
        "lines": written,
        "positions": {"airflow": position},
        "task": {"last_status": status},
        "unreadable": [],
        "ended": status == "STOPPED",
        "exit_codes": {},
        "report": "",
        "succeeded": False,
        **more,
    }


END = news("two", status="STOPPED", exit_codes={"airflow": 0}, succeeded=True)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(ecs_run_task.display, "display", lines.append)
    monkeypatch.setattr(_terminal, "write", lines.append)
    return lines


def run(action: Modules) -> Result:
    return action._run(ecs_run_task.Interruption())


def test_lines_are_shown_and_reading_goes_on_where_it_was(shown: list[str]) -> None:
    action = Modules([STARTED, news("one", position="f/7"), END], wait_timeout=60)
    result = run(action)
    assert [line for line in shown if "|" in line] == ["  | one", "  | two"]
    assert result == {
        "changed": True,
        "tasks": [{"last_status": "STOPPED"}],
        "exit_codes": {"airflow": 0},
        "logs": {"airflow": ["one", "two"]},
        "request": {"count": 1},
    }
    assert [name for name, _arguments in action.calls] == ["ecs_run_task", "ecs_task_follow", "ecs_task_follow"]
    assert action.calls[0][1]["wait"] == "none"
    assert action.calls[2][1]["positions"] == {"airflow": "f/7"}
    assert action.calls[2][1]["last_status"] == "RUNNING"


def test_lines_of_several_containers_are_told_apart(shown: list[str]) -> None:
    other = news()
    other["lines"] = [{"container": "sidecar", "message": "three"}, {"container": "airflow", "message": "four"}]
    run(Modules([STARTED, other, END]))
    assert "  | sidecar: three" in shown
    assert "  | airflow: four" in shown


@pytest.mark.parametrize(
    ("task", "headline"),
    [
        ({"last_status": "STOPPED", "stop_code": "TaskFailedToStart"}, "The task could not be started"),
        ({"last_status": "STOPPED", "stop_code": "EssentialContainerExited"}, "The task failed"),
    ],
)
def test_failures(shown: list[str], task: Result, headline: str) -> None:
    ended = news(status="STOPPED", task=task, report="why", exit_codes={"airflow": 3})
    result = run(Modules([STARTED, ended]))
    assert result["failed"]
    assert result["msg"] == f"{headline}.\nwhy"
    assert result["exit_codes"] == {"airflow": 3}


def test_an_exit_code_may_be_none_of_our_business(shown: list[str]) -> None:
    ended = news(status="STOPPED", exit_codes={"airflow": 3})
    assert "failed" not in run(Modules([STARTED, ended], fail_on_exit_code="no"))


def test_a_task_that_takes_too_long_is_stopped(shown: list[str]) -> None:
    stopped = {"task": {"last_status": "STOPPED"}, "exit_codes": {"airflow": 143}, "report": "why"}
    action = Modules([STARTED, stopped], wait_timeout=0)
    result = run(action)
    assert result["msg"] == "The task did not end within 0 s and was stopped.\nwhy"
    assert action.calls[-1] == (
        "ecs_stop_task",
        {"cluster": "airflow-x", "task": ARN, "reason": "Not stopped within 0 s"},
    )


def test_or_left_running(shown: list[str]) -> None:
    result = run(Modules([STARTED], wait_timeout=0, stop_on_timeout=False))
    assert result["msg"] == "The task did not end within 0 s and was left running."
    assert result["failed"]


def test_what_cannot_be_read_is_said_once(shown: list[str]) -> None:
    run(Modules([STARTED, news(unreadable=["airflow"]), {**END, "unreadable": ["airflow"]}]))
    assert sum("does not go to CloudWatch Logs" in line for line in shown) == 1


def test_a_start_that_fails_is_the_result(shown: list[str]) -> None:
    failed = {"failed": True, "msg": "no capacity"}
    assert run(Modules([failed])) == failed


def test_a_look_that_fails_says_what_becomes_of_the_task(shown: list[str]) -> None:
    result = run(Modules([STARTED, {"failed": True, "msg": "Failed to describe tasks"}]))
    assert result["msg"] == f"Failed to describe tasks\nTask {ARN} was left running."
    assert result["changed"]


def test_an_interrupted_run_stops_its_task_and_says_so(shown: list[str]) -> None:
    action = Modules([STARTED, ecs_run_task.Interrupted(), {"report": "exit code 143"}])
    with pytest.raises(AnsibleActionFail, match="was stopped"):
        run(action)
    assert action.calls[-1][0] == "ecs_stop_task"
    assert shown[-2:] == [f"Interrupted: stopping task {ARN} ...", "exit code 143"]


def test_an_interruption_waits_for_the_start() -> None:
    interruption = ecs_run_task.Interruption()
    interruption(2, None)
    with pytest.raises(ecs_run_task.Interrupted):
        interruption.release()


def test_a_second_interruption_does_not_disturb_the_first() -> None:
    interruption = ecs_run_task.Interruption()
    interruption.release()
    with pytest.raises(ecs_run_task.Interrupted):
        interruption(2, None)
    interruption(15, None)
    assert interruption.held

"""Which task a command runs in, and what is said when there is none."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.execute_command import execute, hopeless, ready
from botocore.stub import ANY, Stubber

Make = Callable[..., dict[str, Any]]
Resource = dict[str, Any]
OPTIONS: Resource = {
    "cluster": "airflow-x",
    "service": "scheduler",
    "container": "airflow",
    "command": ["airflow", "info"],
    "agent_timeout": 30,
}


def running(
    make_task: Make, number: int = 1, agent: str | None = "RUNNING", enabled: bool = True, **more: Any
) -> Resource:
    agents = [{"name": "ExecuteCommandAgent", "lastStatus": agent, **more}] if agent else []
    container = {"name": "airflow", "lastStatus": "RUNNING", "runtimeId": f"runtime-{number}", "managedAgents": agents}
    return make_task(
        number,
        lastStatus="RUNNING",
        containers=[container],
        enableExecuteCommand=enabled,
        startedAt=f"2026-11-2{number}",
    )


def finds(stubber: Stubber, *tasks: Resource) -> None:
    arns = [task["taskArn"] for task in tasks]
    stubber.add_response(
        "list_tasks",
        {"taskArns": arns},
        {"cluster": "airflow-x", "serviceName": "scheduler", "desiredStatus": "RUNNING"},
    )
    if tasks:
        described = [{key: value for key, value in task.items() if key != "startedAt"} for task in tasks]
        stubber.add_response(
            "describe_tasks", {"tasks": described}, {"cluster": "airflow-x", "tasks": arns, "include": ["TAGS"]}
        )


def opens(stubber: Stubber) -> None:
    stubber.add_response(
        "execute_command",
        {"session": {"sessionId": "s", "streamUrl": "wss://s", "tokenValue": "t"}},
        {"cluster": "airflow-x", "task": ANY, "container": "airflow", "interactive": True, "command": ANY},
    )


class Terminal:
    """Answers as the shell in the container would; the marker is known once the command was sent."""

    def __init__(self, ecs: Any, printed: str, code: int | None) -> None:
        self.targets: list[str] = []
        self.printed, self.code = printed, code
        self.command = ""
        ecs.meta.events.register_first("provide-client-params.ecs.ExecuteCommand", self.note)

    def note(self, params: Resource, **_more: Any) -> None:
        self.command = params["command"]

    def __call__(self, session: Resource, target: str) -> str:
        assert session["sessionId"] == "s"
        self.targets.append(target)
        marker = shlex.split(shlex.split(self.command)[2])[2]
        end = "" if self.code is None else f"\n{marker}-end {self.code}\n"
        return f"{marker}-begin\n{self.printed}{end}"


def test_output_of_the_command(ecs: Any, stubber: Stubber, make_task: Make) -> None:
    finds(stubber, running(make_task))
    opens(stubber)
    terminal = Terminal(ecs, "Apache Airflow\nversion 3", 0)
    result = execute(ecs, terminal, OPTIONS, check_mode=False)
    assert (result["rc"], result["stdout_lines"]) == (0, ["Apache Airflow", "version 3"])
    assert terminal.targets == [f"ecs:airflow-x_{1:032d}_runtime-1"]


@pytest.mark.parametrize(("code", "message"), [(7, "exit code 7"), (None, "session ended before the command")])
def test_failures_keep_the_output(ecs: Any, stubber: Stubber, make_task: Make, code: int | None, message: str) -> None:
    finds(stubber, running(make_task))
    opens(stubber)
    with pytest.raises(AnsibleECSError, match=message) as caught:
        execute(ecs, Terminal(ecs, "out", code), OPTIONS, check_mode=False)
    assert caught.value.kwargs["rc"] == code
    assert caught.value.kwargs["stdout"] == "out"


def test_check_mode_opens_no_session(ecs: Any, stubber: Stubber, make_task: Make) -> None:
    finds(stubber, running(make_task))
    result = execute(ecs, Terminal(ecs, "", 0), OPTIONS, check_mode=True)
    assert result["changed"]
    assert "rc" not in result


def test_an_agent_that_starts_is_waited_for(ecs: Any, stubber: Stubber, make_task: Make) -> None:
    finds(stubber)
    finds(stubber, running(make_task, agent="PENDING"))
    finds(stubber, running(make_task))
    opens(stubber)
    assert execute(ecs, Terminal(ecs, "", 0), OPTIONS, check_mode=False)["rc"] == 0


@pytest.mark.parametrize(
    ("agents", "enabled", "message"),
    [
        ([None], False, "ECS Exec is off in the running tasks of scheduler"),
        (["STOPPED", "STOPPED"], True, "has stopped"),
    ],
)
def test_what_cannot_become_better_says_what_to_do(
    make_task: Make, agents: list[str | None], enabled: bool, message: str
) -> None:
    tasks = [running(make_task, number, agent, enabled) for number, agent in enumerate(agents)]
    reason = hopeless(tasks, "airflow", "scheduler")
    assert message in reason
    assert """--limit scheduler -e '{"airflow_force_new_deployment": true}'""" in reason


def test_one_agent_that_may_yet_start_is_hope(make_task: Make) -> None:
    tasks = [running(make_task, 1, "STOPPED"), running(make_task, 2, "PENDING")]
    assert hopeless(tasks, "airflow", "scheduler") == ""


def test_a_container_that_is_not_there(make_task: Make) -> None:
    assert "has no container statsd; it has airflow" in hopeless([running(make_task)], "statsd", "scheduler")


def test_the_newest_task_is_taken(make_task: Make) -> None:
    tasks = [running(make_task, 1), running(make_task, 3), running(make_task, 2), running(make_task, 4, "PENDING")]
    assert ready(tasks, "airflow") == tasks[1]


@pytest.mark.parametrize(
    ("agent", "message"), [("PENDING", "agent is PENDING in the 1 tasks"), ("", "no running task")]
)
def test_waiting_ends(ecs: Any, make_task: Make, agent: str, message: str) -> None:
    with Stubber(ecs) as stubber:
        for _look in range(2):
            finds(stubber, *([running(make_task, agent=agent)] if agent else []))
        with pytest.raises(AnsibleECSError, match=message):
            execute(ecs, Terminal(ecs, "", 0), {**OPTIONS, "agent_timeout": 0.4}, check_mode=False)

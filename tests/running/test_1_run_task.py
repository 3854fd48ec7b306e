"""playbooks/run_task.yml: the right result and the right message, whatever becomes of the task."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import uuid
from typing import Any

from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run, wait_until

PLAYBOOK = "playbooks/run_task.yml"
TASK = re.compile(r"^Task ([0-9a-f-]{32,36}) of ", re.MULTILINE)


def run_task(environment: Environment, *arguments: str, **variables: Any) -> Run:
    return environment.play("-e", json.dumps(variables), *arguments, playbook=PLAYBOOK)


def described(environment: Environment, run: Run) -> dict[str, Any]:
    """The task that the run tells of."""
    found = TASK.search(run.output)
    assert found, run
    (task,) = environment.aws.client("ecs").describe_tasks(cluster=environment.prefix, tasks=[found[1]])["tasks"]
    return dict(task)


def lines(run: Run) -> list[str]:
    """What the task wrote."""
    return re.findall(r"^  \| (.*)$", run.output, re.MULTILINE)


def failure(run: Run) -> str:
    """What the run says about its failure, without the line breaks of the terminal."""
    assert run.code == 2, run
    return " ".join(run.output.partition("fatal: [aws]")[2].split())


def test_a_command_of_airflow_as_text(environment: Environment) -> None:
    run = environment.play("-e", "command='users list'", playbook=PLAYBOOK)
    assert run.code == 0, run
    assert any("admin@example.com" in line for line in lines(run)), run
    assert "exit code 0" in run.output


def test_quotes_and_spaces_are_kept_and_overrides_arrive(environment: Environment) -> None:
    words = ["two  words", "it's", '"quoted"']
    code = "import os, sys; print(sys.argv[1:], os.environ['GREETING'])"
    run = run_task(
        environment,
        command=f"""python -c "{code}" 'two  words' "it's" '"quoted"' """,
        cpu=1024,
        memory=2048,
        ephemeral_storage=30,
        capacity_provider="FARGATE_SPOT",
        variables={"GREETING": "good morning"},
    )
    assert run.code == 0, run
    assert lines(run) == [f"{words} good morning"]
    task = described(environment, run)
    assert (task["cpu"], task["memory"], task["capacityProviderName"]) == ("1024", "2048", "FARGATE_SPOT")
    assert task["ephemeralStorage"] == {"sizeInGiB": 30}


def test_an_exit_code_fails_the_play(environment: Environment) -> None:
    message = failure(run_task(environment, command="false"))
    assert "exit code 1" in message
    assert "Essential container in task exited" in message


def test_a_task_that_takes_too_long_is_stopped(environment: Environment) -> None:
    run = run_task(environment, command="sleep 600", time_limit=8)
    assert "did not end within 8 s and was stopped" in failure(run)
    task = described(environment, run)
    assert (task["lastStatus"], task["stoppedReason"]) == ("STOPPED", "Not stopped within 8 s")


def test_a_size_that_does_not_exist_is_refused_before_the_call(environment: Environment) -> None:
    mark = environment.aws.mark()
    message = failure(run_task(environment, command="true", cpu=512, memory=8192))
    assert "512 CPU units go with 1024 to 4096 in steps of 1024 MiB" in message
    assert "8192 MiB go with 1024 or 2048 or 4096 CPU units" in message
    assert "ecs:RunTask" not in environment.aws.calls(mark)


def test_an_image_that_is_not_there_is_named(environment: Environment) -> None:
    definitions = environment.aws.client("ecs")
    family = definitions.describe_task_definition(taskDefinition=f"{environment.prefix}-standalone")
    image = family["taskDefinition"]["containerDefinitions"][0]["image"]
    run = run_task(environment, command="true", task_definition_image=f"{image.rpartition(':')[0]}:missing")
    message = failure(run)
    assert "The task could not be started" in message
    assert "CannotPullContainerError" in message
    assert ":missing" in message


def test_a_plan_shows_the_request_and_writes_nothing(environment: Environment) -> None:
    mark = environment.aws.mark()
    run = run_task(environment, "--check", command="users list", memory=4096, variables={"WORD": "not shown"})
    assert run.code == 0, run
    assert environment.aws.writes(mark) == []
    for part in ("airflow", "users", "list", "memory: '4096'", "WORD"):
        assert part in run.output
    assert "not shown" not in run.output


def test_nobody_waits_when_told_so(environment: Environment) -> None:
    run = run_task(environment, command="sleep 600", wait=False)
    assert run.code == 0, run
    found = re.search(r"Task (\S+) was started", run.output)
    assert found, run
    ecs = environment.aws.client("ecs")
    (task,) = ecs.describe_tasks(cluster=environment.prefix, tasks=[found[1]])["tasks"]
    assert task["desiredStatus"] == "RUNNING"
    ecs.stop_task(cluster=environment.prefix, task=found[1])


def test_what_is_no_command_is_refused(environment: Environment) -> None:
    mark = environment.aws.mark()
    run = run_task(environment, command="bash -c 'unfinished")
    assert "No closing quotation" in failure(run)
    assert "ecs:RunTask" not in environment.aws.calls(mark)


class Watched:
    """A run whose output is read while it runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: list[str] = []
        self._reader = threading.Thread(target=lambda: self._lines.extend(process.stdout or ()))
        self._reader.start()

    @property
    def output(self) -> str:
        return "".join(self._lines)

    def end(self) -> Run:
        self.process.wait(300)
        self._reader.join()
        return Run(self.process.returncode, self.output, 0)


def test_lines_are_shown_while_the_task_runs_and_ctrl_c_stops_it(environment: Environment, aws: EmbeddedAws) -> None:
    word = uuid.uuid4().hex
    script = f"trap 'echo leaving; exit 5' TERM; echo live {word}; while true; do sleep 0.2; done"
    arguments = ["-e", json.dumps({"command": ["bash", "-c", script]})]
    with environment.popen(PLAYBOOK, arguments, settings={"PYTHONUNBUFFERED": "1"}) as process:
        watched = Watched(process)
        wait_until(lambda: f"| live {word}" in watched.output or process.poll() is not None, 300, "a line is shown")

        def task() -> dict[str, Any]:
            return described(environment, Run(0, watched.output, 0))

        # A container may write before ECS has noted that it runs.
        wait_until(lambda: task()["lastStatus"] == "RUNNING" or process.poll() is not None, 60, "ECS says that it runs")
        running = task()
        process.send_signal(signal.SIGINT)
        run = watched.end()
    assert running["lastStatus"] == "RUNNING", run
    assert run.code == 99, run
    assert f"Interrupted: stopping task {running['taskArn']}" in run.output
    assert "exit code 5" in run.output
    stopped = described(environment, run)
    assert stopped["lastStatus"] == "STOPPED"
    assert stopped["stoppedReason"] == "The playbook that waited for this task was interrupted"

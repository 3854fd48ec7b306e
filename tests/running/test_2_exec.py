"""playbooks/exec.yml: a command in a running task, through ExecuteCommand and a session."""

from __future__ import annotations

import json
import re
import runpy
from typing import Any

import pytest

from tests.e2e.embedded_aws import ROOT
from tests.e2e.playbooks import CommandLines, Environment, Run

PLAYBOOK = "playbooks/exec.yml"


def exec_in(environment: Environment, *arguments: str, **variables: Any) -> Run:
    return environment.play("-e", json.dumps(variables), *arguments, playbook=PLAYBOOK)


def test_output_of_a_command(environment: Environment) -> None:
    mark = environment.aws.mark()
    run = environment.play("-e", "service=scheduler", "-e", "command='airflow info'", playbook=PLAYBOOK)
    assert run.code == 0, run
    assert re.search(r"version\s*\|\s*3\.3", run.output), run
    assert "CeleryExecutor" in run.output
    assert "ecs:ExecuteCommand" in environment.aws.calls(mark)


def test_the_command_runs_in_a_task_of_the_service(environment: Environment) -> None:
    # It stays long enough to be seen.
    script = "tr '\\0' ' ' </proc/1/cmdline; echo uid $(id -u); sleep 3"
    with CommandLines() as seen:
        run = exec_in(environment, service="triggerer", command=["bash", "-c", script])
    assert run.code == 0, run
    assert "airflow triggerer" in run.output
    # As root, as ECS Exec does it.
    assert "uid 0" in run.output
    # The session's token is nobody's business.
    plugins = [line for line in seen.seen if "session-manager-plugin" in line or "session_plugin" in line]
    assert plugins
    assert not [line for line in plugins if "tokenValue" in line]


def test_exit_code_and_output_of_a_failure(environment: Environment) -> None:
    run = exec_in(environment, service="worker", command="""bash -c 'echo "two  words, and it'"'"'s over"; exit 7'""")
    assert run.code == 2, run
    assert "The command ended with exit code 7." in run.output
    assert "two  words, and it's over" in run.output


def test_a_command_that_takes_too_long(environment: Environment) -> None:
    # Ctrl-C finds it only once it runs, which takes seconds on a busy machine.
    run = exec_in(environment, service="scheduler", command="sleep 600", time_limit=20)
    assert run.code == 2, run
    assert "did not end within 20 s and was interrupted" in run.output


def test_a_plan_runs_nothing(environment: Environment) -> None:
    mark = environment.aws.mark()
    run = exec_in(environment, "--check", service="scheduler", command="false")
    assert run.code == 0, run
    assert environment.aws.writes(mark) == []


def test_a_service_that_does_not_exist(environment: Environment) -> None:
    run = exec_in(environment, service="schedular", command="true")
    assert run.code == 2, run
    assert "There is no service 'schedular'" in run.output
    assert "api-server" in run.output


def test_a_missing_plugin_is_named(environment: Environment) -> None:
    run = exec_in(environment, service="scheduler", command="true", airflow_session_manager_plugin="no-such-plugin")
    assert run.code == 2, run
    assert "needs the Session Manager plugin" in run.output
    assert "install-plugin" in run.output


def test_tasks_without_an_agent_say_what_to_do(environment: Environment) -> None:
    """As after switching ECS Exec on: tasks that run already have no agent."""
    ecs = environment.aws.client("ecs")
    service = ecs.describe_services(cluster=environment.prefix, services=["scheduler"])["services"][0]
    (task,) = ecs.run_task(
        cluster=environment.prefix,
        taskDefinition=service["taskDefinition"],
        networkConfiguration=service["networkConfiguration"],
        overrides={"containerOverrides": [{"name": "airflow", "command": ["sleep", "60"]}]},
    )["tasks"]
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="was not enabled when the task was run"):
        ecs.execute_command(
            cluster=environment.prefix, task=task["taskArn"], container="airflow", interactive=True, command="true"
        )
    ecs.stop_task(cluster=environment.prefix, task=task["taskArn"])


def test_the_known_commands_are_those_of_the_image(environment: Environment) -> None:
    """Before these, and no others, `airflow` is implied."""
    known = runpy.run_path(str(ROOT / "plugins/filter/command_arguments.py"))["AIRFLOW_COMMANDS"]
    script = (
        "from airflow.cli.cli_parser import get_parser; import json; "
        "print('COMMANDS', json.dumps(sorted(get_parser()._subparsers._group_actions[0].choices)))"
    )
    run = exec_in(environment, service="scheduler", command=["python", "-c", script])
    assert run.code == 0, run
    found = re.search(r"COMMANDS (\[.*?\])", " ".join(run.output.split()))
    assert found, run
    assert set(json.loads(found[1])) == known

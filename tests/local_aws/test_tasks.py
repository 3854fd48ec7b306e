"""Tasks behave as on Fargate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.local_aws.conftest import HEALTH_CHECK

IGNORE_TERM = "trap '' TERM; while :; do sleep 0.2; done"
SHORT_TASKS = 12
LEAVE_WITH_7 = "trap 'echo bye; sleep 10; exit 7' TERM; echo up; while :; do sleep 0.2; done"
SERVE = (
    "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => q(127.0.0.1), LocalPort => 8000, Listen => 5);"
    " while ($c = $s->accept) { print $c q(hello); close $c }'"
)


def shell(script: str, **fields: Any) -> dict[str, Any]:
    return {"name": "main", "entryPoint": ["sh", "-c"], "command": [script], "stopTimeout": 5, **fields}


def test_exit_code_user_directory_and_output(aws: Any) -> None:
    task = aws.run(shell("id -u; pwd; exit 3", user="65534", workingDirectory="/tmp"))
    assert task["containers"][0]["exitCode"] == 3
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert aws.logs(task) == ["65534", "/tmp"]


def test_tasks_that_end_at_once_are_not_taken_for_failed_starts(aws: Any) -> None:
    """The engine fails to describe a container whose process ends while it looks."""
    definition = aws.register(shell("exit 4"))
    tasks = [aws.stopped(arn) for arn in [aws.start(definition) for _task in range(SHORT_TASKS)]]
    ends = [(task["stopCode"], task["containers"][0].get("exitCode")) for task in tasks]
    assert ends == [("EssentialContainerExited", 4)] * SHORT_TASKS


def test_secrets_of_one_name_are_not_those_of_a_longer_one(aws: Any) -> None:
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name=f"{aws.name}/conn_async", SecretString="wrong")
    secrets.create_secret(Name=f"{aws.name}/conn", SecretString="right")
    aws.client("ssm").put_parameter(Name=f"/{aws.name}/p", Value="plain", Type="SecureString")
    base = f"arn:aws:secretsmanager:us-east-1:{aws.account}:secret:{aws.name}"
    task = aws.run(
        shell(
            "echo $CONN $P",
            secrets=[
                {"name": "CONN", "valueFrom": f"{base}/conn"},
                {"name": "P", "valueFrom": f"/{aws.name}/p"},
            ],
        )
    )
    assert aws.logs(task) == ["right plain"]


def test_a_missing_secret_stops_the_task(aws: Any) -> None:
    missing = f"arn:aws:secretsmanager:us-east-1:{aws.account}:secret:{aws.name}/none"
    task = aws.run(shell("true", secrets=[{"name": "X", "valueFrom": missing}]))
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets")


def test_a_missing_log_group_stops_the_task(aws: Any) -> None:
    options = {"awslogs-group": "/none", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}
    task = aws.run(shell("true", logConfiguration={"logDriver": "awslogs", "options": options}))
    assert task["stopCode"] == "TaskFailedToStart"
    assert "The specified log group does not exist" in task["stoppedReason"]


def test_a_missing_image_stops_the_task(aws: Any) -> None:
    task = aws.run(shell("true", image=f"{aws.account}.dkr.ecr.us-east-1.amazonaws.com/none:1"))
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError")


def test_memory_is_limited(aws: Any) -> None:
    task = aws.run(shell("exec perl -e '$x = q(x) x 400_000_000; print length $x'", memory=64))
    assert task["containers"][0]["exitCode"] == 137


def test_containers_of_a_task_share_localhost_and_volumes(aws: Any) -> None:
    mount = [{"sourceVolume": "shared", "containerPath": "/shared"}]
    server = shell(f"echo written > /shared/file; exec {SERVE}", mountPoints=mount) | {
        "name": "server",
        "essential": False,
        "healthCheck": {**HEALTH_CHECK, "command": ["CMD-SHELL", "test -f /shared/file"], "startPeriod": 30},
    }
    client = shell(
        "cat /shared/file; bash -c 'until exec 3<>/dev/tcp/127.0.0.1/8000; do sleep 0.2; done 2>/dev/null; cat <&3'",
        mountPoints=mount,
        dependsOn=[{"containerName": "server", "condition": "HEALTHY"}],
    )
    task = aws.run(client, server, volumes=[{"name": "shared"}])
    codes = {container["name"]: container.get("exitCode") for container in task["containers"]}
    assert codes["main"] == 0
    assert codes["server"] != 0, "stopped with the essential container"
    assert aws.logs(task) == ["written", "hello"]


def test_stop_is_answered_at_once_and_waits_for_the_process(aws: Any, until: Any) -> None:
    arn = aws.start(aws.register(shell(LEAVE_WITH_7, stopTimeout=60)))
    running = until(lambda: aws.task(arn), lambda task: task["lastStatus"] == "RUNNING")
    # A process that does not listen yet would not hear of it.
    until(lambda: aws.logs(running), lambda lines: lines == ["up"])
    answer = aws.ecs.stop_task(cluster=aws.name, task=arn, reason="enough")["task"]
    answered = datetime.now(UTC)
    assert answer["desiredStatus"] == "STOPPED"
    assert answer["lastStatus"] != "STOPPED"
    task = aws.stopped(arn)
    assert answered < task["executionStoppedAt"]
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough")
    assert task["containers"][0]["exitCode"] == 7
    assert aws.logs(task) == ["up", "bye"]


def test_a_process_that_does_not_leave_is_killed_after_its_stop_timeout(aws: Any, until: Any) -> None:
    arn = aws.start(aws.register(shell(IGNORE_TERM, stopTimeout=2)))
    until(lambda: aws.task(arn), lambda task: task["lastStatus"] == "RUNNING")
    aws.ecs.stop_task(cluster=aws.name, task=arn)
    assert aws.stopped(arn)["containers"][0]["exitCode"] == 137


def test_a_silent_container_is_still_listened_to(aws: Any) -> None:
    assert aws.logs(aws.run(shell("echo before; sleep 12; echo after"))) == ["before", "after"]


def test_a_client_token_runs_one_task(aws: Any) -> None:
    definition = aws.register(shell("true"))
    first = aws.start(definition, clientToken=aws.name)
    assert aws.start(definition, clientToken=aws.name) == first
    assert aws.stopped(first)["group"] == f"family:{aws.name}"

"""Why a task did not start, in the words of ECS."""

from __future__ import annotations


class TaskFailedToStart(Exception):
    """The task stops with stopCode TaskFailedToStart; the text becomes its stoppedReason."""


def cannot_pull(image: str, detail: str) -> TaskFailedToStart:
    return TaskFailedToStart(f"CannotPullContainerError: failed to resolve ref {image}: {detail}")


def missing_secret(value_from: str, detail: str) -> TaskFailedToStart:
    return TaskFailedToStart(
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
        f"unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret "
        f"{value_from} from secrets manager: {detail}"
    )


def missing_parameter(value_from: str) -> TaskFailedToStart:
    return TaskFailedToStart(
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
        f"unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
        f"invalid parameters: {value_from}"
    )


def missing_log_group(group: str) -> TaskFailedToStart:
    return TaskFailedToStart(
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
        "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. "
        f"(log group {group})"
    )


def cannot_start(container: str, detail: str) -> TaskFailedToStart:
    return TaskFailedToStart(f"CannotStartContainerError: container {container}: {detail}")

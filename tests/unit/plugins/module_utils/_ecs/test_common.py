"""How an error ends a module."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    ECSErrorHandler,
    LogsErrorHandler,
    TaskDefinitionErrorHandler,
    fail_from_error,
)
from botocore.exceptions import ClientError


class Module:
    def __init__(self) -> None:
        self.failure: dict[str, Any] = {}

    def fail_json(self, **result: Any) -> None:
        self.failure = result
        raise SystemExit(1)

    def fail_json_aws(self, exception: Exception, msg: str, **result: Any) -> None:
        self.fail_json(msg=f"{msg}: {exception}", **result)


def client_error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (AnsibleECSError(message="It failed", failure={"a": 1}), "It failed"),
        (AnsibleECSError(message="Failed to run", exception=ValueError("bad"), failure={"a": 1}), "Failed to run: bad"),
    ],
)
def test_what_the_error_knows_is_in_the_result(error: AnsibleECSError, message: str) -> None:
    module = Module()
    with pytest.raises(SystemExit):
        fail_from_error(module, error)
    assert module.failure == {"msg": message, "failure": {"a": 1}}


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (ECSErrorHandler, client_error("ClusterNotFoundException")),
        (ECSErrorHandler, client_error("ServiceNotFoundException")),
        (LogsErrorHandler, client_error("ResourceNotFoundException")),
        (TaskDefinitionErrorHandler, client_error("ClientException", "Unable to describe task definition.")),
    ],
)
def test_missing_is_no_error(handler: Any, error: ClientError) -> None:
    @handler.list_error_handler("describe it")
    def describe() -> None:
        raise error

    assert describe() is None


def test_other_errors_are() -> None:
    @TaskDefinitionErrorHandler.list_error_handler("describe it")
    def describe() -> None:
        raise client_error("ClientException", "Something else.")

    with pytest.raises(AnsibleECSError, match="Failed to describe it"):
        describe()

"""Errors say what was being done, and throttling is retried."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils import _calls
from ansible_collections.amazon.aws.plugins.module_utils import cloud
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.errors import AWSErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from botocore.exceptions import ClientError


class Handler(AWSErrorHandler):
    @classmethod
    def _is_missing(cls) -> type[Exception]:
        return is_boto3_error_code("NotFound")


class Scripted:
    """A client method that gives one answer after the other."""

    __name__ = "scripted"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def __call__(self, **_arguments: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud.time, "sleep", lambda _seconds: None)


@pytest.mark.parametrize("code", ["ThrottlingException", "Throttling", "ServiceUnavailable"])
def test_throttling_is_retried(code: str) -> None:
    method = Scripted(error(code), error(code), "answer")

    assert _calls.aws_call(Handler, "do it", method) == "answer"


def test_an_error_says_what_was_being_done() -> None:
    with pytest.raises(AnsibleAWSError, match=r"Failed to create x: .*AccessDenied"):
        _calls.aws_call(Handler, "create x", Scripted(error("AccessDenied")))


def test_a_missing_resource_is_none_and_any_other_error_is_raised() -> None:
    assert _calls.find(Handler, "describe x", Scripted(error("NotFound"))) is None
    with pytest.raises(AnsibleAWSError, match="Failed to describe x"):
        _calls.find(Handler, "describe x", Scripted(error("AccessDenied")))


def test_what_is_new_may_be_unknown_for_a_while() -> None:
    method = Scripted(error("NotFound"), error("Throttling"), error("NotFound"), "answer")

    assert _calls.call_on_new(Handler, ["NotFound"], "use x", method) == "answer"


def test_what_is_new_and_stays_unknown_is_an_error() -> None:
    method = Scripted(*[error("NotFound")] * 20)

    with pytest.raises(AnsibleAWSError, match="Failed to use x"):
        _calls.call_on_new(Handler, ["NotFound"], "use x", method)
    assert len(method.answers) == 10


def test_what_is_not_expected_of_the_new_is_an_error_at_once() -> None:
    method = Scripted(error("NotFound"), "answer")

    with pytest.raises(AnsibleAWSError, match="Failed to use x"):
        _calls.call_on_new(Handler, [], "use x", method)
    assert method.answers == ["answer"]

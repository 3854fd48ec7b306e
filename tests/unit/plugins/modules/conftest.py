"""Run a module's main() in this process, against clients that answer from a script."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args
from botocore.stub import Stubber


class StubbedAWS:
    """One stubbed client per service; a call that is not in the script fails the test, and so does one left over."""

    def __init__(self) -> None:
        self._stubbers: dict[str, Stubber] = {}

    def __getitem__(self, service: str) -> Stubber:
        if service not in self._stubbers:
            client = boto3.client(
                service, region_name="eu-west-1", aws_access_key_id="AKIATEST", aws_secret_access_key="stubbed-key"
            )
            self._stubbers[service] = Stubber(client)
            self._stubbers[service].activate()
        return self._stubbers[service]

    def assert_no_pending_responses(self) -> None:
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubbedAWS]:
    # Not at the top: pytest reads this file before pytest-ansible makes the collections known.
    from ansible_collections.airflow.fargate.plugins.module_utils import _parallel
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    stubbed = StubbedAWS()

    def client(_module: AnsibleAWSModule, service: str, **_options: Any) -> Any:
        return stubbed[service].client

    monkeypatch.setattr(AnsibleAWSModule, "client", client)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    # A script can only be followed one call after the other.
    monkeypatch.setattr(_parallel, "WORKERS", 1)
    yield stubbed
    stubbed.assert_no_pending_responses()


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    def run(main: Callable[[], None], check_mode: bool = False, **options: Any) -> dict[str, Any]:
        arguments = {**options, "region": "eu-west-1", "_ansible_check_mode": check_mode, "_ansible_diff": True}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            main()
        return json.loads(capsys.readouterr().out)

    return run

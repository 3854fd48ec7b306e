from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.airflow.fargate.plugins.modules import preflight_check
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from botocore.stub import Stubber

IDENTITY = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/someone", "UserId": "AIDAEXAMPLE"}
ARGUMENTS: dict[str, Any] = {
    "setting_names": ["airflow_region"],
    "settings": {"airflow_region": "eu-central-1", "airflow_account_id": "123456789012"},
    "setting_defaults": {"airflow_region": "us-east-1", "airflow_account_id": ""},
    "services": {
        "api-server": {},
        "scheduler": {"service_memory": 1024},
        "dag-processor": {},
        "worker": {"service_queues": ["default"]},
    },
    "workers": ["worker"],
    "service_options": {"service_memory": {"type": "int"}, "service_queues": {"type": "list"}},
    "components": {
        name: {"cpu": 512, "memory": 1024, "min_count": 1}
        for name in ("api-server", "scheduler", "dag-processor", "worker")
    },
    "needs_engine": False,
}


class Account:
    """The answer of STS, and the regions in which it was asked."""

    def __init__(self) -> None:
        self.client = boto3.client("sts", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        self.stubber = Stubber(self.client)
        self.regions: list[str] = []

    def connect(self, _kind: str, _service: str, region: str, **_arguments: Any) -> Any:
        self.regions.append(region)
        return self.client


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    account = Account()
    monkeypatch.setattr(preflight_check, "boto3_inventory_conn", account.connect)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with account.stubber:
        yield account
        account.stubber.assert_no_pending_responses()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    def run_module(**arguments: Any) -> dict[str, Any]:
        with patch_module_args({**ARGUMENTS, **arguments}), pytest.raises(SystemExit):
            preflight_check.main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run_module


def test_the_account_is_returned(account: Account, run: Callable[..., dict[str, Any]]) -> None:
    account.stubber.add_response("get_caller_identity", IDENTITY, {})
    result = run()
    assert result["changed"] is False
    assert result["account"] == "123456789012"
    assert result["arn"] == IDENTITY["Arn"]
    assert account.regions == ["eu-central-1"]


def test_another_account_is_refused(account: Account, run: Callable[..., dict[str, Any]]) -> None:
    account.stubber.add_response("get_caller_identity", {**IDENTITY, "Account": "210987654321"}, {})
    result = run()
    assert result["failed"] is True
    assert result["msg"].startswith("1 problem; nothing was touched.")
    assert 'airflow_account_id = "123456789012"' in result["msg"]


def test_settings_and_account_are_told_together(account: Account, run: Callable[..., dict[str, Any]]) -> None:
    account.stubber.add_client_error("get_caller_identity", "ExpiredToken", "expired")
    settings = {"airflow_region": "moon-1"}
    result = run(settings=settings, services={**ARGUMENTS["services"], "scheduler": {"service_memory": 1}})
    assert result["msg"].startswith("3 problems; nothing was touched.")
    assert 'airflow_region = "moon-1"' in result["msg"]
    assert "service_memory of scheduler = 1" in result["msg"]
    assert "they have expired" in result["msg"]
    assert account.regions == ["us-east-1"]


def test_the_engine_is_asked_when_it_is_needed(
    account: Account, run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    engine = tmp_path / "engine"
    engine.write_text("#!/bin/sh\necho 'no daemon' >&2\nexit 125\n")
    engine.chmod(0o755)
    settings = {**ARGUMENTS["settings"], "airflow_container_engine": str(engine)}
    account.stubber.add_response("get_caller_identity", IDENTITY, {})
    assert "no daemon" in run(settings=settings, needs_engine=True)["msg"]
    account.stubber.add_response("get_caller_identity", IDENTITY, {})
    assert "failed" not in run(settings=settings)


@pytest.mark.parametrize("since", ["2026-12-01T20:00:00Z", None])
def test_an_environment_that_hibernates_is_refused(
    account: Account, run: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, since: str | None
) -> None:
    account.stubber.add_response("get_caller_identity", IDENTITY, {})
    ssm = boto3.client("ssm", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(AnsibleAWSModule, "client", lambda module, name: ssm)
    with Stubber(ssm) as stubber:
        if since:
            stubber.add_response("get_parameter", {"Parameter": {"Value": since}}, {"Name": "/airflow-x/hibernated"})
        else:
            stubber.add_client_error("get_parameter", "ParameterNotFound")
        result = run(hibernation_parameter="/airflow-x/hibernated")
    if since:
        assert f"it hibernates since {since}: its database is stopped" in result["msg"]
        assert "Fix: run playbooks/wake.yml first." in result["msg"]
    else:
        assert result["account"] == IDENTITY["Account"]

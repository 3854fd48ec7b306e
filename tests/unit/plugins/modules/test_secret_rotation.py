"""The steps of a rotation, against a Secrets Manager that keeps versions and labels."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager import values
from ansible_collections.airflow.fargate.plugins.modules.secret_rotation import main

NAME = "app/token"
STEPS = ("staged", "promoted", "narrowed", "finished")
TWO_USERS: dict[str, Any] = {"kind": "user", "usernames": ["one", "two"]}
Run = Callable[..., dict[str, Any]]


class SecretsManager:
    """One secret; fails at the call with the number `broken`, as an interrupted run does."""

    def __init__(self, value: str) -> None:
        self.versions = {"v0": value}
        self.labels = {"AWSCURRENT": "v0"}
        self.calls = 0
        self.broken = 0
        self.told: list[tuple[str, str]] = []

    def count(self) -> None:
        self.calls += 1
        if self.calls == self.broken:
            raise KeyboardInterrupt

    @property
    def current(self) -> str:
        return self.versions[self.labels["AWSCURRENT"]]

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        stages: dict[str, list[str]] = {}
        for label, version in self.labels.items():
            stages.setdefault(version, []).append(label)
        return {"ARN": f"arn:{SecretId}", "Name": SecretId, "VersionIdsToStages": stages}

    def get_secret_value(self, SecretId: str, VersionId: str) -> dict[str, Any]:
        return {"SecretString": self.versions[VersionId]}

    def get_random_password(self, **_: Any) -> dict[str, Any]:
        return {"RandomPassword": f"password{len(self.versions)}"}

    def put_secret_value(self, SecretId: str, SecretString: str, VersionStages: list[str]) -> dict[str, Any]:
        self.count()
        version = f"v{len(self.versions)}"
        self.versions[version] = SecretString
        self.attach(VersionStages[0], version)
        return {"VersionId": version}

    def update_secret_version_stage(
        self, SecretId: str, VersionStage: str, MoveToVersionId: str = "", RemoveFromVersionId: str = ""
    ) -> dict[str, Any]:
        self.count()
        assert self.labels.get(VersionStage, "") == RemoveFromVersionId
        if MoveToVersionId:
            self.attach(VersionStage, MoveToVersionId)
        else:
            del self.labels[VersionStage]
        return {}

    def attach(self, label: str, version: str) -> None:
        if label == "AWSCURRENT" and self.labels["AWSCURRENT"] != version:
            self.labels["AWSPREVIOUS"] = self.labels["AWSCURRENT"]
        self.labels[label] = version

    # ElastiCache and RDS.

    def modify_replication_group(self, AuthToken: str, AuthTokenUpdateStrategy: str, **_: Any) -> None:
        self.count()
        self.told.append((AuthTokenUpdateStrategy, AuthToken))

    def describe_replication_groups(self, **_: Any) -> dict[str, Any]:
        return {"ReplicationGroups": [{"Status": "available"}]}

    def modify_db_instance(self, MasterUserPassword: str, **_: Any) -> None:
        self.count()
        self.told.append(("MODIFY", MasterUserPassword))

    def describe_db_instances(self, **_: Any) -> dict[str, Any]:
        return {"DBInstances": [{"DBInstanceStatus": "available"}]}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> SecretsManager:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    fake = SecretsManager("old")
    keys = itertools.count(1)
    monkeypatch.setattr(AnsibleAWSModule, "client", lambda _module, _service, **_options: fake)
    monkeypatch.setattr(values, "fernet_key", lambda: f"key{next(keys)}")
    return fake


def step(run_module: Run, state: str, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    return run_module(main, check_mode, state=state, secrets=[{"name": NAME, **options}])


def stage(result: dict[str, Any]) -> tuple[str, bool]:
    [secret] = result["secrets"]
    return secret["stage"], result["changed"]


def test_a_password(account: SecretsManager, run_module: Run) -> None:
    assert stage(step(run_module, "staged")) == ("staged", True)
    assert account.current == "old"
    assert stage(step(run_module, "staged")) == ("staged", False)
    assert stage(step(run_module, "promoted")) == ("promoted", True)
    assert account.current == "password1"
    assert stage(step(run_module, "staged")) == ("promoted", False)
    assert stage(step(run_module, "promoted")) == ("promoted", False)
    assert stage(step(run_module, "narrowed")) == ("promoted", False)
    assert stage(step(run_module, "finished")) == ("idle", True)
    assert account.labels == {"AWSCURRENT": "v1"}
    assert stage(step(run_module, "finished")) == ("idle", False)


def test_fernet_keys(account: SecretsManager, run_module: Run) -> None:
    for state in ("staged", "promoted"):
        step(run_module, state, kind="fernet")
    assert account.current == "key1,old"
    assert stage(step(run_module, "narrowed", kind="fernet")) == ("promoted", True)
    assert account.current == "key1"
    assert stage(step(run_module, "narrowed", kind="fernet")) == ("promoted", False)
    step(run_module, "finished", kind="fernet")
    assert set(account.labels) == {"AWSCURRENT"}


def test_keys_of_tokens_are_taken_before_and_after_their_turn(account: SecretsManager, run_module: Run) -> None:
    account.versions["v0"] = "one,two"
    values = []
    for state in ("promoted", "staged", "promoted", "narrowed", "narrowed", "finished"):
        step(run_module, state, kind="jwt")
        values.append(account.current)
    assert values == ["one,two"] * 2 + ["two,password1,one"] + ["two,password1"] * 3
    assert set(account.labels) == {"AWSCURRENT"}


def test_database_users_take_turns(account: SecretsManager, run_module: Run) -> None:
    seen = []
    for _rotation in range(3):
        for state in STEPS:
            step(run_module, state, **TWO_USERS)
        seen.append(json.loads(account.current)["username"])
    assert seen == ["one", "two", "one"]
    assert len(set(account.versions.values())) == 4


@pytest.mark.parametrize("names", [[], ["one"], ["one", "one"]])
def test_a_user_cannot_take_turns_with_itself(account: SecretsManager, run_module: Run, names: list[str]) -> None:
    result = step(run_module, "staged", kind="user", usernames=names)
    assert result["msg"] == f"usernames of {NAME} must be at least two different names, not {names}: they take turns"
    assert account.calls == 0


def test_a_broker_takes_both_tokens_until_the_end(account: SecretsManager, run_module: Run) -> None:
    for _time in range(2):
        step(run_module, "staged", replication_group="app")
    assert account.told == [("ROTATE", "password1")]
    for state in ("promoted", "finished"):
        step(run_module, state, replication_group="app")
    assert account.told == [("ROTATE", "password1"), ("SET", "password1")]


def test_a_database_takes_the_new_password_before_tasks_get_it(account: SecretsManager, run_module: Run) -> None:
    step(run_module, "staged", db_instance="app")
    assert (account.told, account.current) == ([("MODIFY", "password1")], "old")


@pytest.mark.parametrize("state", STEPS)
def test_check_mode_writes_nothing(account: SecretsManager, run_module: Run, state: str) -> None:
    result = step(run_module, state, check_mode=True, replication_group="app")
    assert result["changed"] is (state == "staged")
    assert account.calls == 0


@pytest.mark.parametrize(
    "options", [{}, {"kind": "fernet"}, TWO_USERS, {"replication_group": "app"}, {"db_instance": "app"}]
)
def test_wherever_it_is_interrupted_the_next_run_ends_it(
    account: SecretsManager, run_module: Run, options: dict[str, Any]
) -> None:
    def run_all() -> None:
        for state in STEPS:
            step(run_module, state, **options)

    account.broken = 0
    run_all()
    calls, account.calls = account.calls, 0
    for broken in range(1, calls + 1):
        before = account.current
        account.calls, account.broken = 0, broken
        with pytest.raises(KeyboardInterrupt):
            run_all()
        account.broken = 0
        run_all()
        assert account.current != before
        assert "AWSPENDING" not in account.labels
        assert options == TWO_USERS or "," not in account.current
        if account.told:
            assert account.told[-1][1] == account.current


def test_no_value_leaves_the_module(account: SecretsManager, run_module: Run) -> None:
    results = [step(run_module, state, kind="fernet") for state in STEPS]
    assert not any(value in str(results) for value in ("key1", "'old'", ",old"))


def test_a_secret_that_is_not_there(aws: Any, run_module: Run) -> None:
    aws["secretsmanager"].add_client_error("describe_secret", "ResourceNotFoundException")
    result = step(run_module, "staged")
    assert result["msg"].startswith(f"Secret {NAME} does not exist")

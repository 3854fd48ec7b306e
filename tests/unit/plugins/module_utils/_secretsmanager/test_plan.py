"""What has to happen to one secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.plan import (
    WRITTEN,
    current_version,
    diff,
    plan,
)

OPTIONS: dict[str, Any] = {"name": "x", "description": None, "kms_key_id": None, "tags": {"a": "1"}}
DESCRIBED: dict[str, Any] = {
    "ARN": "arn",
    "Name": "x",
    "Tags": [{"Key": "a", "Value": "1"}],
    "VersionIdsToStages": {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"]},
}


def test_a_missing_secret_is_created_with_its_value() -> None:
    todo = plan({**OPTIONS, "description": "d"}, None, purge_tags=True)

    assert (todo.create, todo.write, todo.restore) == (True, True, False)
    assert todo.update == {"Description": "d"}
    assert todo.tags.add == {"a": "1"}


def test_a_secret_with_a_value_is_left_alone() -> None:
    assert not plan(OPTIONS, DESCRIBED, purge_tags=True).changed


def test_an_interrupted_creation_is_completed() -> None:
    interrupted = {key: value for key, value in DESCRIBED.items() if key != "VersionIdsToStages"}

    todo = plan(OPTIONS, interrupted, purge_tags=True)

    assert (todo.create, todo.write) == (False, True)
    assert plan(OPTIONS, {**DESCRIBED, "VersionIdsToStages": {"v": ["AWSPENDING"]}}, purge_tags=True).write


def test_a_deleted_secret_is_restored_and_keeps_its_value() -> None:
    todo = plan(OPTIONS, {**DESCRIBED, "DeletedDate": datetime(2026, 1, 1)}, purge_tags=True)

    assert (todo.restore, todo.write, todo.changed) == (True, False, True)


def test_an_outdated_template_is_written() -> None:
    assert plan(OPTIONS, DESCRIBED, purge_tags=True, outdated=True).write


def test_settings_are_updated_only_when_given_and_different() -> None:
    described = {**DESCRIBED, "Description": "d", "KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"}

    assert not plan({**OPTIONS, "description": "d", "kms_key_id": "k"}, described, purge_tags=True).changed
    todo = plan({**OPTIONS, "description": "e", "kms_key_id": "l"}, described, purge_tags=True)
    assert todo.update == {"Description": "e", "KmsKeyId": "l"}


def test_tags_are_purged_on_demand() -> None:
    described = {**DESCRIBED, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}

    assert plan(OPTIONS, described, purge_tags=True).tags.remove == ["b"]
    assert not plan(OPTIONS, described, purge_tags=False).changed


def test_current_version() -> None:
    assert current_version(DESCRIBED) == "v2"
    assert current_version({}) is None


def test_the_diff_names_the_writing_but_not_the_value() -> None:
    todo = plan({**OPTIONS, "tags": {"a": "2"}}, DESCRIBED, purge_tags=True, outdated=True)

    shown = diff("x", DESCRIBED, todo)

    assert shown["before"] == {"tags": {"a": "1"}, "scheduled_for_deletion": False}
    assert shown["after"] == {"tags": {"a": "2"}, "scheduled_for_deletion": False, "value": WRITTEN}

"""When two texts mean the same."""

from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    changed_options,
    merged_tags,
    same_kms_key,
    same_members,
    tag_changes,
    target_state,
    version_satisfies,
)

KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:eu-west-1:123456789012:key/{KEY}"


@pytest.mark.parametrize(
    ("observed", "wanted", "satisfied"),
    [
        ("17.6", "17", True),
        ("17.6", "17.6", True),
        ("8.1.0", "8.1", True),
        ("8.1", "8.1.0", True),
        ("17.6", "17.4", True),  # upgraded by AWS, and there is no way back
        ("17.10", "17.9", True),
        ("17.4", "17.6", False),
        ("17.6", "18", False),
        ("17.6", "1", False),
        ("18.1", "17", False),
        (None, "17", False),
    ],
)
def test_version_satisfies(observed: str | None, wanted: str, satisfied: bool) -> None:
    assert version_satisfies(observed, wanted) is satisfied


@pytest.mark.parametrize(
    ("observed", "wanted", "same"),
    [
        (KEY_ARN, KEY, True),
        (KEY_ARN, KEY_ARN, True),
        (KEY, KEY_ARN, True),
        (KEY_ARN, "alias/airflow", True),
        (KEY_ARN, "arn:aws:kms:eu-west-1:123456789012:alias/airflow", True),
        (KEY_ARN, KEY.replace("1234", "4321"), False),
        (None, KEY, False),
    ],
)
def test_same_kms_key(observed: str | None, wanted: str, same: bool) -> None:
    assert same_kms_key(observed, wanted) is same


def test_the_target_keeps_what_is_not_given_and_what_is_equivalent() -> None:
    observed = {"groups": ["sg-1", "sg-2"], "size": 10, "name": "x", "flag": True}
    wanted = {"groups": ["sg-2", "sg-1"], "size": None, "name": "y", "flag": False}

    target = target_state(wanted, observed, {"groups": same_members})

    assert target == {"groups": ["sg-1", "sg-2"], "size": 10, "name": "y", "flag": False}
    assert changed_options(observed, target) == ["name", "flag"]


def test_tags_are_left_alone_unless_given() -> None:
    assert tag_changes({"a": "1"}, None, purge=True) == ({}, [])


def test_tags_are_set_and_purged_but_never_those_of_aws() -> None:
    observed = {"a": "1", "b": "2", "aws:cloudformation:stack-name": "s"}

    purged = tag_changes(observed, {"a": "9", "c": "3"}, purge=True)
    assert purged == ({"a": "9", "c": "3"}, ["b"])
    assert purged.applied_to(observed) == {"a": "9", "c": "3", "aws:cloudformation:stack-name": "s"}
    assert tag_changes(observed, {"a": "1"}, purge=False) == ({}, [])


@pytest.mark.parametrize(
    ("common", "own", "merged"),
    [
        (None, None, None),
        ({"a": 1}, None, {"a": "1"}),
        (None, {"a": 1}, {"a": "1"}),
        ({"a": "1", "b": "2"}, {"b": "3"}, {"a": "1", "b": "3"}),
        (None, {}, {}),
    ],
)
def test_tags_of_one_thing_of_a_list(
    common: dict[str, object] | None, own: dict[str, object] | None, merged: dict[str, str] | None
) -> None:
    assert merged_tags(common, own) == merged

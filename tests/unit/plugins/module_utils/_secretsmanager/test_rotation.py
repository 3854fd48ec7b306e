"""The keys of a secret follow each other: whoever meets a key knows it already."""

from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._secretsmanager.rotation import KEYS
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("kind", "before", "meanwhile", "after"),
    [
        ("fernet", "one", "new,one", "new"),
        # Keys that somebody has put there are kept until everything is encrypted anew.
        ("fernet", "one,two", "new,one,two", "new"),
        ("jwt", "one,two", "two,new,one", "two,new"),
        ("jwt", "one", "new,one", "new,one"),
    ],
)
def test_a_rotation(kind: str, before: str, meanwhile: str, after: str) -> None:
    keys = KEYS[kind]
    assert keys.rotated(before, "new") == meanwhile
    assert keys.narrowed(meanwhile) == after
    assert not keys.has_old(after)
    assert keys.has_old(meanwhile) is (meanwhile != after)


@given(st.integers(1, 6))
def test_whatever_signs_is_taken_by_those_who_are_not_renewed_yet_and_by_those_who_are(rotations: int) -> None:
    keys, value = KEYS["jwt"], "key0,key1"
    for number in range(rotations):
        meanwhile = keys.rotated(value, f"key{number + 2}")
        narrowed = keys.narrowed(meanwhile)
        before, between, after = (text.split(",") for text in (value, meanwhile, narrowed))
        assert {before[0], between[0]} <= {*before} & {*between}
        assert {between[0], after[0]} <= {*between} & {*after}
        assert before[0] not in after
        value = narrowed

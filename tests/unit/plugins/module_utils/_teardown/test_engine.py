"""Stages: what is asked for, what is waited for, and what is said when something stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.engine import (
    TeardownError,
    inventory,
    is_gone,
    remove_stage,
)
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.model import Kind, Resource, Scope


def scope() -> Scope:
    return Scope("test", "airflow-test", lambda service: None, None, 0)


def client_error(code: str) -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": f"{code} it is"}}, "Delete")


class Account:
    """A kind whose resources go after a number of looks, or refuse to."""

    def __init__(self, *names: str, looks_until_gone: int = 1, errors: tuple[str, ...] = ()) -> None:
        self.present = list(names)
        self.deleting: list[str] = []
        self.asked: list[str] = []
        self.looks_until_gone = looks_until_gone
        self.errors = list(errors)
        self.kind = Kind(self.find, self.delete)

    def find(self, _scope: Scope) -> Iterator[Resource]:
        if self.deleting:
            self.looks_until_gone -= 1
            if self.looks_until_gone <= 0:
                self.present = [name for name in self.present if name not in self.deleting]
        for name in self.present:
            yield Resource("thing", name, name, name in self.deleting)

    def delete(self, _scope: Scope, resource: Resource) -> None:
        self.asked.append(resource.id)
        if self.errors:
            raise client_error(self.errors.pop(0))
        self.deleting.append(resource.id)


def run(account: Account, now: float = 0.0, deadline: float = 100.0) -> list[Resource]:
    return remove_stage(scope(), [account.kind], deadline, clock=lambda: now, sleep=lambda seconds: None)


def test_everything_is_asked_to_go_once_and_waited_for() -> None:
    account = Account("a", "b", looks_until_gone=3)
    assert [r.name for r in run(account)] == ["a", "b"]
    assert account.asked == ["a", "b"]
    assert account.present == []


def test_an_empty_stage_removes_nothing() -> None:
    account = Account()
    assert run(account) == []
    assert account.asked == []


def test_what_is_in_use_is_asked_again() -> None:
    account = Account("a", errors=("DependencyViolation", "DependencyViolation"))
    assert [r.name for r in run(account)] == ["a"]
    assert account.asked == ["a", "a", "a"]


def test_another_error_stops_the_removal_and_names_the_resource() -> None:
    with pytest.raises(TeardownError, match="Failed to remove thing a"):
        run(Account("a", errors=("AccessDenied",)))


def test_a_time_out_says_what_is_left_and_why() -> None:
    account = Account("a", errors=("ResourceInUse",) * 5)
    with pytest.raises(TeardownError, match="thing a: ResourceInUse it is"):
        run(account, now=101.0)


def test_what_goes_already_is_not_asked_and_not_counted() -> None:
    account = Account("a", looks_until_gone=2)
    account.deleting.append("a")
    assert run(account) == []
    assert account.asked == []


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        ("NoSuchBucket", True),
        ("ResourceNotFoundException", True),
        ("InvalidGroup.NotFound", True),
        ("AccessDenied", False),
        ("DependencyViolation", False),
    ],
)
def test_codes_that_say_that_a_resource_is_gone(code: str, gone: bool) -> None:
    assert is_gone(code) is gone


def test_the_inventory_lists_stages_in_order_and_asks_for_nothing() -> None:
    first, second = Account("a"), Account("b")
    assert [r.name for r in inventory(scope(), [[first.kind], [second.kind]])] == ["a", "b"]
    assert first.asked == second.asked == []


def test_only_the_environments_own_tags_count() -> None:
    tags: dict[str, Any] = {"airflow:environment": "test"}
    assert scope().owns(tags)
    assert not scope().owns({"airflow:environment": "test2"})
    assert not scope().owns({})

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import (
    UNREAD,
    Problem,
    apply_rules,
    describe,
    did_you_mean,
    show,
)


def test_a_problem_names_setting_host_value_reason_and_fix() -> None:
    text = str(Problem("service_memory", "4GB", "it must be a whole number", "write 4096", "worker"))
    assert text == 'service_memory of worker = "4GB": it must be a whole number.\n    Fix: write 4096.'


def test_a_value_that_may_be_secret_is_not_shown() -> None:
    assert str(Problem("airflow_admin_pasword", UNREAD, "no such setting", "remove it")).startswith(
        "airflow_admin_pasword: no such setting."
    )


def test_all_problems_are_told_and_common_ones_once() -> None:
    problems = [
        Problem("service_cpu", 3, "why", "fix", "scheduler"),
        Problem("service_cpu", 3, "why", "fix", "worker"),
        Problem("service_cpu", 4, "why", "fix", "triggerer"),
    ]
    assert describe(problems).splitlines() == [
        "2 problems; nothing was touched.",
        "- service_cpu of scheduler, worker = 3: why.",
        "    Fix: fix.",
        "- service_cpu of triggerer = 4: why.",
        "    Fix: fix.",
    ]


def test_one_problem_is_singular() -> None:
    assert describe([Problem("a", 1, "b", "c")]).startswith("1 problem;")


@pytest.mark.parametrize(
    ("value", "shown"), [("a", '"a"'), (7, "7"), (None, "null"), (False, "false"), (["a"], '["a"]')]
)
def test_values_look_as_in_yaml(value: object, shown: str) -> None:
    assert show(value) == shown


def test_long_values_are_shortened() -> None:
    assert len(show("x" * 1000)) < 130


def test_a_typing_error_is_recognised() -> None:
    assert did_you_mean("service_memmory", ["service_cpu", "service_memory"]).startswith("did you mean service_memory?")
    assert did_you_mean("zzz", ["service_cpu"]) == "remove it"


def test_rules_run_only_when_their_settings_are_there() -> None:
    def rule(size: int, colour: str) -> Iterator[Problem]:
        yield Problem("size", size, colour, "")

    assert list(apply_rules([rule], {"size": 1})) == []
    assert [problem.why for problem in apply_rules([rule], {"size": 1, "colour": "red", "other": 2})] == ["red"]

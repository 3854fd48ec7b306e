from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.airflow.fargate.plugins.filter.command_arguments import FilterModule

command_arguments = FilterModule().filters()["command_arguments"]


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("users list", ["airflow", "users", "list"]),
        ("airflow users list", ["airflow", "users", "list"]),
        ("airflow-fargate health scheduler", ["airflow-fargate", "health", "scheduler"]),
        ("false", ["false"]),
        (
            """variables set greeting "two  words, it's" ''""",
            ["airflow", "variables", "set", "greeting", "two  words, it's", ""],
        ),
        ("bash -c 'echo $HOME | wc -c'", ["bash", "-c", "echo $HOME | wc -c"]),
        (["users", "a b"], ["users", "a b"]),
        (["sleep", 5], ["sleep", "5"]),
    ],
)
def test_arguments(command: Any, arguments: list[str]) -> None:
    assert command_arguments(command) == arguments


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("bash -c 'echo", "No closing quotation in bash -c 'echo"),
        ("", "command is empty"),
        ([], "command is empty"),
        ({"a": 1}, "must be text or a list"),
        (None, "must be text or a list"),
    ],
)
def test_what_is_no_command(command: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        command_arguments(command)

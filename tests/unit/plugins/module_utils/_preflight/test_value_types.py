from __future__ import annotations

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.value_types import (
    check_type,
    has_type,
    type_of_default,
)


@pytest.mark.parametrize(
    ("default", "type_name"),
    [
        ("", "str"),
        ("a-{{ b }}", "str"),
        ("{{ a }}-{{ b }}", "str"),
        ("{{ a }}", None),
        (None, None),
        (True, "bool"),
        (0, "int"),
        (1.5, "float"),
        ([], "list"),
        ({}, "dict"),
    ],
)
def test_type_of_default(default: object, type_name: str | None) -> None:
    assert type_of_default(default) == type_name


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (True, "bool"),
        (3, "int"),
        (3, "float"),
        (3.5, "float"),
        ("a", "str"),
        (123456789012, "str"),
        ("/tmp", "path"),
        ([], "list"),
        ({}, "dict"),
        (object(), "raw"),
    ],
)
def test_right_types(value: object, type_name: str) -> None:
    assert has_type(value, type_name)
    assert list(check_type("a", value, type_name)) == []


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        ("true", "bool"),
        (1, "bool"),
        ("3", "int"),
        (3.5, "int"),
        (True, "int"),
        (8.1, "str"),
        (False, "str"),
        (None, "str"),
        ("default", "list"),
        ("a", "dict"),
        ([], "dict"),
    ],
)
def test_wrong_types(value: object, type_name: str) -> None:
    [problem] = check_type("airflow_thing", value, type_name)
    assert problem.setting == "airflow_thing"
    assert problem.value == value
    assert problem.fix.startswith("write")


def test_the_command_line_is_explained() -> None:
    [problem] = check_type("airflow_nat_gateway", "false", "bool")
    assert """-e '{"airflow_nat_gateway": true}'""" in problem.fix

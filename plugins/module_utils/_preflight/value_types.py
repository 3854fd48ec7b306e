# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The type that a setting must have.

Ansible would convert "2" or "false" for a module, but not in an expression, where the text "false" counts as true.
So a value of another type is refused.
"""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "dict": (dict,),
    "float": (float, int),
    "int": (int,),
    "list": (list,),
    "path": (str,),
    # An id made of digits may stand without quotes; a version (8.10) or a word (no) would silently become another.
    "str": (str, int),
}
_NOUNS = {
    "bool": "true or false",
    "dict": "a dictionary",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
    "path": "a path",
    "str": "a text",
}


def type_of_default(default: t.Any) -> str | None:
    """The type that a setting has because of its default; None when an expression decides it."""
    if isinstance(default, str):
        text = default.strip()
        one_expression = text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1
        return None if one_expression else "str"
    for name in ("bool", "int", "float", "list", "dict"):
        if isinstance(default, _PYTHON_TYPES[name]):
            return name
    return None


def has_type(value: t.Any, type_name: str) -> bool:
    """Whether value is of the type that argument_specs call type_name."""
    expected = _PYTHON_TYPES.get(type_name)
    if expected is None:
        return True
    return isinstance(value, expected) and (type_name == "bool" or not isinstance(value, bool))


def check_type(setting: str, value: t.Any, type_name: str) -> t.Iterator[Problem]:
    """A value of the wrong type."""
    if has_type(value, type_name):
        return
    fix = f"write {_NOUNS[type_name]}"
    if isinstance(value, str) and type_name in ("bool", "int"):
        fix += f" without quotes; on the command line use JSON: -e '{{\"{setting}\": {_EXAMPLES[type_name]}}}'"
    elif type_name == "str":
        fix += " in quotes"
    yield Problem(setting, value, f"it must be {_NOUNS[type_name]}", fix)


_EXAMPLES = {"bool": "true", "int": "2"}

"""Every role is described, documented and named the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.parent.parent.name for path in ROOT.glob("roles/*/tasks/main.yml"))

# What Ansible itself provides.
MAGIC_VARIABLES = {
    "ansible_run_tags",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_hostname",
    "lookup",
    "playbook_dir",
    "omit",
    "query",
}

pytestmark = pytest.mark.parametrize("role", ROLES)


@cache
def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text()) or {} if path.exists() else {}


def defaults(role: str) -> dict[str, Any]:
    if role == "service":  # its options are host variables
        return load(ROOT / "group_vars/all/services.yml")
    return load(ROOT / "roles" / role / "defaults/main.yml")


def options(role: str) -> dict[str, Any]:
    return load(ROOT / "roles" / role / "meta/argument_specs.yml")["argument_specs"]["main"].get("options") or {}


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)


def referenced(value: Any) -> set[str]:
    environment = jinja2.Environment(autoescape=True)
    return {name for text in strings(value) for name in jinja2.meta.find_undeclared_variables(environment.parse(text))}


def test_argument_specs_name_the_defaults(role: str) -> None:
    optional = {name for name, option in options(role).items() if not option.get("required")}
    assert optional == set(defaults(role))


def test_documented_defaults_are_true(role: str) -> None:
    documented = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert documented == {name: defaults(role).get(name) for name in documented}


def test_options_are_described(role: str) -> None:
    specification = load(ROOT / "roles" / role / "meta/argument_specs.yml")["argument_specs"]["main"]
    assert specification["short_description"]
    assert specification["description"]
    for name, option in options(role).items():
        assert option.get("type"), name
        assert option.get("description"), name
        assert option["type"] != "list" or option.get("elements"), name


def test_names_carry_the_role(role: str) -> None:
    assert [name for name in options(role) if not name.startswith(f"{role}_")] == []
    internal = load(ROOT / "roles" / role / "vars/main.yml")
    assert [name for name in internal if not name.startswith(f"__{role}_")] == []


def test_defaults_refer_to_settings_that_exist(role: str) -> None:
    settings = {name for path in ROOT.glob("group_vars/**/*.yml") for name in load(path)}
    internal = set(load(ROOT / "roles" / role / "vars/main.yml"))
    unknown = referenced(defaults(role)) - settings - internal - set(options(role)) - MAGIC_VARIABLES
    assert unknown == set()


def test_meta_is_filled_in(role: str) -> None:
    information = load(ROOT / "roles" / role / "meta/main.yml")["galaxy_info"]
    assert information["author"] == "airflow.fargate contributors"
    assert information["license"] == "GPL-3.0-or-later"
    assert information["min_ansible_version"] == "2.19"
    assert information["description"]


def test_readme_says_what_the_role_is_for(role: str) -> None:
    readme = (ROOT / "roles" / role / "README.md").read_text()
    assert readme.startswith(f"# airflow.fargate.{role}\n")
    introduction = re.sub(r"<!-- BEGIN ARGUMENT SPECS -->.*<!-- END ARGUMENT SPECS -->", "", readme, flags=re.DOTALL)
    assert len(introduction.split()) > 5

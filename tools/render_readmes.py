"""Writes tables made from argument_specs, and the one of the costs, between the markers in README.md and the roles'.

With --check nothing is written; it fails when a table is not what it should be.

A setting (group_vars/all) is described by the comment above it, if that is a sentence; otherwise by the role option
whose default is just that setting.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ROOT / "group_vars/all/services.yml"
COMPUTED = ("names", "components")  # not set by anyone
BEGIN, END = "<!-- BEGIN ARGUMENT SPECS -->", "<!-- END ARGUMENT SPECS -->"
COSTS = ("<!-- BEGIN COSTS -->", "<!-- END COSTS -->")
# A cell holds no more; who wants to see a whole table of defaults finds it there.
LONGEST_DEFAULT = 120
REFERENCE = re.compile(r"^\{\{ *(airflow_\w+) *\}\}$")
TYPES = {bool: "bool", dict: "dict", int: "int", list: "list", str: "str"}

Options = dict[str, dict[str, Any]]


class RenderError(Exception):
    """A file that is missing something, with what to do about it."""


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text()) or {} if path.exists() else {}


def cell(text: str) -> str:
    """Ansible markup and line breaks as a Markdown table cell can show them."""
    text = re.sub(r"\b(?:C|V|O|E|M|RV)\(([^)]*)\)", r"`\1`", text)
    return " ".join(text.split()).replace("|", "\\|")


def prose(description: str | list[str]) -> str:
    return cell(description if isinstance(description, str) else " ".join(description))


def value(default: Any, home: str) -> str:
    """The default, or where it stands when it is too long for a table."""
    if default is None:
        return ""
    text = cell(default if isinstance(default, str) and default else json.dumps(default))
    return f"`{text}`" if len(text) <= LONGEST_DEFAULT or isinstance(default, str) else f"in `{home}`"


def meaning(option: dict[str, Any]) -> str:
    choices = ", ".join(f"`{choice}`" for choice in option.get("choices", ()))
    return prose(option["description"]) + (f" One of {choices}." if choices else "")


def kind(option: dict[str, Any]) -> str:
    return f"list of {option['elements']}" if "elements" in option else str(option["type"])


def rows(options: Options, defaults: dict[str, Any], home: str, prefix: str = "") -> Iterator[str]:
    for name, option in options.items():
        default = "**required**" if option.get("required") else value(defaults.get(name, option.get("default")), home)
        yield f"| `{prefix}{name}` | {kind(option)} | {default} | {meaning(option)} |"
        yield from rows(option.get("options", {}), {}, home, f"{prefix}{name}.")


def table(options: Options, defaults: dict[str, Any], home: str = "group_vars/all") -> str:
    if not options:
        return "This role has no options."
    head = "| Name | Type | Default | Meaning |\n| --- | --- | --- | --- |"
    return "\n".join([head, *rows(options, defaults, home)])


def role_defaults(role: Path) -> dict[str, Any]:
    """Those of the role service are host variables, which stand with the settings."""
    return load(SERVICES if role.name == "service" else role / "defaults/main.yml")


def role_options(role: Path) -> Options:
    specification = load(role / "meta/argument_specs.yml")
    if not specification:
        raise RenderError(f"{role.relative_to(ROOT)} has no meta/argument_specs.yml.")
    return specification["argument_specs"]["main"].get("options") or {}


def described_settings(roles: list[Path]) -> Options:
    """The role options that stand for a collection-wide setting, by the setting's name."""
    described: Options = {}
    for role in roles:
        defaults = role_defaults(role)
        for name, option in role_options(role).items():
            if reference := REFERENCE.match(str(defaults.get(name, ""))):
                described.setdefault(reference[1], option)
    return described


def comment_above(path: Path, name: str) -> str:
    comment = re.search(rf"((?:^#.*\n)+){name}:", path.read_text(), flags=re.MULTILINE)
    return re.sub(r"^# ?", "", comment[1], flags=re.MULTILINE).strip() if comment else ""


def setting(path: Path, name: str, default: Any, described: Options) -> dict[str, Any]:
    """Its comment says best what it is, if that is a sentence: several roles may use it, each for something else.

    A comment that lists choices says less than the role option, which is followed by them.
    """
    comment = comment_above(path, name)
    if option := described.get(name):
        return {**option, "description": comment} if comment.endswith(".") and "choices" not in option else option
    if not comment:
        raise RenderError(f"{path.relative_to(ROOT)}: say in a comment right above {name} what it is.")
    return {"type": TYPES[type(default)], "description": comment}


def settings_tables(roles: list[Path]) -> str:
    described = described_settings(roles)
    sections = []
    for path in sorted((ROOT / "group_vars/all").glob("*.yml")):
        if path == SERVICES or path.stem in COMPUTED:
            continue
        settings = load(path)
        options = {name: setting(path, name, settings[name], described) for name in settings}
        sections.append(f"### {path.stem.replace('_', ' ').capitalize()}\n\n{table(options, settings)}")
    service = ROOT / "roles/service"
    sections.append(f"### A service (host_vars)\n\n{table(role_options(service), role_defaults(service))}")
    return "\n\n".join(sections)


def costs_table() -> str:
    """What playbooks/costs.yml says of inventories/local, where every size has its default."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "costs.md"
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "inventories/local"]
        command += ["playbooks/costs.yml", "-e", f"costs_file={output}"]
        environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
        result = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)
        if result.returncode != 0:
            raise RenderError(f"playbooks/costs.yml failed:\n{result.stdout}{result.stderr}")
        return output.read_text().strip()


def filled(path: Path, text: str, content: str, begin: str = BEGIN, end: str = END) -> str:
    """The file's text with the content between its markers."""
    if text.count(begin) != 1 or text.count(end) != 1:
        raise RenderError(f"{path.relative_to(ROOT)} must exist and hold the lines {begin} and {end} once.")
    before, rest = text.split(begin)
    return f"{before}{begin}\n\n{content}\n\n{end}{rest.split(end)[1]}"


def pages() -> Iterator[tuple[Path, str]]:
    """The files, and what they are to hold."""
    roles = sorted(path.parents[1] for path in ROOT.glob("roles/*/tasks/main.yml"))
    for role in roles:
        page = role / "README.md"
        yield page, filled(page, written(page), table(role_options(role), role_defaults(role), "defaults/main.yml"))
    page = ROOT / "README.md"
    yield page, filled(page, filled(page, written(page), settings_tables(roles)), costs_table(), *COSTS)


def written(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main(check: bool) -> None:
    stale = []
    for path, text in pages():
        if text != path.read_text():
            stale.append(path)
            if not check:
                path.write_text(text)
    names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
    if check and stale:
        raise RenderError(f"Not up to date: {names}. Run: make readmes")
    print(f"Written: {names}" if stale else "Up to date")


if __name__ == "__main__":
    try:
        main("--check" in sys.argv[1:])
    except RenderError as error:
        sys.exit(str(error))

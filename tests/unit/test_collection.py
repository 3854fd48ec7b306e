"""What the files at the top of the collection promise about each other."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(
    lock
    for place in (".", "files/image", "tools/local_aws", "tools/localstack")
    for lock in (ROOT / place).glob("requirements*.txt")
)


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def test_action_group_lists_every_module_that_calls_aws() -> None:
    group = [entry for entry in load("meta/runtime.yml")["action_groups"]["all"] if isinstance(entry, str)]
    calling = [
        path.stem for path in ROOT.glob("plugins/modules/*.py") if "amazon.aws.common.modules" in path.read_text()
    ]
    assert group == sorted(calling)


def test_required_collections_are_the_same_everywhere() -> None:
    required = {entry["name"]: entry["version"] for entry in load("requirements.yml")["collections"]}
    assert required == load("galaxy.yml")["dependencies"]


@pytest.mark.parametrize("collection", ["amazon.aws", "community.aws"])
def test_required_range_holds_what_is_tested(collection: str) -> None:
    spec = find_spec("ansible")
    assert spec is not None
    assert spec.origin is not None
    manifest = Path(spec.origin).parents[1] / "ansible_collections" / collection.replace(".", "/") / "MANIFEST.json"
    installed = json.loads(manifest.read_text())["collection_info"]["version"]
    assert SpecifierSet(load("galaxy.yml")["dependencies"][collection].replace(" ", "")).contains(installed)


def test_playbooks_see_the_same_settings() -> None:
    """Ansible reads group_vars beside the playbook, and playbooks lie in a folder of their own."""
    shared = {path.relative_to(ROOT / "group_vars") for path in ROOT.glob("group_vars/**/*.yml")}
    beside = {
        path.relative_to(ROOT / "playbooks/group_vars"): path for path in ROOT.glob("playbooks/group_vars/**/*.yml")
    }
    assert shared
    assert beside.keys() == shared
    for relative, path in beside.items():
        assert path.resolve() == ROOT / "group_vars" / relative


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_locks_are_hashed_and_name_no_index(lock: Path) -> None:
    text = lock.read_text()
    pinned = re.findall(r"^[A-Za-z0-9][^\s;]*==\S+", text, flags=re.MULTILINE)
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert pinned
    assert len(pinned) == len(blocks)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert not re.search(r"^-", text, flags=re.MULTILINE)


def test_npm_lock_is_hashed_and_names_no_registry() -> None:
    packages = json.loads((ROOT / "tests/browser/package-lock.json").read_text())["packages"]
    wanted = packages.pop("")
    assert wanted["dependencies"] == {
        name.removeprefix("node_modules/"): package["version"] for name, package in packages.items()
    }
    assert all(
        package["integrity"].startswith("sha512-") and "resolved" not in package for package in packages.values()
    )


@pytest.mark.parametrize("policy", sorted((ROOT / "docs/deployer-policy").glob("*.json")), ids=lambda path: path.stem)
def test_iam_takes_the_deployers_policies(policy: Path) -> None:
    """A managed policy may have 6144 characters, white space not counted."""
    assert len("".join(policy.read_text().split())) <= 6144
    statements = [statement["Sid"] for statement in json.loads(policy.read_text())["Statement"]]
    assert len(statements) == len(set(statements)) > 0

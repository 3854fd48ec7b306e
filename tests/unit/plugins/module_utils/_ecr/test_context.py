"""What belongs to the build context, and what its hash depends on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecr import context
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRError

PROXY = "http://proxy.example:3128"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dags/__pycache__").mkdir(parents=True)
    (tmp_path / "Containerfile").write_text("FROM scratch\n")
    (tmp_path / "dags/one.py").write_text("print(1)\n")
    (tmp_path / "dags/__pycache__/one.cpython-313.pyc").write_text("compiled")
    (tmp_path / ".containerignore").write_text("# comment\n\n**/__pycache__\n.containerignore\n")
    return tmp_path


def content_hash(folder: Path, platform: str | None = None, **build_args: str) -> str:
    return context.content_hash(folder, context.list_files(folder), "Containerfile", build_args, platform)


@pytest.mark.parametrize(
    ("pattern", "ignored", "kept"),
    [
        ("**/*.pyc", ["a.pyc", "a/b.pyc", "a/b/c.pyc"], ["a.py", "a.pyc.txt"]),
        ("*.md", ["README.md"], ["docs/README.md"]),
        ("docs", ["docs", "docs/a", "docs/a/b"], ["docs2", "a/docs"]),
        ("/docs/", ["docs/a"], ["a/docs/a"]),
        ("docs/**", ["docs/a", "docs/a/b"], ["docs"]),
        ("a?c", ["abc"], ["ac", "a/c", "abbc"]),
        ("[ab].txt", ["a.txt", "b.txt"], ["c.txt"]),
        ("a.b+c", ["a.b+c"], ["aab+c", "a.bbc"]),
    ],
)
def test_ignore_patterns(pattern: str, ignored: list[str], kept: list[str]) -> None:
    rules = context.parse_ignore(pattern)

    assert [path for path in ignored + kept if context.is_ignored(path, rules)] == ignored


def test_the_last_rule_that_matches_decides() -> None:
    rules = context.parse_ignore("*.md\n!README.md\n")

    assert context.is_ignored("NOTES.md", rules)
    assert not context.is_ignored("README.md", rules)


def test_ignored_files_do_not_belong_to_it(folder: Path) -> None:
    assert context.list_files(folder) == ["Containerfile", "dags/one.py"]


def test_a_dockerignore_counts_where_there_is_no_containerignore(folder: Path) -> None:
    (folder / ".containerignore").rename(folder / ".dockerignore")
    (folder / ".dockerignore").write_text("dags\n.dockerignore\n")

    assert context.list_files(folder) == ["Containerfile"]


def test_linked_folders_belong_to_it(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shared = tmp_path_factory.mktemp("shared")
    (shared / "common.py").write_text("")
    (folder / "dags/shared").symlink_to(shared)

    assert "dags/shared/common.py" in context.list_files(folder)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ECRError, match="nowhere is not a folder"):
        context.list_files(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "dags/one.py").write_text("print(2)\n"),
        lambda folder: (folder / "dags/one.py").chmod(0o755),
        lambda folder: (folder / "dags/one.py").rename(folder / "dags/two.py"),
        lambda folder: (folder / "dags/two.py").write_text(""),
    ],
    ids=["content", "executable bit", "name", "new file"],
)
def test_the_hash_changes_with_the_files(folder: Path, change: Callable[[Path], object]) -> None:
    before = content_hash(folder)
    change(folder)

    assert content_hash(folder) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "dags/one.py").chmod(0o600),
        lambda folder: (folder / "dags/__pycache__/one.cpython-313.pyc").write_text("compiled again"),
        lambda folder: (folder / "dags/one.py").touch(),
    ],
    ids=["umask", "ignored file", "time"],
)
def test_the_hash_stays_the_same(folder: Path, change: Callable[[Path], object]) -> None:
    before = content_hash(folder)
    change(folder)

    assert content_hash(folder) == before


def test_the_hash_covers_platform_and_build_arguments_but_not_proxies(folder: Path) -> None:
    plain = content_hash(folder)

    assert content_hash(folder, platform="linux/arm64") != plain
    assert content_hash(folder, BASE_IMAGE="x") != plain
    assert content_hash(folder, HTTPS_PROXY=PROXY, no_proxy="localhost") == plain


def test_an_unreadable_file_is_named(folder: Path) -> None:
    with pytest.raises(ECRError, match=r"Cannot read .*requirements.txt of the build context: No such file"):
        context.content_hash(folder, ["requirements.txt"], "Containerfile", {}, None)


def test_the_copy_is_normalised(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "Containerfile").chmod(0o600)
    (folder / "dags/one.py").chmod(0o700)
    copy = tmp_path_factory.mktemp("copy")

    context.copy_context(folder, context.list_files(folder), copy)

    found = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*"))
    assert found == ["Containerfile", "dags", "dags/one.py"]
    assert {path: (copy / path).stat().st_mode & 0o777 for path in found} == {
        "Containerfile": 0o644,
        "dags": 0o755,
        "dags/one.py": 0o755,
    }
    assert {(copy / path).stat().st_mtime for path in found} == {0}
    assert (copy / "dags/one.py").read_text() == "print(1)\n"

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.image import (
    check_ca_bundle,
    check_context,
    is_dag_file,
    read_requirements,
    requirement_name,
)

LOCK = """# a comment
apache-airflow==3.3.2 \\
    --hash=sha256:0123
    # via -r requirements.in
celery[redis]==5.6.3 ; python_version >= "3.11" \\
    --hash=sha256:4567
"""
DAG = "from airflow.sdk import DAG\n"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Containerfile").write_text("FROM scratch\n")
    (tmp_path / "requirements.in").write_text("apache-airflow[statsd]\nCelery<5.7  # why\n")
    (tmp_path / "requirements.txt").write_text(LOCK)
    (tmp_path / "dags" / "team").mkdir(parents=True)
    (tmp_path / "dags" / "team" / "hello.py").write_text(DAG)
    return tmp_path


def reasons(context: Path) -> list[str]:
    return [problem.why for problem in check_context(str(context))]


def test_a_good_context(context: Path) -> None:
    assert reasons(context) == []


def test_no_context(tmp_path: Path) -> None:
    assert reasons(tmp_path / "nowhere") == ["there is no Containerfile in it"]


def test_the_lock_is_missing(context: Path) -> None:
    (context / "requirements.txt").unlink()
    [problem] = check_context(str(context))
    assert problem.why.startswith("the lock cannot be read")
    assert "uv pip compile --generate-hashes" in problem.fix


def test_the_lock_is_no_text(context: Path) -> None:
    (context / "requirements.txt").write_bytes(b"\xff\xfe\x00")
    assert reasons(context)[0].startswith("the lock cannot be read")


@pytest.mark.parametrize("line", ["boto3", "boto3>=1 --hash=sha256:0", "boto3==1.0"])
def test_the_lock_is_not_hashed(context: Path, line: str) -> None:
    (context / "requirements.txt").write_text(f"{LOCK}{line}\n")
    assert reasons(context) == [f"not pinned with a hash: {line.split()[0]}"]


def test_the_lock_is_without_airflow(context: Path) -> None:
    (context / "requirements.txt").write_text("celery==5.6.3 --hash=sha256:0\n")
    assert reasons(context) == ["the lock does not hold apache-airflow"]


def test_the_lock_is_older_than_the_requirements(context: Path) -> None:
    (context / "requirements.in").write_text("apache-airflow\npandas\n")
    assert reasons(context) == ["in requirements.in, but not in the lock: pandas"]


def test_the_dag_folder_is_empty(context: Path) -> None:
    (context / "dags" / "team" / "hello.py").write_text("import os\n")
    assert reasons(context) == ["there is no DAG in this folder"]
    (context / "dags" / "team" / "hello.py").unlink()
    assert reasons(context) == ["there is no DAG in this folder"]


def test_linked_folders_are_read(context: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (context / "dags" / "team" / "hello.py").rename(elsewhere / "hello.py")
    (context / "dags" / "linked").symlink_to(elsewhere)
    assert reasons(context) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [("a.py", DAG, True), ("a.zip", "", True), ("a.txt", DAG, False), ("a.py", "import airflow", False)],
)
def test_dag_files(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    (tmp_path / name).write_text(text)
    assert is_dag_file(tmp_path / name) is expected


def test_requirements_are_read_without_comments_and_options() -> None:
    text = "--no-binary foo\n# a\nboto3==1 \\\n  --hash=sha256:0 # b\n\n-r other.txt\n"
    assert [line.split() for line in read_requirements(text)] == [["boto3==1", "--hash=sha256:0"]]


@pytest.mark.parametrize(
    ("requirement", "name"), [("Apache_Airflow[x]==3", "apache-airflow"), ("a.b-_c>=1", "a-b-c"), ("x", "x")]
)
def test_names_are_normalised(requirement: str, name: str) -> None:
    assert requirement_name(requirement) == name


def test_ca_bundle(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    assert [problem.value for problem in check_ca_bundle(str(bundle))] == [str(bundle)]
    bundle.write_text("")
    assert list(check_ca_bundle(str(bundle))) == []
    assert list(check_ca_bundle("")) == []

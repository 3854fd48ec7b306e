"""What the server may run."""

from __future__ import annotations

import sys

import pytest
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server.eligibility import (
    applicable,
    python_name,
    supported,
)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.19.4", True), ("2.21.0rc1", True), ("2.20.10", False), ("2.18.9", False), ("2.22.0.dev0", False)],
)
def test_only_tested_versions_of_core(version: str, expected: bool) -> None:
    assert supported(version) is expected


def test_only_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not supported("2.19.4")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/x/ansible_collections/amazon/aws/plugins/modules/s3_bucket.py", "amazon.aws.plugins.modules.s3_bucket"),
        (
            "/x/ansible_collections/airflow/fargate/plugins/modules/ecs/service.py",
            "airflow.fargate.plugins.modules.ecs.service",
        ),
        ("/x/ansible_collections/community/general/plugins/modules/ini_file.py", None),
        ("/x/ansible_collections/amazon/aws/plugins/modules/win.ps1", None),
        ("/x/ansible/modules/command.py", None),
        ("/x/library/s3_bucket.py", None),
    ],
)
def test_only_modules_of_the_aws_collections(path: str, expected: str | None) -> None:
    assert python_name(path) == (expected and f"ansible_collections.{expected}")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], True),
        (["AWS_REGION", "TZ", "HOME", "LANGUID", "MY_PYTHONPATH"], True),
        (["AWS_REGION", "PYTHONPATH"], False),
        (["LD_PRELOAD"], False),
        (["LC_ALL"], False),
        (["LANG"], False),
    ],
)
def test_only_environments_that_a_running_process_can_take(names: list[str], expected: bool) -> None:
    assert applicable(names) is expected

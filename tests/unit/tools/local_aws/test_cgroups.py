from __future__ import annotations

from pathlib import Path

import pytest

from tools.local_aws import cgroups


@pytest.fixture(autouse=True)
def unprivileged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "as_root", list)


def test_with_version_1(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    for _time in range(2):
        cgroups.weigh_containers(tmp_path)
        assert (tmp_path / "cpu/libpod_parent/cpu.shares").read_text() == "10240\n"


def test_with_version_2(tmp_path: Path) -> None:
    cgroups.weigh_containers(tmp_path)
    assert (tmp_path / "libpod_parent/cpu.weight").read_text() == "1000\n"


def test_where_it_may_not_be_changed_the_user_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "libpod_parent/cpu.weight").mkdir(parents=True)
    cgroups.weigh_containers(tmp_path)
    assert "containers may be slow" in capsys.readouterr().out

from __future__ import annotations

from pathlib import Path

import pytest

from tools import render_readmes
from tools.render_readmes import BEGIN, END, Options, RenderError

OPTIONS: Options = {
    "cluster_name": {"type": "str", "required": True, "description": "Name of the cluster."},
    "cluster_zones": {"type": "list", "elements": "str", "description": ["Zones.", "Two | more, see C(zones)."]},
    "cluster_limits": {
        "type": "dict",
        "description": "Limits.",
        "options": {"mode": {"type": "str", "choices": ["soft", "hard"], "default": "soft", "description": "How."}},
    },
}


def test_table_has_one_row_for_each_option_and_suboption() -> None:
    assert render_readmes.table(OPTIONS, {"cluster_zones": ["a"], "cluster_limits": {}}).splitlines() == [
        "| Name | Type | Default | Meaning |",
        "| --- | --- | --- | --- |",
        "| `cluster_name` | str | **required** | Name of the cluster. |",
        '| `cluster_zones` | list of str | `["a"]` | Zones. Two \\| more, see `zones`. |',
        "| `cluster_limits` | dict | `{}` | Limits. |",
        "| `cluster_limits.mode` | str | `soft` | How. One of `soft`, `hard`. |",
    ]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(render_readmes, "ROOT", tmp_path)
    return tmp_path


def test_only_what_stands_between_the_markers_is_replaced(root: Path) -> None:
    page = root / "README.md"
    text = f"# Title\n\n{BEGIN}\nold\n{END}\n\nThe end.\n"
    assert render_readmes.filled(page, text, "new") == f"# Title\n\n{BEGIN}\n\nnew\n\n{END}\n\nThe end.\n"


def test_missing_markers_are_refused(root: Path) -> None:
    page = root / "README.md"
    with pytest.raises(RenderError, match=r"README\.md must exist and hold the lines"):
        render_readmes.filled(page, "# Title\n", "new")


def test_a_table_of_defaults_is_not_squeezed_into_a_cell() -> None:
    assert render_readmes.value({"prices": list(range(100))}, "defaults/main.yml") == "in `defaults/main.yml`"
    assert render_readmes.value({"prices": 1}, "defaults/main.yml") == '`{"prices": 1}`'


def role(root: Path, default: str) -> Path:
    folder = root / "roles/cluster"
    (folder / "meta").mkdir(parents=True)
    (folder / "defaults").mkdir()
    (folder / "defaults/main.yml").write_text(f"cluster_name: '{default}'\n")
    (folder / "meta/argument_specs.yml").write_text(
        "argument_specs: {main: {options: {cluster_name: {type: str, description: The cluster.}}}}\n"
    )
    return folder


def test_setting_takes_the_description_of_the_option_that_defaults_to_it(root: Path) -> None:
    described = render_readmes.described_settings([role(root, "{{ airflow_cluster }}")])
    assert described == {"airflow_cluster": {"type": "str", "description": "The cluster."}}


@pytest.fixture
def settings(root: Path) -> Path:
    role(root, "{{ airflow_cluster }}").rename(root / "roles/service")
    (root / "group_vars/all").mkdir(parents=True)
    return root / "group_vars/all/airflow.yml"


def test_other_setting_takes_the_comment_above_it(root: Path, settings: Path) -> None:
    settings.write_text("# Of the file.\n\n# GiB,\n# at least 20.\nairflow_size: 25\n")
    assert "| `airflow_size` | int | `25` | GiB, at least 20. |" in render_readmes.settings_tables([])


def test_setting_that_nothing_describes_is_refused(root: Path, settings: Path) -> None:
    settings.write_text("# Of another.\nairflow_other: 1\nairflow_forgotten: 1\n")
    with pytest.raises(RenderError, match="right above airflow_forgotten"):
        render_readmes.settings_tables([])

"""What the process of a playbook does for its forks; in forks of this one, which then knows nothing of it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible._internal._datatag._tags import TrustedAsTemplate
from ansible._internal._templating._engine import TemplateEngine, TemplateOptions
from ansible._internal._templating._jinja_bits import AnsibleEnvironment, TemplateOverrides
from ansible.errors import AnsibleError
from ansible.plugins import loader as plugin_loaders
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import forks

FILTERS = """
from jinja2 import pass_context

@pass_context
def upper(context, value):
    return f"a {type(context).__name__.removeprefix('Ansible').lower()} and {value}"

class FilterModule:
    def filters(self):
        return {"upper": upper}
"""


def in_fork(ask: Callable[[], int]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(ask())
        finally:
            # What has failed must not go on as a second pytest.
            os._exit(255)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_forks_of_tasks_collect_no_garbage_and_the_playbook_does() -> None:
    def playbook() -> int:
        frozen = gc.get_freeze_count()
        forks.collect_no_garbage()
        # Forks inherit all that is there, and leave it alone.
        return gc.isenabled() + 2 * (gc.get_freeze_count() > frozen) + 4 * in_fork(lambda: not gc.isenabled())

    assert in_fork(gc.isenabled) == 1
    assert in_fork(playbook) == 7


def test_the_filters_and_tests_of_ansible_are_there_before_the_first_task(monkeypatch: pytest.MonkeyPatch) -> None:
    for loader in (plugin_loaders.filter_loader, plugin_loaders.test_loader):
        monkeypatch.setattr(loader, "_cached_non_collection_wrappers", {})
    forks.import_plugins()
    assert {"combine", "to_json", "regex_replace"} <= set(plugin_loaders.filter_loader._cached_non_collection_wrappers)
    assert {"subset", "match"} <= set(plugin_loaders.test_loader._cached_non_collection_wrappers)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Jinja has compiled, in Python, since the templates are kept."""
    sources = []
    compile_source = AnsibleEnvironment._compile

    def counted(environment: AnsibleEnvironment, source: str, filename: str) -> Any:
        sources.append(source)
        return compile_source(environment, source, filename)

    monkeypatch.setattr(AnsibleEnvironment, "_compile", counted)
    monkeypatch.setattr(AnsibleEnvironment, "compile", AnsibleEnvironment.compile)
    forks.keep_compiled_templates()
    return sources


def rendered(text: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
    trusted = {name: TrustedAsTemplate().tag(value) for name, value in (variables or {}).items()}
    return TemplateEngine(variables=trusted).template(TrustedAsTemplate().tag(text), options=TemplateOptions(**options))


def test_a_template_is_compiled_once_and_evaluated_with_the_variables_of_each_time(compiled: list[str]) -> None:
    assert rendered("{{ name }}-{{ region }}", {"name": "{{ region }}", "region": "here"}) == "here-here"
    assert rendered("{{ name }}-{{ region }}", {"name": "there", "region": "{{ 1 + 1 }}"}) == "there-2"
    # The text itself, the two names, and the sum.
    assert len(compiled) == 3


def test_forks_inherit_what_was_compiled(compiled: list[str]) -> None:
    rendered("{{ name }}", {"name": "one"})
    before = len(compiled)

    def task() -> int:
        return rendered("{{ name }}", {"name": "two"}) == "two" and len(compiled) == before

    assert in_fork(task) == 1


def test_the_same_text_with_other_options_is_another_template(compiled: list[str]) -> None:
    text = r"{{ 'a1' | regex_replace('a(.)', '\\1') }} [[ 2 ]]"
    brackets = TemplateOverrides(variable_start_string="[[", variable_end_string="]]")
    for _time in range(2):
        assert rendered(text) == r"\1 [[ 2 ]]"
        assert rendered(text, escape_backslashes=False) == "1 [[ 2 ]]"
        assert rendered(text, overrides=brackets).endswith("}} 2")
    assert len(compiled) == 3


def test_expressions_and_templates_with_one_text_do_not_mix(compiled: list[str]) -> None:
    engine = TemplateEngine(variables={"number": 3})
    for _time in range(2):
        assert engine.evaluate_expression(TrustedAsTemplate().tag("number > 2")) is True
        assert rendered("number > 2") == "number > 2"


def test_a_filter_that_a_role_brings_takes_the_place_of_the_one_of_its_name(
    compiled: list[str], tmp_path: Path
) -> None:
    def task() -> int:
        assert rendered("{{ 'abc' | upper }}") == "ABC"
        (tmp_path / "role.py").write_text(FILTERS)
        plugin_loaders.filter_loader.add_directory(str(tmp_path))
        return rendered("{{ 'abc' | upper }}") == "a context and abc"

    assert in_fork(task) == 1


def test_what_cannot_be_compiled_is_told_each_time(compiled: list[str]) -> None:
    for _time in range(2):
        with pytest.raises(AnsibleError, match="Syntax error in template"):
            rendered("{{ name | }}")

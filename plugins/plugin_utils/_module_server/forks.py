# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The forks that Ansible makes for tasks: what each of them would do again is done once, or left out."""

from __future__ import annotations

import functools
import gc
import os
from types import CodeType
from typing import Any

from ansible._internal._templating._jinja_bits import AnsibleEnvironment, _TemplateCompileContext
from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
from ansible.plugins.loader import (
    action_loader,
    connection_loader,
    filter_loader,
    lookup_loader,
    shell_loader,
    test_loader,
)

from .protocol import PROFILE

# What nearly every task uses. One filter, and one test, bring all that Ansible has.
PLUGINS = (
    (connection_loader, "local"),
    (shell_loader, "sh"),
    (action_loader, "normal"),
    (action_loader, "set_fact"),
    (action_loader, "validate_argument_spec"),
    (lookup_loader, "env"),
    (lookup_loader, "vars"),
    (filter_loader, "combine"),
    (test_loader, "subset"),
)


def spare() -> None:
    """Call it before the first task, in the process that Ansible forks."""
    import_plugins()
    keep_compiled_templates()
    collect_no_garbage()


def import_plugins() -> None:
    """Import what tasks import: forks inherit it."""
    for loader, name in PLUGINS:
        loader.get(name, class_only=True)
    get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    get_module_decoder(PROFILE, Direction.MODULE_TO_CONTROLLER)


def keep_compiled_templates() -> None:
    """A template that was compiled is not compiled again, by this process or by a fork of it.

    Ansible compiles a template each time that it evaluates a variable: a name that all others are made of, hundreds of
    times in one task. What Jinja makes of a text depends on the delimiters and options of its lexer, on whether Ansible
    wants its backslashes escaped, and on what filters and tests ask to be passed; the environment that it is then
    evaluated in is not part of it.
    """
    compile_template = AnsibleEnvironment.compile
    compiled: dict[Any, CodeType] = {}
    plugins = _filters_and_tests()

    @functools.wraps(compile_template)
    def compile_once(environment: AnsibleEnvironment, source: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal plugins
        context = _TemplateCompileContext.current(optional=True)
        # Expressions come parsed already, and files by their names, with what they include.
        if not isinstance(source, str) or context is None or any(args) or any(kwargs.values()):
            return compile_template(environment, source, *args, **kwargs)
        if any(now is not before for now, before in zip(_filters_and_tests(), plugins, strict=True)):
            # A role has brought its own, perhaps of the same names.
            plugins = _filters_and_tests()
            compiled.clear()
        key = (str(source), environment.lexer, context.escape_backslashes)
        if key not in compiled:
            compiled[key] = compile_template(environment, source, *args, **kwargs)
        return compiled[key]

    AnsibleEnvironment.compile = compile_once


def _filters_and_tests() -> tuple[object, object]:
    """The very objects that Ansible keeps them in; it makes new ones when it has another folder to look into."""
    return filter_loader._cached_non_collection_wrappers, test_loader._cached_non_collection_wrappers


def collect_no_garbage() -> None:
    """A fork lives for one task. To look for garbage there is to copy pages that it shares with its parent."""
    gc.freeze()
    os.register_at_fork(after_in_child=gc.disable)

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Ansible's C(normal) action, the one of every module without an action of its own, with the module server.

Ansible still does everything around the module: arguments, environment, parsing and cleaning of the result. Only
building the payload and starting an interpreter for it are replaced, and only where the module cannot tell.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.executor import module_common
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins import action as actions
from ansible.utils.display import Display
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import client, eligibility
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server.protocol import PROFILE, Request

display = Display()


def _original() -> Any:
    """Ansible's own C(normal), by its file: its name in Python is now that of this file."""
    path = Path(actions.__file__).with_name("normal.py")
    spec = importlib.util.spec_from_file_location("airflow_fargate_original_normal", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"Ansible's own normal action is not in {path}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ActionModule


def _serialized(arguments: dict[str, Any]) -> str | None:
    """The module's parameters; None if they cannot be serialized, which Ansible then explains."""
    encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    try:
        return json.dumps({"ANSIBLE_MODULE_ARGS": arguments}, cls=encoder)
    except TypeError:
        return None


Original: Any = _original()


class ActionModule(Original):
    """Hands modules to the server; whatever it does not take runs as ever."""

    _accepted: tuple[client.Call, Request] | None = None

    def _configure_module(self, module_name: str, module_args: dict[str, Any], task_vars: dict[str, Any]) -> Any:
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        path = self._served(module_name, environment, task_vars)
        name = eligibility.python_name(path) if path else None
        parameters = _serialized(module_args) if name else None
        call = client.call(name) if name and parameters else None
        if call is None or parameters is None:
            return super()._configure_module(module_name, module_args, task_vars)
        folder = str(self._loader.get_basedir())
        # The working directory as the shell tells it that Ansible runs modules in.
        variables = {**os.environ, "PWD": folder, **{name: str(value) for name, value in environment.items()}}
        self._accepted = (call, Request(parameters, PROFILE, variables, folder))
        built = module_common._BuiltModule(
            b_module_data=b"", module_style="new", shebang=f"#!{sys.executable}", serialization_profile=PROFILE
        )
        return built, path

    def _served(self, module_name: str, environment: dict[str, Any], task_vars: dict[str, Any]) -> str | None:
        """The file of the module, if its run would be the same in a fork of the server."""
        if not client.running() or self._task.async_val or self._connection.become:
            return None
        if self._connection.transport != "local" or not self._is_pipelining_enabled("new"):
            return None
        if not eligibility.applicable(environment) or self._interpreter(task_vars) != sys.executable:
            return None
        if constants.config.get_config_value("PYTHON_MODULE_RLIMIT_NOFILE", variables=task_vars) != 0:
            return None
        found = self._shared_loader_obj.module_loader.find_plugin_with_context(
            module_name, ".py", collection_list=self._task.collections
        )
        return found.plugin_resolved_path if found.resolved else None

    def _interpreter(self, task_vars: dict[str, Any]) -> str | None:
        if self._task.delegate_to:
            task_vars = task_vars["ansible_delegated_vars"][self._task.delegate_to]
        local = bool(getattr(self._connection, "_remote_is_local", False))
        try:
            _shebang, interpreter = module_common._get_shebang(
                "/usr/bin/python", task_vars, self._templar, remote_is_local=local
            )
        except module_common.InterpreterDiscoveryRequiredError:
            return None
        return interpreter

    def _low_level_execute_command(self, cmd: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if self._accepted is None:
            return super()._low_level_execute_command(cmd, *args, **kwargs)
        (call, request), self._accepted = self._accepted, None
        display.vvv("EXEC in a fork of the module server", host=self._play_context.remote_addr)
        code, stdout, stderr = call.run(request)
        out, error = (to_text(output, errors="surrogate_then_replace") for output in (stdout, stderr))
        return {
            "rc": code,
            "stdout": out,
            "stdout_lines": out.splitlines(),
            "stderr": error,
            "stderr_lines": error.splitlines(),
        }

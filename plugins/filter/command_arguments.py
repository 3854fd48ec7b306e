# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import shlex
from typing import Any

from ansible.errors import AnsibleFilterError

# The commands of Airflow 3.3's own command line, with those of the providers that are in the image.
AIRFLOW_COMMANDS = frozenset(
    {
        "api-server",
        "assets",
        "aws-auth-manager",
        "backfill",
        "celery",
        "cheat-sheet",
        "config",
        "connections",
        "dag-processor",
        "dags",
        "db",
        "db-manager",
        "fab-db",
        "info",
        "jobs",
        "kerberos",
        "partitions",
        "permissions-cleanup",
        "plugins",
        "pools",
        "providers",
        "roles",
        "rotate-fernet-key",
        "scheduler",
        "standalone",
        "state-store",
        "sync-perm",
        "tasks",
        "teams",
        "triggerer",
        "users",
        "variables",
        "version",
    }
)


def command_arguments(command: Any) -> list[str]:
    """The argument list of a command: text is split as a shell would, a list is taken as it is."""
    if isinstance(command, str):
        try:
            arguments = shlex.split(command)
        except ValueError as error:
            raise AnsibleFilterError(f"command: {error} in {command}") from error
        if arguments and arguments[0] in AIRFLOW_COMMANDS:
            arguments.insert(0, "airflow")
    elif isinstance(command, list) and all(isinstance(argument, (str, int, float)) for argument in command):
        arguments = [str(argument) for argument in command]
    else:
        raise AnsibleFilterError(f"command must be text or a list of texts, not {command!r}")
    if not arguments:
        raise AnsibleFilterError("command is empty. Give one: -e command='users list'")
    return arguments


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, Any]:
        return {"command_arguments": command_arguments}

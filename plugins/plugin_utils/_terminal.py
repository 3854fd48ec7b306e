# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The way to the user that is left when a playbook is interrupted.

Ansible runs a task in a fork that is cut off from the terminal; the playbook's process shows what the fork sends it.
After Ctrl-C that process no longer listens, but waits for its forks to end. It imports this module before it forks,
so every fork has this copy of its standard error.
"""

from __future__ import annotations

import os

_STDERR = os.dup(2)


def write(text: str) -> None:
    """Write a line, past Ansible's Display."""
    os.write(_STDERR, f"{text}\n".encode())

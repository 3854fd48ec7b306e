# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: module_server
type: aggregate
short_description: Run AWS modules in forks of one warm Python
version_added: 1.0.0
author:
  - airflow.fargate contributors (@airflow-fargate)
description:
  - Ansible starts a Python interpreter for each module, which imports boto3 and parses the descriptions of AWS services
    before it makes its first call. With this plugin a server process does that once for a run of the playbook, and each
    module runs in a fork of it.
  - The forks that Ansible itself makes for tasks find what they share already there, which is Ansible's own plugins and
    templates that were compiled before. They collect no garbage, which would copy the memory that they share with the
    playbook's process.
  - Only modules of C(airflow.fargate), C(amazon.aws) and C(community.aws) run so, and only where nothing differs from
    the normal way. Not so with C(async), with C(become), over another connection than C(local), without pipelining,
    with another Python interpreter than that of the playbook, or with environment variables that an interpreter reads
    at its start.
  - With versions of ansible-core that it was not tested with, and on systems other than Linux, it stands aside.
requirements:
  - Enable it with C(callbacks_enabled = airflow.fargate.module_server) in C(ansible.cfg), and let C(action_plugins)
    name this project's C(action_plugins) folder.
  - ansible-core 2.19 or 2.21
options:
  enabled:
    description: Whether the server is started. Without it every module runs the normal way.
    type: bool
    default: true
    env:
      - name: AIRFLOW_FARGATE_MODULE_SERVER
    ini:
      - section: module_server
        key: enabled
"""

import atexit
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible.release import __version__
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import client, eligibility


class CallbackModule(CallbackBase):
    """Starts the server with the playbook and ends it with the playbook's process."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "airflow.fargate.module_server"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook: Any) -> None:
        # Another playbook of the same command finds the server of the first one.
        if not self.get_option("enabled") or client.running():
            return
        if not eligibility.supported(__version__):
            self._display.vv(
                f"The module server was not tested with ansible-core {__version__}: modules run the normal way."
            )
            return
        client.start(list(AnsibleCollectionConfig.collection_paths))
        # Other versions may not have what it imports.
        from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import forks

        forks.spare()
        atexit.register(client.stop)

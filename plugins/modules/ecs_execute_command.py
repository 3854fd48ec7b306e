#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_execute_command
version_added: 1.0.0
short_description: Run a command in a running container of an Amazon ECS service
description:
  - Finds a running task of a service, waits until its exec agent runs, runs a command in one of its containers with ECS
    Exec, and returns what it printed and its exit code. Another code than 0 is a failure.
  - What is said where ECS Exec is off or its agent does not run tells what to do about it.
  - The session of ECS Exec is a terminal, which has one output only. The container needs C(/bin/sh), and the command
    runs as root.
  - Calls C(ListTasks), C(DescribeTasks) and C(ExecuteCommand).
  - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html).
requirements:
  - the Session Manager plugin, newer than 1.2.497.0, where the module runs
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  cluster:
    description:
      - The name or the ARN of the cluster.
    type: str
    required: true
  service:
    description:
      - The service in one of whose tasks the command runs, the newest one.
    type: str
    required: true
  container:
    description:
      - The container.
    type: str
    default: airflow
  command:
    description:
      - The command and its arguments. No shell reads them.
      - Whoever may read the account's trail of API calls can read it, so it should hold no secret.
    type: list
    elements: str
    required: true
  agent_timeout:
    description:
      - How many seconds to wait for a task with a running exec agent.
    type: int
    default: 60
  command_timeout:
    description:
      - How many seconds the command may take. Then its session is closed.
    type: int
    default: 600
  plugin:
    description:
      - The Session Manager plugin, as a name that is looked for in E(PATH), or as a path.
    type: str
    default: session-manager-plugin
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Ask the scheduler about its environment
  airflow.fargate.ecs_execute_command:
    cluster: airflow-prod
    service: scheduler
    command: [airflow, info]
  register: info

- name: Show it
  ansible.builtin.debug:
    var: info.stdout_lines
"""

RETURN = r"""
task_arn:
  description: The task that was chosen.
  returned: when there is one
  type: str
  sample: arn:aws:ecs:eu-central-1:123456789012:task/airflow-prod/0123456789abcdef0123456789abcdef
command:
  description: The command.
  returned: when there is a task
  type: list
  elements: str
  sample: ["airflow", "info"]
rc:
  description: The exit code of the command.
  returned: when it ran
  type: int
  sample: 0
stdout:
  description: What it printed, on both of its outputs.
  returned: when it ran
  type: str
stdout_lines:
  description: The same, by line.
  returned: when it ran
  type: list
  elements: str
"""

from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.exec_session import find_plugin, run_plugin
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.execute_command import execute
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "cluster": {"type": "str", "required": True},
            "service": {"type": "str", "required": True},
            "container": {"type": "str", "default": "airflow"},
            "command": {"type": "list", "elements": "str", "required": True},
            "agent_timeout": {"type": "int", "default": 60},
            "command_timeout": {"type": "int", "default": 600},
            "plugin": {"type": "str", "default": "session-manager-plugin"},
        },
        supports_check_mode=True,
    )
    client = module.client("ecs")
    region, endpoint = client.meta.region_name, client.meta.endpoint_url
    try:
        plugin = find_plugin(module.params["plugin"])

        def take_part(session: dict[str, Any], target: str) -> str:
            return run_plugin(plugin, session, target, region, endpoint, module.params["command_timeout"])

        module.exit_json(**execute(client, take_part, module.params, module.check_mode))
    except AnsibleAWSError as error:
        fail_from_error(module, error)


if __name__ == "__main__":
    main()

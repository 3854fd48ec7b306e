#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_stop_task
version_added: 1.0.0
short_description: Stop an Amazon ECS task
description:
  - Stops a task that has not ended yet. Its containers get SIGTERM, and SIGKILL after their C(stopTimeout).
  - Calls C(DescribeTasks), C(StopTask) and C(DescribeTaskDefinition).
  - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html).
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  cluster:
    description:
      - The name or the ARN of the cluster.
    type: str
    required: true
  task:
    description:
      - The id or the ARN of the task.
    type: str
    required: true
  reason:
    description:
      - Why it is stopped. It becomes C(stoppedReason) of the task.
    type: str
    default: Stopped by Ansible
  wait:
    description:
      - Whether to wait until the task has stopped, 150 seconds at most.
    type: bool
    default: true
  log_lines:
    description:
      - How many of the last log lines of each container RV(report) shows.
    type: int
    default: 0
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Stop a task
  airflow.fargate.ecs_stop_task:
    cluster: airflow-prod
    task: 0123456789abcdef0123456789abcdef
    reason: It was started by mistake
"""

RETURN = r"""
task:
  description: The task as DescribeTasks tells it, without its overrides.
  returned: always
  type: dict
  sample: {"last_status": "STOPPED"}
exit_codes:
  description: The exit code of each container by name, C(none) for one that never ran. Empty until it has stopped.
  returned: always
  type: dict
  sample: {"airflow": 143}
report:
  description: The end in words, with reasons and exit codes. Empty until the task has stopped.
  returned: always
  type: str
"""

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import task_reader
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.follow import stop
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "cluster": {"type": "str", "required": True},
            "task": {"type": "str", "required": True},
            "reason": {"type": "str", "default": "Stopped by Ansible"},
            "wait": {"type": "bool", "default": True},
            "log_lines": {"type": "int", "default": 0},
        },
        supports_check_mode=True,
    )
    client = module.client("ecs")
    try:
        module.exit_json(**stop(client, task_reader(module, client), module.params, module.check_mode))
    except AnsibleAWSError as error:
        fail_from_error(module, error)


if __name__ == "__main__":
    main()

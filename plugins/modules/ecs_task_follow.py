#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_task_follow
version_added: 1.0.0
short_description: Wait for news of an Amazon ECS task
description:
  - Returns as soon as a task has written something or has another status. Called again with the positions it returned,
    it goes on from there. M(airflow.fargate.ecs_run_task) shows with it what a task writes while it runs.
  - Reads lines from CloudWatch Logs, where the task definition sends them there (log driver C(awslogs) with a stream
    prefix).
  - Changes nothing. Calls C(DescribeTasks), C(DescribeTaskDefinition) and C(GetLogEvents).
  - See U(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html).
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
  positions:
    description:
      - Where to go on in the log of each container, by name, as RV(positions) of the call before. Without one it begins
        with the first line.
    type: dict
    default: {}
  last_status:
    description:
      - The status that is known already. Another one is news.
    type: str
  wait_timeout:
    description:
      - How many seconds to wait for news.
    type: int
    default: 20
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Read what a task has written so far
  airflow.fargate.ecs_task_follow:
    cluster: airflow-prod
    task: 0123456789abcdef0123456789abcdef
    wait_timeout: 0
  register: news

- name: Wait for more
  airflow.fargate.ecs_task_follow:
    cluster: airflow-prod
    task: 0123456789abcdef0123456789abcdef
    positions: "{{ news.positions }}"
    last_status: "{{ news.task.last_status }}"
"""

RETURN = r"""
task:
  description: The task as DescribeTasks tells it, without its overrides.
  returned: always
  type: dict
  sample: {"last_status": "RUNNING"}
lines:
  description: What its containers have written since the positions, in the order of reading.
  returned: always
  type: list
  elements: dict
  sample: [{"container": "airflow", "message": "Database migrating done!"}]
positions:
  description: Where to go on, by container.
  returned: always
  type: dict
  sample: {"airflow": "f/39012345678901234567890123456789012345678901234567890123"}
unreadable:
  description: The containers whose lines are not in CloudWatch Logs.
  returned: always
  type: list
  elements: str
  sample: []
ended:
  description: Whether the task has ended. Then RV(lines) are the last ones.
  returned: always
  type: bool
succeeded:
  description: Whether the task has ended with 0 from every container that is essential.
  returned: always
  type: bool
exit_codes:
  description: The exit code of each container by name, C(none) for one that never ran. Empty until the task has ended.
  returned: always
  type: dict
  sample: {"airflow": 0}
report:
  description: The end in words, with reasons and exit codes. Empty until the task has ended.
  returned: always
  type: str
"""

from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import TaskReader
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.follow import follow
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "cluster": {"type": "str", "required": True},
            "task": {"type": "str", "required": True},
            "positions": {"type": "dict", "default": {}},
            "last_status": {"type": "str"},
            "wait_timeout": {"type": "int", "default": 20},
        },
        supports_check_mode=True,
    )
    client = module.client("ecs")
    clients: dict[str | None, Any] = {}

    def logs_client(region: str | None) -> Any:
        if region not in clients:
            clients[region] = module.client("logs", **({"region": region} if region else {}))
        return clients[region]

    try:
        # The report of the end repeats no line that was returned before.
        module.exit_json(**follow(client, TaskReader(client, logs_client, log_lines=0), logs_client, module.params))
    except AnsibleAWSError as error:
        fail_from_error(module, error)


if __name__ == "__main__":
    main()

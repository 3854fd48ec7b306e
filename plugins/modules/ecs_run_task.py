#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_run_task
version_added: 1.0.0
short_description: Run a standalone Amazon ECS task on Fargate
description:
  - Starts tasks, waits for them, and fails when they fail, telling the reason, the exit codes and the last log lines.
  - Tasks that ECS cannot place for lack of capacity are tried again until O(wait_timeout).
  - A size that Fargate does not have is refused before anything is started, with the sizes that it has.
  - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html).
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  cluster:
    description:
      - The name or the ARN of the cluster.
    type: str
    required: true
  task_definition:
    description:
      - What to run, as C(family), C(family:revision) or ARN.
    type: str
    required: true
  count:
    description:
      - How many tasks to run.
    type: int
    default: 1
  overrides:
    description:
      - What differs from the task definition.
      - Commands and environment variables are visible to everyone who may describe tasks. Secrets belong into the
        C(secrets) of the task definition.
    type: dict
    suboptions:
      cpu:
        description:
          - The CPU units of the task.
        type: int
      memory:
        description:
          - The memory of the task in MiB.
        type: int
      ephemeral_storage:
        description:
          - The disk of the task in GiB, up to 200.
        type: int
      containers:
        description:
          - What differs in containers.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description:
              - The name of the container.
            type: str
            required: true
          command:
            description:
              - The command instead of the one in the task definition.
            type: list
            elements: str
          environment:
            description:
              - Additional environment variables, by name.
            type: dict
          cpu:
            description:
              - The CPU units of the container.
            type: int
          memory:
            description:
              - The hard memory limit of the container in MiB.
            type: int
  network_configuration:
    description:
      - The network of the tasks.
    type: dict
    required: true
    suboptions:
      subnets:
        description:
          - The ids of the subnets.
        type: list
        elements: str
        required: true
      security_groups:
        description:
          - The ids of the security groups. None means the default group of the VPC.
        type: list
        elements: str
        default: []
      assign_public_ip:
        description:
          - Whether tasks get a public address, which they need in a subnet without a NAT gateway.
        type: bool
        default: false
  capacity_provider_strategy:
    description:
      - Where the tasks run. When this is not set, the default of the cluster holds.
    type: list
    elements: dict
    suboptions:
      capacity_provider:
        description:
          - The name of one of the cluster's capacity providers.
        type: str
        required: true
      weight:
        description:
          - The relative share of tasks, after O(capacity_provider_strategy[].base) is satisfied.
        type: int
        default: 0
      base:
        description:
          - How many tasks run on this provider at least. Only one provider of a strategy can have a base.
        type: int
        default: 0
  client_token:
    description:
      - Names this run, so that repeating it does not run it twice. Tasks that were started with this token are taken
        for this run's own when they still run or have succeeded. Failed ones are not, so a failed run can be repeated.
      - ECS forgets a task about an hour after its end. Then the same token starts it again.
      - Put everything into the token that makes a new run necessary, such as the tag of an image.
      - The token becomes C(startedBy) of the tasks, as its SHA-256 when ECS does not allow its characters there.
    type: str
  started_by:
    description:
      - A label of the tasks by which they can be listed.
    type: str
  group:
    description:
      - The task group. The default is C(family:) and the family.
    type: str
  enable_execute_command:
    description:
      - Whether commands can be run in the containers with ECS Exec.
    type: bool
    default: false
  wait:
    description:
      - What to wait for. V(none) only starts the tasks, V(running) waits until they run, V(stopped) until they ended.
    type: str
    choices: [none, running, stopped]
    default: stopped
  wait_timeout:
    description:
      - How many seconds to wait for capacity, and then for the tasks.
    type: int
    default: 900
  stop_on_timeout:
    description:
      - Whether to stop the tasks when they do not get there in time.
    type: bool
    default: true
  fail_on_exit_code:
    description:
      - Whether an exit code other than 0 of an essential container is a failure.
      - A task that could not be started always is.
    type: bool
    default: true
  stream:
    description:
      - Whether to show what the task writes while it runs, where its task definition sends that to CloudWatch Logs.
      - An interrupted playbook (Ctrl-C) then stops the task and says so.
      - Only with O(wait=stopped) and one task, and not in check mode.
    type: bool
    default: false
  log_lines:
    description:
      - How many of the last log lines of each container to return. They are read from CloudWatch Logs, when the task
        definition writes there.
    type: int
    default: 20
  tags:
    description:
      - The tags of the tasks.
    type: dict
    aliases: [resource_tags]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Migrate the database once for each image
  airflow.fargate.ecs_run_task:
    cluster: airflow-prod
    task_definition: airflow-prod-standalone
    client_token: "migrate-{{ image_tag }}"
    overrides:
      containers:
        - name: airflow
          command: [airflow, db, migrate]
    network_configuration:
      subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]
      security_groups: [sg-0123abcd]
      assign_public_ip: true
    wait_timeout: 600
  register: migration

- name: Run a larger task and show what it writes
  airflow.fargate.ecs_run_task:
    cluster: airflow-prod
    task_definition: airflow-prod-standalone
    overrides:
      cpu: 1024
      memory: 4096
      containers:
        - name: airflow
          command: [airflow, db, clean, --clean-before-timestamp, "2026-01-01", --yes]
    network_configuration:
      subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]
    stream: true

- name: Show what it said
  ansible.builtin.debug:
    var: migration.logs.airflow
"""

RETURN = r"""
tasks:
  description: The tasks as DescribeTasks tells them, without their overrides. Empty in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    task_arn:
      description: The ARN of the task.
      type: str
      sample: arn:aws:ecs:eu-central-1:123456789012:task/airflow-prod/0123456789abcdef0123456789abcdef
    last_status:
      description: The status of the task.
      type: str
      sample: STOPPED
    stop_code:
      description: The kind of the end.
      type: str
      sample: EssentialContainerExited
    stopped_reason:
      description: The reason of the end.
      type: str
      sample: Essential container in task exited
    containers:
      description: The containers, with their exit codes.
      type: list
      elements: dict
exit_codes:
  description:
    - The exit code of each container by name, C(none) for one that never ran. Of several tasks, the worst.
    - Empty for tasks that have not ended.
  returned: always
  type: dict
  sample: {"airflow": 0}
logs:
  description: The last log lines of each container by name, once its task has ended.
  returned: always
  type: dict
  sample: {"airflow": ["Database migrating done!"]}
request:
  description: What was asked of RunTask, without the values of environment variables. Empty when nothing was to start.
  returned: always
  type: dict
  sample: {"cluster": "airflow-prod", "taskDefinition": "airflow-prod-standalone", "count": 1}
failure:
  description: Why the run failed.
  returned: when tasks failed, without O(stream)
  type: dict
  contains:
    tasks:
      description: The tasks that failed, as in RV(airflow.fargate.ecs_service#module:failure.tasks).
      type: list
      elements: dict
"""

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import task_reader
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.tasks import run
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

ARGUMENT_SPEC = {
    "cluster": {"type": "str", "required": True},
    "task_definition": {"type": "str", "required": True},
    "count": {"type": "int", "default": 1},
    "overrides": {
        "type": "dict",
        "options": {
            "cpu": {"type": "int"},
            "memory": {"type": "int"},
            "ephemeral_storage": {"type": "int"},
            "containers": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "command": {"type": "list", "elements": "str"},
                    "environment": {"type": "dict"},
                    "cpu": {"type": "int"},
                    "memory": {"type": "int"},
                },
            },
        },
    },
    "network_configuration": {
        "type": "dict",
        "required": True,
        "options": {
            "subnets": {"type": "list", "elements": "str", "required": True},
            "security_groups": {"type": "list", "elements": "str", "default": []},
            "assign_public_ip": {"type": "bool", "default": False},
        },
    },
    "capacity_provider_strategy": {
        "type": "list",
        "elements": "dict",
        "options": {
            "capacity_provider": {"type": "str", "required": True},
            "weight": {"type": "int", "default": 0},
            "base": {"type": "int", "default": 0},
        },
    },
    # Named like a secret, but it is only a name.
    "client_token": {"type": "str", "no_log": False},
    "started_by": {"type": "str"},
    "group": {"type": "str"},
    "enable_execute_command": {"type": "bool", "default": False},
    "wait": {"type": "str", "choices": ["none", "running", "stopped"], "default": "stopped"},
    "wait_timeout": {"type": "int", "default": 900},
    "stop_on_timeout": {"type": "bool", "default": True},
    "fail_on_exit_code": {"type": "bool", "default": True},
    # Seen to by the action plugin of the same name.
    "stream": {"type": "bool", "default": False},
    "log_lines": {"type": "int", "default": 20},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENT_SPEC,
        # The token is kept in startedBy, because ListTasks can search for that.
        mutually_exclusive=[("client_token", "started_by")],
        supports_check_mode=True,
    )
    client = module.client("ecs")
    try:
        module.exit_json(**run(client, task_reader(module, client), module.params, module.check_mode))
    except AnsibleAWSError as error:
        fail_from_error(module, error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_task_definition
version_added: 1.0.0
short_description: Manage an Amazon ECS task definition for Fargate
description:
  - Registers a new revision of a task definition when it differs from the latest active one in anything that matters,
    and nothing otherwise. One call finds that out.
  - Defaults that ECS fills in, and the order of containers, environment variables, secrets, ports and other lists that
    have no order, make no difference. The order of C(command) and C(entryPoint) does.
  - The network mode is C(awsvpc), the only one Fargate has.
  - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html).
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  family:
    description:
      - The name under which revisions are counted.
    type: str
    required: true
  containers:
    description:
      - The container definitions, in the spelling of the API.
      - Numbers and text are converted into what the API wants, so that the result of a template can be used. An unknown
        field is refused, also in check mode.
      - Environment values are shown in diffs and logs. Secrets belong into C(secrets), which holds ARNs only.
      - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html).
      - Required when O(state=present).
    type: list
    elements: dict
  cpu:
    description:
      - The CPU of the task in CPU units, of which 1024 are a vCPU. Required when O(state=present).
    type: int
  memory:
    description:
      - The memory of the task in MiB. Fargate allows certain values for each O(cpu) only.
      - Required when O(state=present).
    type: int
  execution_role_arn:
    description:
      - The ARN of the role ECS itself uses to pull images, to read secrets and to write logs.
    type: str
  task_role_arn:
    description:
      - The ARN of the role of the programs in the containers.
    type: str
  runtime_platform:
    description:
      - What the images are built for.
    type: dict
    default: {}
    suboptions:
      cpu_architecture:
        description:
          - The CPU architecture.
        type: str
        choices: [X86_64, ARM64]
        default: X86_64
      operating_system_family:
        description:
          - The operating system.
        type: str
        default: LINUX
  ephemeral_storage:
    description:
      - The disk of the task in GiB, up to 200. Fargate gives 20 GiB when this is not set.
    type: int
  volumes:
    description:
      - The volumes the containers can mount, in the spelling of the API.
      - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html).
    type: list
    elements: dict
    default: []
  keep_revisions:
    description:
      - How many active revisions to keep. Older ones are deregistered. Tasks and services that use one go on running.
      - Keep at least 2, so that a deployment that fails has something to return to.
      - When this is not set, nothing is deregistered.
    type: int
  state:
    description:
      - With V(absent) all revisions are deregistered and deleted. ECS finishes that when no task uses them any more.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Register the scheduler
  airflow.fargate.ecs_task_definition:
    family: airflow-prod-scheduler
    cpu: 512
    memory: 2048
    execution_role_arn: arn:aws:iam::123456789012:role/airflow-prod-execution-eu-central-1
    task_role_arn: arn:aws:iam::123456789012:role/airflow-prod-scheduler-eu-central-1
    keep_revisions: 10
    containers:
      - name: airflow
        image: 123456789012.dkr.ecr.eu-central-1.amazonaws.com/airflow-prod:3f2a
        command: [airflow, scheduler]
        environment:
          - name: AIRFLOW__CORE__EXECUTOR
            value: CeleryExecutor
        secrets:
          - name: AIRFLOW__CORE__FERNET_KEY
            valueFrom: arn:aws:secretsmanager:eu-central-1:123456789012:secret:airflow-prod/config/fernet_key
        logConfiguration:
          logDriver: awslogs
          options:
            awslogs-group: /airflow-prod/scheduler
            awslogs-region: eu-central-1
            awslogs-stream-prefix: ecs

- name: Remove every revision
  airflow.fargate.ecs_task_definition:
    family: airflow-prod-scheduler
    state: absent
"""

RETURN = r"""
task_definition:
  description:
    - The task definition, with C(container_definitions) in the spelling of the API.
    - In check mode, what would be registered.
  returned: when O(state=present)
  type: dict
  contains:
    family:
      description: The family.
      type: str
      sample: airflow-prod-scheduler
    container_definitions:
      description: The container definitions in the spelling of the API.
      type: list
      elements: dict
    cpu:
      description: The CPU units of the task.
      type: str
      sample: "512"
    memory:
      description: The memory of the task in MiB.
      type: str
      sample: "2048"
    status:
      description: The status of the revision.
      type: str
      sample: ACTIVE
    tags:
      description: The tags of the revision.
      type: dict
      sample: {"airflow:environment": prod}
task_definition_arn:
  description:
    - The ARN of the latest revision, to be given to M(airflow.fargate.ecs_service).
    - In check mode with nothing registered yet, C(family:1).
  returned: when O(state=present)
  type: str
  sample: arn:aws:ecs:eu-central-1:123456789012:task-definition/airflow-prod-scheduler:7
revision:
  description: The number of the latest revision. In check mode, the one to be expected.
  returned: when O(state=present)
  type: int
  sample: 7
"""

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.task_definitions import (
    ensure_absent,
    ensure_present,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "family": {"type": "str", "required": True},
            "containers": {"type": "list", "elements": "dict"},
            "cpu": {"type": "int"},
            "memory": {"type": "int"},
            "execution_role_arn": {"type": "str"},
            "task_role_arn": {"type": "str"},
            "runtime_platform": {
                "type": "dict",
                "default": {},
                "options": {
                    "cpu_architecture": {"type": "str", "choices": ["X86_64", "ARM64"], "default": "X86_64"},
                    "operating_system_family": {"type": "str", "default": "LINUX"},
                },
            },
            "ephemeral_storage": {"type": "int"},
            "volumes": {"type": "list", "elements": "dict", "default": []},
            "keep_revisions": {"type": "int"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["containers", "cpu", "memory"])],
        supports_check_mode=True,
    )
    if module.params["keep_revisions"] is not None and module.params["keep_revisions"] < 1:
        module.fail_json(msg=f"keep_revisions must be at least 1, not {module.params['keep_revisions']}")
    ensure = ensure_present if module.params["state"] == "present" else ensure_absent
    try:
        module.exit_json(**ensure(module.client("ecs"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        fail_from_error(module, error)


if __name__ == "__main__":
    main()

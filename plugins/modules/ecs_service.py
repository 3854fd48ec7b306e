#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_service
version_added: 1.0.0
short_description: Manage an Amazon ECS service on Fargate
description:
  - Creates, updates and deletes an Amazon ECS service, and waits until its rollout has succeeded or no longer can.
  - All settings are compared, and only what differs is sent. An option that is not given has the default of the API,
    and the service is brought back to it. The exceptions are O(capacity_provider_strategy) and O(tags), which are then
    left alone, and the number of tasks, which belongs to the autoscaler inside O(min_count) and O(max_count).
  - A change that running tasks do not take over by themselves starts a deployment.
  - A deployment that ECS gave up is tried again.
  - When a rollout fails, so does the module. It tells the reason, the latest events of the service, and of the tasks
    that stopped the reason, the exit codes and the last log lines.
  - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html) and
    U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html).
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  cluster:
    description:
      - The name or the ARN of the cluster.
    type: str
    required: true
  name:
    description:
      - The name of the service.
    type: str
    required: true
  task_definition:
    description:
      - What to run, as C(family:revision) or ARN. A C(family) alone stands for its latest active revision.
      - Required when O(state=present).
    type: str
  desired_count:
    description:
      - How many tasks a new service starts with. The default is 1, brought inside O(min_count) and O(max_count).
      - An existing service keeps its count.
    type: int
  min_count:
    description:
      - A count below this is raised to it.
    type: int
  max_count:
    description:
      - A count above this is lowered to it.
    type: int
  capacity_provider_strategy:
    description:
      - Where the tasks run. When this is not set, a new service takes the default of the cluster.
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
  network_configuration:
    description:
      - The network of the tasks. Required when O(state=present).
    type: dict
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
  deployment_configuration:
    description:
      - How tasks are replaced.
    type: dict
    default: {}
    suboptions:
      maximum_percent:
        description:
          - How many tasks may exist during a deployment, in percent of the desired count.
        type: int
        default: 200
      minimum_healthy_percent:
        description:
          - How many tasks must be healthy during a deployment, in percent of the desired count.
        type: int
        default: 100
      circuit_breaker:
        description:
          - Whether ECS gives up a deployment whose tasks keep failing.
        type: dict
        default: {}
        suboptions:
          enable:
            description:
              - Whether ECS gives up.
            type: bool
            default: false
          rollback:
            description:
              - Whether ECS then returns to the last deployment that succeeded.
            type: bool
            default: false
  load_balancers:
    description:
      - The target groups in which the tasks are registered.
    type: list
    elements: dict
    default: []
    suboptions:
      target_group_arn:
        description:
          - The ARN of the target group.
        type: str
        required: true
      container_name:
        description:
          - The container that listens.
        type: str
        required: true
      container_port:
        description:
          - The port on which it listens.
        type: int
        required: true
  service_registries:
    description:
      - The AWS Cloud Map services in which the tasks are registered.
    type: list
    elements: dict
    default: []
    suboptions:
      registry_arn:
        description:
          - The ARN of the Cloud Map service.
        type: str
        required: true
      container_name:
        description:
          - The container that listens, for SRV records.
        type: str
      container_port:
        description:
          - The port on which it listens, for SRV records.
        type: int
  health_check_grace_period:
    description:
      - For how many seconds after its start a task's failed health checks are ignored.
    type: int
    default: 0
  enable_execute_command:
    description:
      - Whether commands can be run in the containers with ECS Exec.
    type: bool
    default: false
  platform_version:
    description:
      - The version of the Fargate platform.
    type: str
    default: LATEST
  propagate_tags:
    description:
      - From where new tasks get their tags.
    type: str
    choices: [SERVICE, TASK_DEFINITION, NONE]
    default: NONE
  force_new_deployment:
    description:
      - Whether to replace all tasks even when nothing differs.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the rollout has succeeded, or the service is deleted and its tasks have stopped.
      - A rollout has succeeded when ECS says so, all desired tasks of the new deployment run, and the old are gone.
      - A run that finds the rollout of an interrupted run still in progress waits for it, too.
    type: bool
    default: true
  wait_for:
    description:
      - What O(wait) waits for when a service is rolled out.
      - V(rollout) waits for the whole rollout.
      - V(new_tasks) waits until all desired tasks of the new deployment run and pass their containers' health checks.
        The old tasks may take their time. That is what a service needs whose tasks protect themselves from being
        stopped while they work, maybe for hours. A deployment that ECS gives up still fails the module.
    type: str
    choices: [rollout, new_tasks]
    default: rollout
  wait_timeout:
    description:
      - How many seconds to wait.
    type: int
    default: 900
  log_lines:
    description:
      - How many of the last log lines of a failed container to show. They are read from CloudWatch Logs, when the task
        definition writes there.
    type: int
    default: 20
  state:
    description:
      - With V(absent) the service is deleted and its tasks are stopped.
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
- name: Run the scheduler, and return to the previous version when the new one does not start
  airflow.fargate.ecs_service:
    cluster: airflow-prod
    name: scheduler
    task_definition: "{{ task_definition.task_definition_arn }}"
    network_configuration:
      subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]
      security_groups: [sg-0123abcd]
      assign_public_ip: true
    deployment_configuration:
      circuit_breaker:
        enable: true
        rollback: true
    enable_execute_command: true
    propagate_tags: SERVICE
    tags:
      airflow:environment: prod
      airflow:component: scheduler

- name: Keep the workers between 1 and 20, whatever the autoscaler chose, and do not wait for busy old ones
  airflow.fargate.ecs_service:
    cluster: airflow-prod
    name: worker
    task_definition: airflow-prod-worker
    min_count: 1
    max_count: 20
    capacity_provider_strategy:
      - capacity_provider: FARGATE_SPOT
        weight: 1
    network_configuration:
      subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]
      security_groups: [sg-0123abcd]
    wait_for: new_tasks

- name: Delete the service and wait for its last task
  airflow.fargate.ecs_service:
    cluster: airflow-prod
    name: scheduler
    state: absent
"""

RETURN = r"""
service:
  description: The service as DescribeServices tells it. In check mode, the wanted settings of a service yet to be made.
  returned: when O(state=present)
  type: dict
  contains:
    service_arn:
      description: The ARN of the service.
      type: str
      sample: arn:aws:ecs:eu-central-1:123456789012:service/airflow-prod/scheduler
    service_name:
      description: The name of the service.
      type: str
      sample: scheduler
    task_definition:
      description: The ARN of the task definition.
      type: str
      sample: arn:aws:ecs:eu-central-1:123456789012:task-definition/airflow-prod-scheduler:7
    desired_count:
      description: How many tasks shall run.
      type: int
      sample: 1
    running_count:
      description: How many tasks run.
      type: int
      sample: 1
    deployments:
      description: The deployments, of which the one with status C(PRIMARY) is the wanted one.
      type: list
      elements: dict
    events:
      description: The latest events.
      type: list
      elements: dict
    tags:
      description: The tags of the service.
      type: dict
      sample: {"airflow:environment": prod}
failure:
  description: Why the rollout failed.
  returned: when a rollout failed
  type: dict
  contains:
    reason:
      description: What ECS says, or what is known otherwise.
      type: str
      sample: "ECS deployment circuit breaker: tasks failed to start."
    deployment_id:
      description: The deployment that failed.
      type: str
      sample: ecs-svc/1234567890123456789
    task_definition:
      description: The task definition that failed.
      type: str
      sample: arn:aws:ecs:eu-central-1:123456789012:task-definition/airflow-prod-scheduler:8
    events:
      description: The latest events of the service.
      type: list
      elements: dict
      contains:
        created_at:
          description: When it happened.
          type: str
          sample: "2026-11-22T12:00:01+00:00"
        message:
          description: What happened.
          type: str
          sample: "(service scheduler) has started 1 tasks: (task 0123456789abcdef0123456789abcdef)."
    tasks:
      description: The tasks of the deployment that stopped last, or that run when none has stopped.
      type: list
      elements: dict
      contains:
        task_id:
          description: The id of the task.
          type: str
          sample: 0123456789abcdef0123456789abcdef
        task_definition:
          description: The family and the revision.
          type: str
          sample: airflow-prod-scheduler:8
        last_status:
          description: The status of the task.
          type: str
          sample: STOPPED
        health_status:
          description: The health of the task.
          type: str
          sample: UNHEALTHY
        stop_code:
          description: The kind of the end.
          type: str
          sample: EssentialContainerExited
        stopped_reason:
          description: The reason of the end.
          type: str
          sample: Essential container in task exited
        containers:
          description: The containers of the task.
          type: list
          elements: dict
          contains:
            name:
              description: The name of the container.
              type: str
              sample: airflow
            exit_code:
              description: The exit code, if the container ran and has ended.
              type: int
              sample: 1
            reason:
              description: The reason why the container ended or did not start.
              type: str
              sample: "OutOfMemoryError: Container killed due to memory usage"
            health_status:
              description: The health of the container.
              type: str
              sample: UNKNOWN
            log_lines:
              description: The last lines the container wrote.
              type: list
              elements: str
              sample: ["airflow.exceptions.AirflowConfigException: no such section"]
"""

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import task_reader
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.services import ensure_absent, ensure_present
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

ARGUMENT_SPEC = {
    "cluster": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "task_definition": {"type": "str"},
    "desired_count": {"type": "int"},
    "min_count": {"type": "int"},
    "max_count": {"type": "int"},
    "capacity_provider_strategy": {
        "type": "list",
        "elements": "dict",
        "options": {
            "capacity_provider": {"type": "str", "required": True},
            "weight": {"type": "int", "default": 0},
            "base": {"type": "int", "default": 0},
        },
    },
    "network_configuration": {
        "type": "dict",
        "options": {
            "subnets": {"type": "list", "elements": "str", "required": True},
            "security_groups": {"type": "list", "elements": "str", "default": []},
            "assign_public_ip": {"type": "bool", "default": False},
        },
    },
    "deployment_configuration": {
        "type": "dict",
        "default": {},
        "options": {
            "maximum_percent": {"type": "int", "default": 200},
            "minimum_healthy_percent": {"type": "int", "default": 100},
            "circuit_breaker": {
                "type": "dict",
                "default": {},
                "options": {
                    "enable": {"type": "bool", "default": False},
                    "rollback": {"type": "bool", "default": False},
                },
            },
        },
    },
    "load_balancers": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "target_group_arn": {"type": "str", "required": True},
            "container_name": {"type": "str", "required": True},
            "container_port": {"type": "int", "required": True},
        },
    },
    "service_registries": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "registry_arn": {"type": "str", "required": True},
            "container_name": {"type": "str"},
            "container_port": {"type": "int"},
        },
    },
    "health_check_grace_period": {"type": "int", "default": 0},
    "enable_execute_command": {"type": "bool", "default": False},
    "platform_version": {"type": "str", "default": "LATEST"},
    "propagate_tags": {"type": "str", "choices": ["SERVICE", "TASK_DEFINITION", "NONE"], "default": "NONE"},
    "force_new_deployment": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_for": {"type": "str", "choices": ["rollout", "new_tasks"], "default": "rollout"},
    "wait_timeout": {"type": "int", "default": 900},
    "log_lines": {"type": "int", "default": 20},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENT_SPEC,
        required_if=[("state", "present", ["task_definition", "network_configuration"])],
        supports_check_mode=True,
    )
    minimum, maximum = module.params["min_count"], module.params["max_count"]
    if minimum is not None and maximum is not None and minimum > maximum:
        module.fail_json(msg=f"min_count ({minimum}) must not be greater than max_count ({maximum})")
    client = module.client("ecs")
    try:
        if module.params["state"] == "present":
            result = ensure_present(client, task_reader(module, client), module.params, module.check_mode)
        else:
            result = ensure_absent(client, module.params, module.check_mode)
        module.exit_json(**result)
    except AnsibleAWSError as error:
        fail_from_error(module, error)


if __name__ == "__main__":
    main()

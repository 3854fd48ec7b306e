#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_capacity
version_added: 1.0.0
short_description: Scale ECS services down to nothing and back to what they were
description:
  - Takes services to no tasks at all, and later gives them back the numbers that they had - the minimum, the maximum
    and the suspended flags of the scalable target, and the count.
  - The numbers are kept in AWS while a service is down, in one parameter of AWS Systems Manager per service. The
    parameter is written before anything is changed and removed last, and a repetition never overwrites the numbers in
    it, so a run may be interrupted at any point and repeated, from anywhere.
  - At a time, or after a while, AWS scales by itself - by scheduled actions of the scalable target with the names
    C(scale-down) and C(scale-up).
  - Tasks that are protected from scale-in end when they give up their protection.
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  cluster:
    description:
      - Name of the cluster.
    type: str
    required: true
  services:
    description:
      - Names of the services. One that does not exist is left out.
    type: list
    elements: str
    required: true
  path:
    description:
      - Path of the parameters; a service's name is added to it.
    type: str
    required: true
  state:
    description:
      - V(down) takes the services to no tasks. Nothing scales them meanwhile, neither policies nor schedules.
      - V(up) gives them back what they had. A count is raised to the former one, never lowered.
    type: str
    choices: [down, up]
    required: true
  purpose:
    description:
      - Noted in the parameter. What hibernates is only woken up by O(state=up) with V(hibernate), and that leaves down
        what was scaled down without an end before.
    type: str
    choices: [scale-down, hibernate]
    default: scale-down
  at:
    description:
      - When, in ISO 8601; in O(timezone) unless it has an offset. Now when it is not given.
      - The services must be scalable targets of Application Auto Scaling.
    type: str
  duration:
    description:
      - For how long, such as V(2h), V(90m) or V(1d12h). Then AWS does the opposite by itself.
      - When AWS scales up it restores minimum and maximum; the count is the minimum until a policy raises it.
      - A service that is down for this long already stays so and does not begin anew.
      - The services must be scalable targets of Application Auto Scaling, and schedules go on meanwhile.
    type: str
  timezone:
    description:
      - The IANA time zone of O(at).
    type: str
    default: UTC
  stop_tasks:
    description:
      - Whether the tasks of O(state=down) are stopped although they are protected from scale-in.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until every service has as many tasks as it should have.
    type: bool
    default: true
  wait_healthy:
    description:
      - Whether to wait with O(state=up) until as many tasks are healthy. Their containers need a health check.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait.
    type: int
    default: 900
  tags:
    description:
      - Tags of the parameters. They are set when a parameter is written for the first time.
    type: dict
    aliases: [resource_tags]
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html), DescribeServices,
    ListTasks, DescribeTasks and StopTask; of Application Auto Scaling, DescribeScalableTargets,
    DescribeScheduledActions,
    U(https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html),
    PutScheduledAction and DeleteScheduledAction; of Systems Manager,
    U(https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html), GetParametersByPath and
    DeleteParameter.
  - Fails before it changes anything when a time has passed, when a service is to be scaled at a time and is no scalable
    target or has its schedules suspended, and when a service hibernates and O(purpose=scale-down).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Nothing runs until somebody says so
  airflow.fargate.service_capacity:
    cluster: app
    services: [scheduler, worker]
    path: /app/capacity
    state: down

- name: Down tonight, up again after nine hours, without this machine
  airflow.fargate.service_capacity:
    cluster: app
    services: [scheduler, worker]
    path: /app/capacity
    state: down
    at: "2026-12-01T20:00:00"
    timezone: Europe/Berlin
    duration: 9h

- name: As it was
  airflow.fargate.service_capacity:
    cluster: app
    services: [scheduler, worker]
    path: /app/capacity
    state: up
"""

RETURN = r"""
services:
  description: The services that exist, by name, as they are when AWS has done what it was told.
  returned: always
  type: dict
  contains:
    min:
      description: Fewest tasks; null when the service is no scalable target.
      type: int
      returned: always
    max:
      description: Most tasks; null when the service is no scalable target.
      type: int
      returned: always
    suspended:
      description: What does not happen for the time being, by V(scale_in), V(scale_out) and V(scheduled).
      type: dict
      returned: always
    desired:
      description: The count.
      type: int
      returned: always
    scheduled_actions:
      description: The actions C(scale-down) and C(scale-up) of the target as AWS describes them.
      type: dict
      returned: always
    scaled_down:
      description: What is kept while the service is down, as JSON in the parameter. Null when it is up.
      type: dict
      returned: always
  sample:
    worker:
      min: 0
      max: 0
      suspended: {scale_in: true, scale_out: true, scheduled: true}
      desired: 0
      scheduled_actions: {}
      scaled_down:
        min: 1
        max: 5
        desired: 2
        suspended: {scale_in: false, scale_out: false, scheduled: false}
        purpose: scale-down
        since: "2026-12-01T20:00:00+00:00"
        until: null
        seconds: null
stopped:
  description: ARNs of the tasks that were stopped with O(stop_tasks=true).
  returned: always
  type: list
  elements: str
"""

from datetime import UTC, datetime

from ansible_collections.airflow.fargate.plugins.module_utils._capacity.api import Clients
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.ensure import ensure
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.request import (
    HIBERNATE,
    SCALE_DOWN,
    from_options,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "cluster": {"type": "str", "required": True},
            "services": {"type": "list", "elements": "str", "required": True},
            "path": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["down", "up"], "required": True},
            "purpose": {"type": "str", "choices": [SCALE_DOWN, HIBERNATE], "default": SCALE_DOWN},
            "at": {"type": "str"},
            "duration": {"type": "str"},
            "timezone": {"type": "str", "default": "UTC"},
            "stop_tasks": {"type": "bool", "default": False},
            "wait": {"type": "bool", "default": True},
            "wait_healthy": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 900},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
        },
        supports_check_mode=True,
    )
    clients = Clients(module.client("ecs"), module.client("application-autoscaling"), module.client("ssm"))
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        result = ensure(clients, module.params, from_options(module.params), module.check_mode, now)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

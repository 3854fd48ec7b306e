#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_service_purge
version_added: 1.0.0
short_description: Remove the Amazon ECS services of a cluster that are wanted no longer
description:
  - Removes every service of a cluster that has the given tags and is not among the names to keep, with its scalable
    target, scaling policies, scheduled actions, alarms and task definitions. Log groups stay.
  - No busy task is stopped. The service is scaled to zero first; a task that has protected itself finishes. When it
    takes longer than O(wait_timeout) the module fails, and the next run goes on.
  - When there is nothing to remove it costs one C(ListServices).
options:
  cluster:
    description:
      - The name of the cluster. One that does not exist has no services.
    type: str
    required: true
  keep:
    description:
      - Names of the services that stay. At least one.
    type: list
    elements: str
    required: true
  tags:
    description:
      - Only services with all of these tags are removed.
    type: dict
    required: true
  wait_timeout:
    description:
      - How many seconds to wait for the tasks of a service to finish, and again for ECS to forget the service.
    type: int
    default: 900
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html),
    DescribeServices, UpdateService, DeleteService, ListTaskDefinitions, DeregisterTaskDefinition and
    DeleteTaskDefinitions; DescribeScalableTargets and DeregisterScalableTarget of Application Auto Scaling; and
    DescribeAlarms and DeleteAlarms of CloudWatch.
author:
  - airflow.fargate contributors (@airflow-fargate)
attributes:
  check_mode:
    description: Can run in check mode, and tells what would be removed.
    support: full
  diff_mode:
    description: Shows the services that are removed.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Remove the services of hosts that left the inventory
  airflow.fargate.ecs_service_purge:
    cluster: airflow-prod
    keep: [api-server, scheduler, dag-processor, triggerer, metrics, worker]
    tags:
      airflow:environment: prod
"""

RETURN = r"""
removed:
  description: The names of the services that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [gpu]
"""

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.api import Clients
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.airflow.fargate.plugins.module_utils._removal.services import ensure_purged
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "cluster": {"type": "str", "required": True},
            "keep": {"type": "list", "elements": "str", "required": True},
            "tags": {"type": "dict", "required": True},
            "wait_timeout": {"type": "int", "default": 900},
        },
        supports_check_mode=True,
    )
    for name in ("keep", "tags"):
        if not module.params[name]:
            module.fail_json(msg=f"{name} is empty: that would remove services that somebody wants")
    scaling = Clients(module.client("application-autoscaling"), module.client("cloudwatch"))
    try:
        result = ensure_purged(module.client("ecs"), scaling, module.params, module.check_mode)
    except AnsibleAWSError as error:
        fail_from_error(module, error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

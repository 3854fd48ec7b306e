#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecs_cluster
version_added: 1.0.0
short_description: Manage an Amazon ECS cluster
description:
  - Creates, updates and deletes an Amazon ECS cluster, its capacity providers and its Container Insights setting.
  - An option that is not given is left as it is.
  - See U(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html).
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  name:
    description:
      - The name of the cluster.
    type: str
    required: true
  container_insights:
    description:
      - Whether CloudWatch Container Insights collects metrics of the cluster, which CloudWatch charges for.
    type: str
    choices: [enabled, disabled, enhanced]
  capacity_providers:
    description:
      - The capacity providers the cluster's services and tasks can use, such as V(FARGATE) and V(FARGATE_SPOT).
    type: list
    elements: str
  default_capacity_provider_strategy:
    description:
      - Where services and tasks run that bring no strategy of their own.
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
          - The relative share of tasks, after O(default_capacity_provider_strategy[].base) is satisfied.
        type: int
        default: 0
      base:
        description:
          - How many tasks run on this provider at least. Only one provider of a strategy can have a base.
        type: int
        default: 0
  state:
    description:
      - With V(absent) the cluster is deleted. That fails while it has services.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to wait until the cluster is active, or its last tasks have stopped and it is deleted.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait.
    type: int
    default: 300
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A cluster that prefers Fargate Spot
  airflow.fargate.ecs_cluster:
    name: airflow-prod
    container_insights: enabled
    capacity_providers: [FARGATE, FARGATE_SPOT]
    default_capacity_provider_strategy:
      - capacity_provider: FARGATE
        base: 1
        weight: 1
      - capacity_provider: FARGATE_SPOT
        weight: 3
    tags:
      airflow:environment: prod

- name: Delete it
  airflow.fargate.ecs_cluster:
    name: airflow-prod
    state: absent
"""

RETURN = r"""
cluster:
  description: The cluster as DescribeClusters tells it. In check mode, the wanted settings of a cluster yet to be made.
  returned: when O(state=present)
  type: dict
  contains:
    cluster_arn:
      description: The ARN of the cluster.
      type: str
      sample: arn:aws:ecs:eu-central-1:123456789012:cluster/airflow-prod
    cluster_name:
      description: The name of the cluster.
      type: str
      sample: airflow-prod
    status:
      description: The status of the cluster.
      type: str
      sample: ACTIVE
    capacity_providers:
      description: The capacity providers of the cluster.
      type: list
      elements: str
      sample: [FARGATE, FARGATE_SPOT]
    tags:
      description: The tags of the cluster.
      type: dict
      sample: {"airflow:environment": prod}
"""

from ansible_collections.airflow.fargate.plugins.module_utils._ecs.clusters import ensure_absent, ensure_present
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import fail_from_error
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "container_insights": {"type": "str", "choices": ["enabled", "disabled", "enhanced"]},
            "capacity_providers": {"type": "list", "elements": "str"},
            "default_capacity_provider_strategy": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "capacity_provider": {"type": "str", "required": True},
                    "weight": {"type": "int", "default": 0},
                    "base": {"type": "int", "default": 0},
                },
            },
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    ensure = ensure_present if module.params["state"] == "present" else ensure_absent
    try:
        module.exit_json(**ensure(module.client("ecs"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        fail_from_error(module, error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: elbv2_load_balancer
version_added: 1.0.0
short_description: Manage an Application Load Balancer before one target group
description:
  - Creates and updates an Application Load Balancer, a target group of IP addresses that speak HTTP, and the one
    listener that forwards to it. What is read is read side by side; unchanged, it costs six calls in the time of two.
  - It does not wait until AWS has made the load balancer, which takes minutes. It has a check mode, unlike
    M(community.aws.elb_target_group).
  - The targets are left to who registers them, such as Amazon ECS.
options:
  name:
    description:
      - The name of the load balancer.
    type: str
    required: true
  scheme:
    description:
      - Whether it has public addresses. Cannot be changed later on.
    type: str
    choices: [internet-facing, internal]
    default: internet-facing
  subnet_ids:
    description:
      - Its subnets, of two zones at least.
    type: list
    elements: str
    required: true
  security_group_ids:
    description:
      - Its security groups.
    type: list
    elements: str
    required: true
  idle_timeout:
    description:
      - Seconds after which a connection without traffic is closed.
    type: int
    default: 60
  drop_invalid_header_fields:
    description:
      - Whether headers with invalid names are removed from requests.
    type: bool
    default: true
  listener:
    description:
      - The listener. Listeners on other ports are deleted.
    type: dict
    required: true
    suboptions:
      port:
        description:
          - The port.
        type: int
        required: true
      certificate_arn:
        description:
          - The ARN of a certificate, with which the listener speaks HTTPS. Empty means HTTP.
        type: str
        default: ""
      ssl_policy:
        description:
          - The security policy of HTTPS.
        type: str
        default: ELBSecurityPolicy-TLS13-1-2-2021-06
  target_group:
    description:
      - The target group.
    type: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the target group.
        type: str
        required: true
      vpc_id:
        description:
          - The VPC of the targets. Cannot be changed later on.
        type: str
        required: true
      port:
        description:
          - The port of the targets. Cannot be changed later on.
        type: int
        required: true
      path:
        description:
          - The path that health checks ask for.
        type: str
        default: /
      success_codes:
        description:
          - HTTP status codes of a healthy target, such as V(200) or V(200-299).
        type: str
        default: "200"
      interval:
        description:
          - Seconds between health checks.
        type: int
        default: 30
      timeout:
        description:
          - Seconds after which a health check has failed.
        type: int
        default: 5
      healthy_threshold:
        description:
          - How many health checks in a row make a target healthy.
        type: int
        default: 5
      unhealthy_threshold:
        description:
          - How many failed health checks in a row make it unhealthy.
        type: int
        default: 2
      deregistration_delay:
        description:
          - Seconds that requests in flight get when a target goes.
        type: int
        default: 300
      tags:
        description:
          - Tags of the target group, in addition to O(tags).
        type: dict
notes:
  - Calls U(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html),
    DescribeTargetGroups, DescribeLoadBalancerAttributes, DescribeTargetGroupAttributes, DescribeListeners,
    DescribeTags, CreateTargetGroup, ModifyTargetGroup, ModifyTargetGroupAttributes, CreateLoadBalancer, SetSubnets,
    SetSecurityGroups, ModifyLoadBalancerAttributes, CreateListener, ModifyListener, DeleteListener, AddTags and
    RemoveTags.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: HTTPS for everybody, HTTP to the tasks
  airflow.fargate.elbv2_load_balancer:
    name: example
    subnet_ids: [subnet-0123456789abcdef0, subnet-0123456789abcdef1]
    security_group_ids: [sg-0123456789abcdef0]
    listener:
      port: 443
      certificate_arn: arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555
    target_group:
      name: example
      vpc_id: vpc-0123456789abcdef0
      port: 8080
      path: /health
    tags:
      app: example
"""

RETURN = r"""
load_balancer_arn:
  description: The ARN of the load balancer. Null in check mode for one that would be created.
  returned: always
  type: str
dns_name:
  description: The DNS name of the load balancer. Null in check mode for one that would be created.
  returned: always
  type: str
  sample: example-1234567890.eu-central-1.elb.amazonaws.com
target_group_arn:
  description: The ARN of the target group. Null in check mode for one that would be created.
  returned: always
  type: str
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._elbv2.load_balancers import ensure
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

LISTENER: dict[str, t.Any] = {
    "port": {"type": "int", "required": True},
    "certificate_arn": {"type": "str", "default": ""},
    "ssl_policy": {"type": "str", "default": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
}
TARGET_GROUP: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "vpc_id": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "path": {"type": "str", "default": "/"},
    "success_codes": {"type": "str", "default": "200"},
    "interval": {"type": "int", "default": 30},
    "timeout": {"type": "int", "default": 5},
    "healthy_threshold": {"type": "int", "default": 5},
    "unhealthy_threshold": {"type": "int", "default": 2},
    "deregistration_delay": {"type": "int", "default": 300},
    "tags": {"type": "dict"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "scheme": {"type": "str", "choices": ["internet-facing", "internal"], "default": "internet-facing"},
            "subnet_ids": {"type": "list", "elements": "str", "required": True},
            "security_group_ids": {"type": "list", "elements": "str", "required": True},
            "idle_timeout": {"type": "int", "default": 60},
            "drop_invalid_header_fields": {"type": "bool", "default": True},
            "listener": {"type": "dict", "required": True, "options": LISTENER},
            "target_group": {"type": "dict", "required": True, "options": TARGET_GROUP},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(**ensure(module.client("elbv2"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

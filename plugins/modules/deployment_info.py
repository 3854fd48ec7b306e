#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: deployment_info
version_added: 1.0.0
short_description: Find the ids of an environment's network, load balancer and service registry
description:
  - Finds by name and by the tag C(airflow:environment) what AWS has made up names for - the VPC, subnets,
    security groups, the load balancer, its target group and the Cloud Map service - so that a run limited by tags
    needs no earlier play.
  - Also says which services are scaled down, see M(airflow.fargate.service_capacity).
  - What does not exist is left out of lists and is V(null) elsewhere; this is not an error.
author:
  - airflow.fargate contributors (@airflow-fargate)
options:
  name:
    description:
      - Name of the deployment; prefix of the security groups' names and name of the load balancer.
    type: str
    required: true
  environment:
    description:
      - Value of the tag C(airflow:environment).
    type: str
    required: true
  target_group:
    description:
      - Name of the target group of the api-server.
    type: str
    required: true
  namespace:
    description:
      - Name of the private DNS namespace in AWS Cloud Map.
    type: str
    required: true
  registry_service:
    description:
      - Name of the service in that namespace.
    type: str
    default: api-server
  parts:
    description:
      - What is looked for. The rest is as if it did not exist.
    type: list
    elements: str
    choices: [network, load_balancer, registry, capacity]
    default: [network, load_balancer, registry, capacity]
notes:
  - Calls C(ec2:DescribeVpcs), C(ec2:DescribeSubnets), C(ec2:DescribeSecurityGroups),
    C(elasticloadbalancing:DescribeLoadBalancers), C(elasticloadbalancing:DescribeTargetGroups),
    C(servicediscovery:ListNamespaces), C(servicediscovery:ListServices) and C(ssm:GetParametersByPath), side by side.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Find what the environment has
  airflow.fargate.deployment_info:
    name: airflow-prod
    environment: prod
    target_group: airflow-prod-api-server
    namespace: airflow-prod.internal
  register: deployment
"""

RETURN = r"""
vpc_id:
  description: Id of the VPC that carries the environment's tag.
  returned: always
  type: str
public_subnet_ids:
  description: Ids of the public subnets, in the order of their zones.
  returned: always
  type: list
  elements: str
private_subnet_ids:
  description: Ids of the private subnets, in the order of their zones.
  returned: always
  type: list
  elements: str
security_group_ids:
  description: Security group ids by component.
  returned: always
  type: dict
  sample: {"api-server": "sg-0123456789abcdef0"}
load_balancer_arn:
  description: ARN of the load balancer.
  returned: always
  type: str
load_balancer_dns_name:
  description: DNS name of the load balancer.
  returned: always
  type: str
target_group_arn:
  description: ARN of the target group.
  returned: always
  type: str
registry_arn:
  description: ARN of the Cloud Map service.
  returned: always
  type: str
scaled_down:
  description:
    - The numbers that services had before they were scaled down or sent to hibernate, by service, from the parameters
      below C(/<name>/capacity).
  returned: always
  type: dict
  sample:
    worker:
      min: 1
      max: 5
      desired: 2
      suspended: {scale_in: false, scale_out: false, scheduled: false}
      purpose: scale-down
      since: "2026-12-01T20:00:00+00:00"
      until: null
      seconds: null
"""

import typing as t
from datetime import UTC, datetime

try:
    import botocore
except ImportError:
    pass  # Handled by AnsibleAWSModule

from ansible_collections.airflow.fargate.plugins.module_utils._capacity import api as capacity
from ansible_collections.airflow.fargate.plugins.module_utils._capacity import record
from ansible_collections.airflow.fargate.plugins.module_utils._deployment import lookup
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

PARTS = ["network", "load_balancer", "registry", "capacity"]
NOTHING: dict[str, t.Any] = {
    "registry_arn": None,
    "vpc_id": None,
    "subnets": [],
    "security_groups": [],
    "load_balancer": {},
    "target_group": {},
    "scaled_down": {},
}


def scaled_down(ssm: t.Any, name: str) -> dict[str, dict[str, t.Any]]:
    """Records whose time has not passed, by service."""
    records = record.by_service(capacity.list_parameters(ssm, f"/{name}/capacity"))
    return record.not_over(records, datetime.now(UTC))


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=dict(
            name=dict(type="str", required=True),
            environment=dict(type="str", required=True),
            target_group=dict(type="str", required=True),
            namespace=dict(type="str", required=True),
            registry_service=dict(type="str", default="api-server"),
            parts=dict(type="list", elements="str", choices=PARTS, default=PARTS),
        ),
        supports_check_mode=True,
    )
    name, environment = module.params["name"], module.params["environment"]
    namespace, service = module.params["namespace"], module.params["registry_service"]
    try:
        ec2 = module.client("ec2")
        elbv2 = module.client("elbv2")
        servicediscovery = module.client("servicediscovery")
        ssm = module.client("ssm")
        reads: dict[str, tuple[str, t.Callable[[], t.Any]]] = {
            "registry_arn": ("registry", lambda: lookup.find_registry(servicediscovery, namespace, service)),
            "vpc_id": ("network", lambda: lookup.find_vpc(ec2, environment)),
            "subnets": ("network", lambda: lookup.find_subnets(ec2, environment)),
            "security_groups": ("network", lambda: lookup.find_security_groups(ec2, environment)),
            "load_balancer": ("load_balancer", lambda: lookup.find_load_balancer(elbv2, name) or {}),
            "target_group": (
                "load_balancer",
                lambda: lookup.find_target_group(elbv2, module.params["target_group"]) or {},
            ),
            "scaled_down": ("capacity", lambda: scaled_down(ssm, name)),
        }
        wanted = {key: read for key, (part, read) in reads.items() if part in module.params["parts"]}
        found = {**NOTHING, **dict(zip(wanted, side_by_side(lambda read: read(), list(wanted.values())), strict=True))}
        module.exit_json(
            changed=False,
            vpc_id=found["vpc_id"],
            public_subnet_ids=lookup.subnet_ids(found["subnets"], "public"),
            private_subnet_ids=lookup.subnet_ids(found["subnets"], "private"),
            security_group_ids=lookup.security_group_ids(found["security_groups"], name),
            load_balancer_arn=found["load_balancer"].get("LoadBalancerArn"),
            load_balancer_dns_name=found["load_balancer"].get("DNSName"),
            target_group_arn=found["target_group"].get("TargetGroupArn"),
            registry_arn=found["registry_arn"],
            scaled_down=found["scaled_down"],
        )
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
        module.fail_json_aws(error, msg=f"Failed to look up the resources of {name}")


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_network
version_added: 1.0.0
short_description: Manage a VPC with public and private subnets
description:
  - Creates and updates a VPC with its subnets, internet gateway, NAT gateway, route tables and gateway endpoints.
    One look tells about all of them; its calls run side by side, and an unchanged network costs no others.
  - The VPC is found by its range and its tag C(Name), the subnets by their ranges, and what else is in it by its kind.
    Run after an interrupted run, it goes on.
  - DNS support and DNS host names of the VPC are switched on.
  - Of each route table only the default route is managed. What else is in the VPC is left as it is.
  - Public subnets are routed through the internet gateway, private ones through the NAT gateway if there is to be one.
options:
  name:
    description:
      - The tag C(Name) of the VPC and its gateways, and the beginning of the names of what else is made.
      - Subnets are called C(<name>-public-<zone>) and C(<name>-private-<zone>), route tables C(<name>-public) and
        C(<name>-private), endpoints C(<name>-<service>).
    type: str
    required: true
  cidr:
    description:
      - The address range of the VPC.
    type: str
    required: true
  public_subnets:
    description:
      - The public subnets.
    type: list
    elements: dict
    required: true
    suboptions: &suboptions
      cidr:
        description:
          - The address range of the subnet.
        type: str
        required: true
      availability_zone:
        description:
          - The availability zone that the subnet is created in. EC2 cannot move it later on.
        type: str
        required: true
      tags:
        description:
          - Tags of this subnet, in addition to O(tags).
        type: dict
  private_subnets:
    description:
      - The private subnets.
    type: list
    elements: dict
    required: true
    suboptions: *suboptions
  nat_gateway:
    description:
      - Whether a NAT gateway, in the first public subnet, lets the private ones out. One that is there is not deleted
        with V(false), but for O(purge_nat_gateway), since tasks may still need it.
    type: bool
    default: false
  purge_nat_gateway:
    description:
      - With O(nat_gateway=false), remove a NAT gateway that is there, its route and its address. While ECS has tasks in
        the private subnets, it stays, and a warning says so. Under check mode these tasks are not looked for.
    type: bool
    default: false
  gateway_endpoints:
    description:
      - Services that both route tables lead to inside of AWS, such as V(com.amazonaws.eu-central-1.s3).
    type: list
    elements: str
    default: []
notes:
  - Calls U(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html), DescribeVpcAttribute,
    DescribeSubnets, DescribeInternetGateways, DescribeNatGateways, DescribeRouteTables, DescribeVpcEndpoints,
    DescribeAddresses, DescribeNetworkInterfaces, CreateVpc, ModifyVpcAttribute, CreateSubnet, CreateInternetGateway,
    AttachInternetGateway, AllocateAddress, ReleaseAddress, CreateNatGateway, DeleteNatGateway, CreateRouteTable,
    CreateRoute, ReplaceRoute, DeleteRoute, AssociateRouteTable, ReplaceRouteTableAssociation, CreateVpcEndpoint,
    ModifyVpcEndpoint, CreateTags and DeleteTags.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A network of two zones, whose private half reaches nothing but S3
  airflow.fargate.ec2_network:
    name: example
    cidr: 10.0.0.0/16
    public_subnets:
      - {cidr: 10.0.0.0/20, availability_zone: eu-central-1a}
      - {cidr: 10.0.16.0/20, availability_zone: eu-central-1b}
    private_subnets:
      - {cidr: 10.0.32.0/20, availability_zone: eu-central-1a}
      - {cidr: 10.0.48.0/20, availability_zone: eu-central-1b}
    gateway_endpoints: [com.amazonaws.eu-central-1.s3]
    tags:
      app: example
"""

RETURN = r"""
vpc_id:
  description: The id of the VPC. Null in check mode for one that would be created.
  returned: always
  type: str
  sample: vpc-0123456789abcdef0
public_subnet_ids:
  description: The ids of the public subnets, in the order of O(public_subnets), without those that would be created.
  returned: always
  type: list
  elements: str
  sample: [subnet-0123456789abcdef0]
private_subnet_ids:
  description: The ids of the private subnets, in the order of O(private_subnets), without those that would be created.
  returned: always
  type: list
  elements: str
  sample: [subnet-0123456789abcdef1]
unwanted_nat_gateway_ids:
  description:
    - With O(nat_gateway=false), the NAT gateways that EC2 listed, which it does for an hour after their deletion.
  returned: always
  type: list
  elements: str
  sample: [nat-0123456789abcdef0]
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._ec2.networks import ensure
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def subnets_spec() -> dict[str, t.Any]:
    return {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "cidr": {"type": "str", "required": True},
            "availability_zone": {"type": "str", "required": True},
            "tags": {"type": "dict"},
        },
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "cidr": {"type": "str", "required": True},
            "public_subnets": subnets_spec(),
            "private_subnets": subnets_spec(),
            "nat_gateway": {"type": "bool", "default": False},
            "purge_nat_gateway": {"type": "bool", "default": False},
            "gateway_endpoints": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        result = ensure(module.client("ec2"), module.params, module.check_mode)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

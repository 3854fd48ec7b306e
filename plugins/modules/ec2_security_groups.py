#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ec2_security_groups
version_added: 1.0.0
short_description: Manage the Amazon EC2 security groups of a VPC that belong together
description:
  - Creates, updates and deletes several security groups of one VPC at once. One C(DescribeSecurityGroups) tells about
    all of them, and an unchanged list costs no other call.
  - All groups that are missing are created before the first rule, so rules may name any group of the list.
  - Unlike M(amazon.aws.ec2_security_group) it does not pause between the calls for each group. A call about a group
    that EC2 has created but does not know everywhere yet is tried again.
options:
  vpc_id:
    description:
      - The VPC of the groups.
    type: str
    required: true
  groups:
    description:
      - The security groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the group.
        type: str
        required: true
      description:
        description:
          - The description that the group is created with, its name by default. EC2 cannot change it later on.
        type: str
      rules:
        description:
          - What is let in. Left as it is when not given.
        type: list
        elements: dict
        suboptions: &suboptions
          protocol:
            description:
              - V(tcp), V(udp), V(icmp), V(icmpv6), V(all), or the number of a protocol.
            type: str
            default: tcp
          from_port:
            description:
              - The first port, or the type of ICMP message. Required with V(tcp) and V(udp).
            type: int
          to_port:
            description:
              - The last port, the first one by default; or the code of the ICMP message, all by default.
            type: int
          cidrs:
            description:
              - Ranges of IPv4 and IPv6 addresses in CIDR notation.
            type: list
            elements: str
          prefix_lists:
            description:
              - Ids of prefix lists.
            type: list
            elements: str
          groups:
            description:
              - Security groups, by the names they have in the list or by id.
            type: list
            elements: str
          description:
            description:
              - What the rule is for. Left as it is when not given.
            type: str
      rules_egress:
        description:
          - What is let out. Left as it is when not given; EC2 creates groups with a rule that lets everything out.
        type: list
        elements: dict
        suboptions: *suboptions
      tags:
        description:
          - Tags of this group, in addition to O(tags).
        type: dict
  purge_rules:
    description:
      - Whether rules that are not given are revoked. Nothing is revoked in a direction for which no list is given.
    type: bool
    default: true
  state:
    description:
      - With V(absent) the groups are deleted, after the rules by which they name other groups. Only O(groups[].name)
        matters then.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html),
    CreateSecurityGroup, AuthorizeSecurityGroupIngress, AuthorizeSecurityGroupEgress, RevokeSecurityGroupIngress,
    RevokeSecurityGroupEgress, UpdateSecurityGroupRuleDescriptionsIngress, UpdateSecurityGroupRuleDescriptionsEgress,
    CreateTags, DeleteTags and DeleteSecurityGroup.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: An application behind a load balancer, and its database
  airflow.fargate.ec2_security_groups:
    vpc_id: vpc-0123456789abcdef0
    groups:
      - name: app-load-balancer
        rules:
          - from_port: 443
            cidrs: [0.0.0.0/0, "::/0"]
      - name: app
        rules:
          - from_port: 8080
            groups: [app-load-balancer]
            description: Requests of users
      - name: app-database
        rules:
          - from_port: 5432
            groups: [app]
        rules_egress: []
    tags:
      app: example

- name: Delete them
  airflow.fargate.ec2_security_groups:
    vpc_id: vpc-0123456789abcdef0
    groups:
      - name: app-load-balancer
      - name: app
      - name: app-database
    state: absent
"""

RETURN = r"""
security_groups:
  description: The groups, in the order of O(groups). Empty with O(state=absent).
  returned: always
  type: list
  elements: dict
  contains:
    group_id:
      description: The id of the group. Null in check mode for a group that would be created.
      type: str
      returned: always
      sample: sg-0123456789abcdef0
    group_name:
      description: The name of the group.
      type: str
      returned: always
      sample: app-database
    description:
      description: The description of the group.
      type: str
      returned: always
      sample: app-database
    vpc_id:
      description: The VPC of the group.
      type: str
      returned: always
      sample: vpc-0123456789abcdef0
    tags:
      description: The tags of the group.
      type: dict
      returned: always
      sample: {app: example}
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._ec2.security_groups import ensure_absent, ensure_present
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def rules_spec() -> dict[str, t.Any]:
    return {
        "type": "list",
        "elements": "dict",
        "options": {
            "protocol": {"type": "str", "default": "tcp"},
            "from_port": {"type": "int"},
            "to_port": {"type": "int"},
            "cidrs": {"type": "list", "elements": "str"},
            "prefix_lists": {"type": "list", "elements": "str"},
            "groups": {"type": "list", "elements": "str"},
            "description": {"type": "str"},
        },
        "required_if": [("protocol", "tcp", ["from_port"]), ("protocol", "udp", ["from_port"])],
        "required_one_of": [("cidrs", "prefix_lists", "groups")],
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "vpc_id": {"type": "str", "required": True},
            "groups": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "description": {"type": "str"},
                    "rules": rules_spec(),
                    "rules_egress": rules_spec(),
                    "tags": {"type": "dict"},
                },
            },
            "purge_rules": {"type": "bool", "default": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    ensure = ensure_present if module.params["state"] == "present" else ensure_absent
    try:
        result = ensure(module.client("ec2"), module.params, module.check_mode)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

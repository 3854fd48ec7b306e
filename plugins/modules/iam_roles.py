#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_roles
version_added: 1.0.0
short_description: Manage AWS IAM roles that belong together, with their inline policies
description:
  - Creates, updates and deletes several IAM roles at once, side by side. An unchanged role costs one C(GetRole), and
    one C(GetRolePolicy) for each policy.
  - Policy documents are compared by what they mean, so another order of statements or actions is no change.
  - An option that is not given is left as it is. Managed policies are only looked at to delete a role.
options:
  roles:
    description:
      - The roles.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the role.
        type: str
        required: true
      description:
        description:
          - What the role is for.
        type: str
      assume_role_policy_document:
        description:
          - Who may assume the role. Required to create it.
        type: dict
      permissions_boundary:
        description:
          - The ARN of the managed policy that limits what the role can be allowed. An empty string removes it.
        type: str
      policies:
        description:
          - The inline policies of the role, each name with its policy document.
        type: dict
      tags:
        description:
          - Tags of this role, in addition to O(tags).
        type: dict
  purge_policies:
    description:
      - Whether inline policies that are not in O(roles[].policies) are deleted. None is deleted from a role without
        O(roles[].policies).
    type: bool
    default: false
  state:
    description:
      - With V(absent) the roles are deleted with their inline policies, and managed policies are detached from them. It
        fails for a role in an instance profile. Only O(roles[].name) matters then.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html), GetRolePolicy, ListRolePolicies,
    CreateRole, UpdateRole, UpdateAssumeRolePolicy, PutRolePermissionsBoundary, DeleteRolePermissionsBoundary,
    PutRolePolicy, DeleteRolePolicy, ListAttachedRolePolicies, DetachRolePolicy, TagRole, UntagRole and DeleteRole.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: One role for each kind of task
  airflow.fargate.iam_roles:
    roles:
      - name: app-reader
        description: What reads
        assume_role_policy_document: "{{ ecs_tasks }}"
        policies:
          read:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                Resource: arn:aws:s3:::app/*
      - name: app-writer
        description: What writes
        assume_role_policy_document: "{{ ecs_tasks }}"
        policies:
          write:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:PutObject
                Resource: arn:aws:s3:::app/*
    tags:
      app: example
  vars:
    ecs_tasks:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {Service: ecs-tasks.amazonaws.com}
          Action: sts:AssumeRole

- name: Delete them
  airflow.fargate.iam_roles:
    roles:
      - name: app-reader
      - name: app-writer
    state: absent
"""

RETURN = r"""
roles:
  description: The roles, in the order of the option. Empty with O(state=absent).
  returned: always
  type: list
  elements: dict
  contains:
    role_name:
      description: The name of the role.
      type: str
      returned: always
      sample: app-reader
    arn:
      description: The ARN of the role. Null in check mode for a role that would be created.
      type: str
      returned: always
      sample: arn:aws:iam::123456789012:role/app-reader
    description:
      description: The description of the role.
      type: str
      returned: always
      sample: What reads
    tags:
      description: The tags of the role.
      type: dict
      returned: always
      sample: {app: example}
"""

from ansible_collections.airflow.fargate.plugins.module_utils._iam.roles import ensure
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "roles": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "description": {"type": "str"},
                    "assume_role_policy_document": {"type": "dict"},
                    "permissions_boundary": {"type": "str"},
                    "policies": {"type": "dict"},
                    "tags": {"type": "dict"},
                },
            },
            "purge_policies": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(**ensure(module.client("iam"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

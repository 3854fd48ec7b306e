#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecr_repository
version_added: 1.0.0
short_description: Manage an Amazon ECR repository, with tags and check mode
description:
  - Creates, updates and deletes a private repository of Amazon ECR.
  - Unlike M(community.aws.ecs_ecr) it tags the repository, and check mode works for one that does not exist yet.
options:
  name:
    description:
      - The name of the repository.
    type: str
    required: true
  image_tag_mutability:
    description:
      - With V(immutable) a tag names the same image for ever.
    type: str
    choices: [immutable, mutable]
    default: immutable
  scan_on_push:
    description:
      - Whether ECR looks for known vulnerabilities in each image that is pushed.
    type: bool
    default: true
  lifecycle_policy:
    description:
      - The lifecycle policy, in the form of
        U(https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html). Left as it is when not given.
    type: dict
  state:
    description:
      - V(present) makes sure that the repository exists, V(absent) that it does not.
    type: str
    choices: [present, absent]
    default: present
  force:
    description:
      - With O(state=absent), delete the repository although it has images.
    type: bool
    default: false
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html), DescribeRepositories,
    GetLifecyclePolicy, ListTagsForResource, PutImageTagMutability, PutImageScanningConfiguration, PutLifecyclePolicy,
    TagResource, UntagResource and DeleteRepository.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Create a repository that keeps the newest 20 images
  airflow.fargate.ecr_repository:
    name: airflow-prod
    lifecycle_policy:
      rules:
        - rulePriority: 1
          selection:
            tagStatus: any
            countType: imageCountMoreThan
            countNumber: 20
          action:
            type: expire
    tags:
      airflow:environment: prod

- name: Delete it with all its images
  airflow.fargate.ecr_repository:
    name: airflow-prod
    state: absent
    force: true
"""

RETURN = r"""
repository:
  description: The repository as DescribeRepositories shows it. Empty when there is none.
  returned: always
  type: dict
  contains:
    repository_arn:
      description: The ARN.
      type: str
      returned: when there is a repository
      sample: arn:aws:ecr:eu-west-1:123456789012:repository/airflow-prod
    repository_uri:
      description: The name its images have in task definitions.
      type: str
      returned: when there is a repository
      sample: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/airflow-prod
"""

from ansible_collections.airflow.fargate.plugins.module_utils._ecr.repositories import ensure_absent, ensure_present
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "image_tag_mutability": {"type": "str", "choices": ["immutable", "mutable"], "default": "immutable"},
            "scan_on_push": {"type": "bool", "default": True},
            "lifecycle_policy": {"type": "dict"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "force": {"type": "bool", "default": False},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    ensure = ensure_present if module.params["state"] == "present" else ensure_absent
    try:
        module.exit_json(**ensure(module.client("ecr"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_private_bucket
version_added: 1.0.0
short_description: Manage a private Amazon S3 bucket
description:
  - Creates and updates a bucket that no public access can be given to, that encrypts its objects (C(AES256)) and owns
    all of them.
  - All settings are read side by side; an unchanged bucket costs seven calls in the time of one. Unlike
    M(amazon.aws.s3_bucket) and M(community.aws.s3_lifecycle) it has a check mode, and does not wait between calls.
options:
  name:
    description:
      - The name of the bucket.
    type: str
    required: true
  versioning:
    description:
      - With V(true) versions are kept. With V(false) that is left as it is.
    type: bool
    default: false
  policy:
    description:
      - The policy of the bucket. Left as it is when not given.
    type: dict
  lifecycle_rules:
    description:
      - Rules by which objects expire. Rules of other ids are left as they are.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description:
          - The id of the rule.
        type: str
        required: true
      prefix:
        description:
          - The beginning of the keys of the objects that it is about; empty means all.
        type: str
        default: ""
      expiration_days:
        description:
          - Days after which objects expire.
        type: int
      noncurrent_version_expiration_days:
        description:
          - Days after which versions are deleted that are no longer the current one.
        type: int
      abort_incomplete_multipart_upload_days:
        description:
          - Days after which uploads that were never completed are given up.
        type: int
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html), GetBucketEncryption,
    GetBucketOwnershipControls, GetPublicAccessBlock, GetBucketPolicy, GetBucketLifecycleConfiguration,
    GetBucketTagging, CreateBucket, PutPublicAccessBlock, PutBucketOwnershipControls, PutBucketPolicy,
    PutBucketEncryption, PutBucketVersioning, PutBucketLifecycleConfiguration and PutBucketTagging.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Logs, for a month
  airflow.fargate.s3_private_bucket:
    name: example-logs-123456789012
    lifecycle_rules:
      - id: logs
        prefix: logs/
        expiration_days: 30
        abort_incomplete_multipart_upload_days: 7
    tags:
      app: example
"""

RETURN = r"""
name:
  description: The name of the bucket.
  returned: always
  type: str
  sample: example-logs-123456789012
"""

from ansible_collections.airflow.fargate.plugins.module_utils._s3.buckets import ensure
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "versioning": {"type": "bool", "default": False},
            "policy": {"type": "dict"},
            "lifecycle_rules": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "id": {"type": "str", "required": True},
                    "prefix": {"type": "str", "default": ""},
                    "expiration_days": {"type": "int"},
                    "noncurrent_version_expiration_days": {"type": "int"},
                    "abort_incomplete_multipart_upload_days": {"type": "int"},
                },
            },
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(**ensure(module.client("s3"), module.params, module.region, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_text_object
version_added: 1.0.0
short_description: Manage an object in Amazon S3 that is a small text
description:
  - Writes, changes and deletes an object such as a file of configuration, up to 1 MiB.
  - Unlike M(amazon.aws.s3_object) check mode works when there is no bucket yet, the diff shows the lines that change,
    and the result holds no signed URL.
  - An unchanged object costs one C(GetObject), and one C(GetObjectTagging) with O(tags).
options:
  bucket:
    description:
      - The name of the bucket.
    type: str
    required: true
  key:
    description:
      - The name of the object.
    type: str
    required: true
  content:
    description:
      - The text. Required with O(state=present).
    type: str
  state:
    description:
      - V(present) makes sure that the object has this text, V(absent) that there is no such object.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html), GetObject, GetObjectTagging,
    PutObjectTagging and DeleteObject.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Configuration of the log router
  airflow.fargate.s3_text_object:
    bucket: app-123456789012
    key: config/log-router.conf
    content: "{{ lookup('ansible.builtin.file', 'log-router.conf') }}"
    tags:
      app: example

- name: Delete it
  airflow.fargate.s3_text_object:
    bucket: app-123456789012
    key: config/log-router.conf
    state: absent
"""

RETURN = r"""
url:
  description: Where the object is.
  returned: always
  type: str
  sample: s3://app-123456789012/config/log-router.conf
"""

from ansible_collections.airflow.fargate.plugins.module_utils._s3.text_objects import (
    TextObject,
    ensure_absent,
    ensure_present,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "bucket": {"type": "str", "required": True},
            # Named like a secret, but it is only a name.
            "key": {"type": "str", "required": True, "no_log": False},
            "content": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ["content"])],
        supports_check_mode=True,
    )
    thing = TextObject(module.client("s3"), module.params["bucket"], module.params["key"])
    try:
        if module.params["state"] == "present":
            module.exit_json(**ensure_present(thing, module.params, module.check_mode))
        module.exit_json(**ensure_absent(thing, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_log_groups
version_added: 1.0.0
short_description: Manage Amazon CloudWatch log groups whose names begin alike
description:
  - Creates and updates several log groups at once. One C(DescribeLogGroups), by what their names have in common, tells
    about all of them; their tags are read side by side.
options:
  log_groups:
    description:
      - The log groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the log group.
        type: str
        required: true
      tags:
        description:
          - Tags of this log group, in addition to O(tags).
        type: dict
  retention_days:
    description:
      - Days that log events are kept. Left as it is when not given; new groups then keep them forever.
    type: int
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html),
    ListTagsForResource, CreateLogGroup, PutRetentionPolicy, TagResource and UntagResource.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Two services' logs, for a month
  airflow.fargate.cloudwatch_log_groups:
    log_groups:
      - name: /example/web
      - name: /example/worker
        tags: {queue: default}
    retention_days: 30
    tags:
      app: example
"""

RETURN = r"""
log_groups:
  description: The names of the log groups.
  returned: always
  type: list
  elements: str
  sample: [/example/web, /example/worker]
"""

from ansible_collections.airflow.fargate.plugins.module_utils._logs.log_groups import ensure
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "log_groups": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {"name": {"type": "str", "required": True}, "tags": {"type": "dict"}},
            },
            "retention_days": {"type": "int"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(**ensure(module.client("logs"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

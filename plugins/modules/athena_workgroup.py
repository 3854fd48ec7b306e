#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: athena_workgroup
version_added: 1.0.0
short_description: Manage an Amazon Athena workgroup with its saved queries
description:
  - Creates, updates and deletes a workgroup, and the queries that are saved in it.
  - An option that is not given is left as it is.
options:
  name:
    description:
      - The name of the workgroup.
    type: str
    required: true
  description:
    description:
      - What the workgroup is for.
    type: str
  output_location:
    description:
      - Where results go, as C(s3://bucket/prefix/). An empty string removes it.
    type: str
  encryption:
    description:
      - How results are encrypted.
    type: str
    choices: [none, sse_s3]
  enforce_configuration:
    description:
      - Whether a query cannot choose another output location or encryption.
    type: bool
  publish_metrics:
    description:
      - Whether metrics of queries go to CloudWatch.
    type: bool
  bytes_scanned_cutoff:
    description:
      - The bytes after which a query is cancelled, at least 10000000. V(0) removes the limit.
    type: int
  engine_version:
    description:
      - The engine, such as V(Athena engine version 3), or V(AUTO).
    type: str
  named_queries:
    description:
      - The saved queries. Left as they are when not given.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the query.
        type: str
        required: true
      description:
        description:
          - What it answers.
        type: str
      database:
        description:
          - The database that it reads.
        type: str
        required: true
      query:
        description:
          - The SQL. Parameters are question marks.
        type: str
        required: true
  purge_named_queries:
    description:
      - Whether saved queries that are not in O(named_queries) are deleted.
    type: bool
    default: false
  account_id:
    description:
      - The id of the account, of which the ARN is made. AWS is asked for it when not given.
    type: str
  state:
    description:
      - V(present) makes sure that the workgroup exists, V(absent) that it does not, nor its saved queries and history.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html), GetWorkGroup,
    UpdateWorkGroup, DeleteWorkGroup, ListNamedQueries, BatchGetNamedQuery, CreateNamedQuery, DeleteNamedQuery,
    ListTagsForResource, TagResource and UntagResource of Athena, and GetCallerIdentity.
  - A saved query that differs is replaced and gets another id.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A workgroup for logs
  airflow.fargate.athena_workgroup:
    name: app-logs
    output_location: s3://app-logs-123456789012/queries/
    encryption: sse_s3
    enforce_configuration: true
    named_queries:
      - name: errors
        database: app
        query: SELECT * FROM logs WHERE day >= ? AND log LIKE '%ERROR%'
    tags:
      app: example

- name: Delete it
  airflow.fargate.athena_workgroup:
    name: app-logs
    state: absent
"""

RETURN = r"""
workgroup:
  description: The workgroup. Empty when there is none.
  returned: always
  type: dict
  contains:
    name:
      description: The name.
      type: str
      returned: when there is a workgroup
      sample: app-logs
    arn:
      description: The ARN.
      type: str
      returned: when there is a workgroup
      sample: arn:aws:athena:eu-west-1:123456789012:workgroup/app-logs
    output_location:
      description: Where results go.
      type: str
      returned: when there is a workgroup
      sample: s3://app-logs-123456789012/queries/
"""

from ansible_collections.airflow.fargate.plugins.module_utils._arn import made_arn
from ansible_collections.airflow.fargate.plugins.module_utils._athena.workgroups import (
    WorkGroup,
    ensure_absent,
    ensure_present,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "output_location": {"type": "str"},
            "encryption": {"type": "str", "choices": ["none", "sse_s3"]},
            "enforce_configuration": {"type": "bool"},
            "publish_metrics": {"type": "bool"},
            "bytes_scanned_cutoff": {"type": "int"},
            "engine_version": {"type": "str"},
            "named_queries": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "description": {"type": "str"},
                    "database": {"type": "str", "required": True},
                    "query": {"type": "str", "required": True},
                },
            },
            "purge_named_queries": {"type": "bool", "default": False},
            "account_id": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    client = module.client("athena")
    name = module.params["name"]
    workgroup = WorkGroup(client, name, made_arn(module, client, "athena", f"workgroup/{name}"))
    try:
        if module.params["state"] == "present":
            module.exit_json(**ensure_present(workgroup, module.params, module.check_mode))
        module.exit_json(**ensure_absent(workgroup, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: athena_query
version_added: 1.0.0
short_description: Run an Amazon Athena query and read its rows
description:
  - Runs a query of its own or one that is saved in the workgroup, waits for it, and returns all its rows.
  - A query that fails fails the module with Athena's reason.
  - In check mode the query is returned and not run.
options:
  workgroup:
    description:
      - The name of the workgroup, which must have an output location.
    type: str
    required: true
  query:
    description:
      - The SQL. Parameters are question marks.
    type: str
  named_query:
    description:
      - The name of a query saved in the workgroup.
    type: str
  database:
    description:
      - The database. A saved query has one of its own.
    type: str
  parameters:
    description:
      - The values of the question marks, in their order. Numbers and booleans are passed as such, all else as text.
    type: list
    elements: raw
    default: []
  wait_timeout:
    description:
      - The seconds that the query may take.
    type: int
    default: 120
notes:
  - Calls U(https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html), GetQueryExecution,
    GetQueryResults, ListNamedQueries and BatchGetNamedQuery.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Errors of a day
  airflow.fargate.athena_query:
    workgroup: app-logs
    named_query: errors
    parameters: ["2026-11-30"]
  register: errors
"""

RETURN = r"""
query:
  description: The SQL.
  returned: always
  type: str
  sample: SELECT * FROM logs WHERE day >= ?
query_execution_id:
  description: Athena's id of the run. Null in check mode.
  returned: always
  type: str
  sample: 11111111-2222-3333-4444-555555555555
data_scanned:
  description: The bytes that the query has read.
  returned: when the query was run
  type: int
  sample: 1024
rows:
  description: The rows, each a dictionary of column and value. Values are text or null.
  returned: always
  type: list
  elements: dict
  sample: [{"time": "2026-11-30 00:00:00.123", "log": "hello"}]
"""

from ansible_collections.airflow.fargate.plugins.module_utils._athena.queries import run
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "workgroup": {"type": "str", "required": True},
            "query": {"type": "str"},
            "named_query": {"type": "str"},
            "database": {"type": "str"},
            "parameters": {"type": "list", "elements": "raw", "default": []},
            "wait_timeout": {"type": "int", "default": 120},
        },
        mutually_exclusive=[("query", "named_query")],
        required_one_of=[("query", "named_query")],
        supports_check_mode=True,
    )
    try:
        module.exit_json(**run(module.client("athena"), module.params, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: glue_catalog
version_added: 1.0.0
short_description: Manage an AWS Glue database with its tables
description:
  - Creates, updates and deletes a database of the AWS Glue Data Catalog and tables over files in S3, as Athena reads
    them.
  - With partition projection Athena computes the partitions of a table, and nobody has to add them.
options:
  name:
    description:
      - The name of the database, in lower case.
    type: str
    required: true
  description:
    description:
      - What the database holds. Left as it is when not given.
    type: str
  tables:
    description:
      - The tables. A table is compared as a whole, so an option that is not given has its default.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The name of the table, in lower case.
        type: str
        required: true
      description:
        description:
          - What the table holds.
        type: str
      location:
        description:
          - Where the files are, as C(s3://bucket/prefix/).
        type: str
        required: true
      format:
        description:
          - What the files are. V(json) is one JSON object a line, compressed or not.
        type: str
        choices: [json, parquet]
        default: json
      serde_parameters:
        description:
          - Parameters of what reads the files, such as C(ignore.malformed.json).
        type: dict
      columns:
        description:
          - The columns.
        type: list
        elements: dict
        required: true
        suboptions: &columns
          name:
            description:
              - The name, in lower case.
            type: str
            required: true
          type:
            description:
              - The Hive type, such as V(string), V(bigint) or V(timestamp).
            type: str
            default: string
          comment:
            description:
              - What it holds.
            type: str
      partition_keys:
        description:
          - The columns by which the files are in folders.
        type: list
        elements: dict
        default: []
        suboptions: *columns
      projection:
        description:
          - For each partition key its settings of partition projection, such as C(type), C(format), C(range),
            C(interval) and C(interval.unit). See
            U(https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html).
        type: dict
      location_template:
        description:
          - Where the files of a partition are, such as C(s3://bucket/prefix/day=${day}/). Only with
            O(tables[].projection).
        type: str
      parameters:
        description:
          - Further parameters of the table. Others that the table has are left as they are.
        type: dict
  purge_tables:
    description:
      - Whether tables that are not in O(tables) are deleted. Their data stays.
    type: bool
    default: false
  account_id:
    description:
      - The id of the account, of which the ARN is made. AWS is asked for it when not given.
    type: str
  state:
    description:
      - V(present) makes sure that the database exists, V(absent) that it does not, nor any of its tables. Data stays.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html) GetDatabase, GetTables,
    CreateDatabase, UpdateDatabase, DeleteDatabase, CreateTable, UpdateTable, DeleteTable, GetTags, TagResource and
    UntagResource of Glue, and GetCallerIdentity.
  - Glue has no tags for tables.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A table over one folder of JSON lines a day
  airflow.fargate.glue_catalog:
    name: app
    tables:
      - name: logs
        location: s3://app-logs-123456789012/logs/
        columns:
          - {name: time, type: timestamp}
          - {name: log}
        partition_keys:
          - {name: day}
        projection:
          day:
            type: date
            format: yyyy-MM-dd
            range: NOW-30DAYS,NOW
            interval: 1
            interval.unit: DAYS
        location_template: s3://app-logs-123456789012/logs/day=${day}/
    tags:
      app: example

- name: Delete the database and its tables
  airflow.fargate.glue_catalog:
    name: app
    state: absent
"""

RETURN = r"""
database:
  description: The database. Empty when there is none.
  returned: always
  type: dict
  contains:
    name:
      description: The name.
      type: str
      returned: when there is a database
      sample: app
    arn:
      description: The ARN.
      type: str
      returned: when there is a database
      sample: arn:aws:glue:eu-west-1:123456789012:database/app
    tables:
      description: The names of the tables that the module has looked after.
      type: list
      elements: str
      returned: when there is a database
      sample: [logs]
"""

from ansible_collections.airflow.fargate.plugins.module_utils._arn import made_arn
from ansible_collections.airflow.fargate.plugins.module_utils._glue.catalog import (
    Database,
    ensure_absent,
    ensure_present,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

COLUMNS = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "default": "string"},
    "comment": {"type": "str"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "description": {"type": "str"},
            "tables": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "description": {"type": "str"},
                    "location": {"type": "str", "required": True},
                    "format": {"type": "str", "choices": ["json", "parquet"], "default": "json"},
                    "serde_parameters": {"type": "dict"},
                    "columns": {"type": "list", "elements": "dict", "required": True, "options": COLUMNS},
                    "partition_keys": {
                        "type": "list",
                        "elements": "dict",
                        "default": [],
                        "options": COLUMNS,
                        # Columns, not secrets.
                        "no_log": False,
                    },
                    "projection": {"type": "dict"},
                    "location_template": {"type": "str"},
                    "parameters": {"type": "dict"},
                },
            },
            "purge_tables": {"type": "bool", "default": False},
            "account_id": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    client = module.client("glue")
    name = module.params["name"]
    database = Database(client, name, made_arn(module, client, "glue", f"database/{name}"))
    try:
        if module.params["state"] == "present":
            module.exit_json(**ensure_present(database, module.params, module.check_mode))
        module.exit_json(**ensure_absent(database, module.check_mode))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_dashboard
version_added: 1.0.0
short_description: Manage an Amazon CloudWatch dashboard
description:
  - Creates, updates and deletes a dashboard. Two bodies are the same when they are the same JSON, however it is
    written, so an unchanged dashboard costs one C(GetDashboard).
  - Widgets that would leave the grid of 24 columns, or lack a type or properties, are refused before anything is
    changed. What CloudWatch takes but finds wrong is a warning.
  - Dashboards have no tags.
options:
  name:
    description:
      - The name of the dashboard, of letters, digits, C(_) and C(-).
    type: str
    required: true
  body:
    description:
      - The dashboard, as U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html)
        describes it. It replaces the one that is there.
      - Required with O(state=present).
    type: dict
  state:
    description:
      - Whether the dashboard is to exist.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html), PutDashboard and
    DeleteDashboards.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A dashboard with one graph
  airflow.fargate.cloudwatch_dashboard:
    name: app
    body:
      widgets:
        - type: metric
          x: 0
          y: 0
          width: 12
          height: 6
          properties:
            title: CPU
            region: eu-west-1
            metrics:
              - [AWS/ECS, CPUUtilization, ClusterName, app, ServiceName, api]

- name: Delete it
  airflow.fargate.cloudwatch_dashboard:
    name: app
    state: absent
"""

RETURN = r"""
name:
  description: The name of the dashboard.
  returned: always
  type: str
  sample: app
body:
  description: The dashboard. Null with O(state=absent).
  returned: always
  type: dict
  sample: {widgets: []}
"""

from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.dashboards import (
    ensure_absent,
    ensure_present,
)
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "body": {"type": "dict"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["body"])],
        supports_check_mode=True,
    )
    client, name = module.client("cloudwatch"), module.params["name"]
    try:
        if module.params["state"] == "present":
            result = ensure_present(client, name, module.params["body"], module.check_mode)
        else:
            result = ensure_absent(client, name, module.check_mode)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

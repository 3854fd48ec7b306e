#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_alarm_actions
version_added: 1.0.0
short_description: Mute Amazon CloudWatch alarms that belong together, and unmute them
description:
  - Enables or disables the actions of all metric alarms whose names begin alike, and changes nothing else of them.
  - An alarm without actions still changes its state. When they are enabled again nothing is made up for - an alarm acts
    when its state changes the next time.
  - Without such alarms there is nothing to do.
options:
  prefix:
    description:
      - How the names of the alarms begin. It must not begin the names of others.
    type: str
    required: true
  enabled:
    description:
      - Whether the alarms do anything beside changing their state.
    type: bool
    required: true
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html),
    U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html) and
    U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html), a hundred alarms
    a call.
  - M(airflow.fargate.cloudwatch_alarms) with O(airflow.fargate.cloudwatch_alarms#module:actions_enabled) sets the
    same, with everything else.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Let an environment sleep in peace
  airflow.fargate.cloudwatch_alarm_actions:
    prefix: "app: "
    enabled: false

- name: Hear of it again
  airflow.fargate.cloudwatch_alarm_actions:
    prefix: "app: "
    enabled: true
"""

RETURN = r"""
alarms:
  description: Whether an alarm acts, by its name; in check mode, whether it would.
  returned: always
  type: dict
  sample: {"app: disk-full": false}
"""

from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.alarm_actions import ensure_actions
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "prefix": {"type": "str", "required": True},
            "enabled": {"type": "bool", "required": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        client = module.client("cloudwatch")
        result = ensure_actions(client, params["prefix"], params["enabled"], module.check_mode)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

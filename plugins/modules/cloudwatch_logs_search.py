#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_logs_search
version_added: 1.0.0
short_description: Search Amazon CloudWatch Logs
description:
  - Returns the newest events of log groups, sorted by time, that contain a text. It changes nothing.
options:
  log_groups:
    description:
      - The names of the log groups.
    type: list
    elements: str
    required: true
  since:
    description:
      - From when on, as an age (C(90s), C(15m), C(2h), C(3d), C(1w)) or a time in ISO 8601, which is UTC unless it
        names another zone.
    type: str
    default: 15m
  until:
    description:
      - Until when, in the same forms. Until now when not given.
    type: str
  contains:
    description:
      - The text that an event must contain, with upper and lower case as given.
    type: str
  log_stream_prefix:
    description:
      - The beginning of the names of the log streams, such as C(ecs/airflow/) and a task's id.
    type: str
  limit:
    description:
      - How many events are returned at most. The newest ones are.
    type: int
    default: 1000
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html).
  - Fails for a log group that does not exist.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Errors of the last two hours
  airflow.fargate.cloudwatch_logs_search:
    log_groups: [/airflow-prod/scheduler]
    since: 2h
    contains: ERROR
  register: errors
"""

RETURN = r"""
since:
  description: The beginning of the search, in UTC.
  returned: always
  type: str
  sample: "2026-11-30 11:45:00.000"
events:
  description: The events, oldest first.
  returned: always
  type: list
  elements: dict
  contains:
    time:
      description: The time of the event, in UTC.
      type: str
      returned: always
      sample: "2026-11-30 12:00:00.123"
    timestamp:
      description: The same as milliseconds since 1970.
      type: int
      returned: always
      sample: 1796040000123
    log_group:
      description: The log group.
      type: str
      returned: always
      sample: /airflow-prod/scheduler
    log_stream:
      description: The log stream.
      type: str
      returned: always
      sample: ecs/airflow/0123456789abcdef0123456789abcdef
    message:
      description: What was written.
      type: str
      returned: always
      sample: '{"event": "Scheduler heartbeat"}'
lines:
  description: Time and message of each event.
  returned: always
  type: list
  elements: str
  sample: ['2026-11-30 12:00:00.123 {"event": "Scheduler heartbeat"}']
"""

from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch_logs.search import search
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "log_groups": {"type": "list", "elements": "str", "required": True},
            "since": {"type": "str", "default": "15m"},
            "until": {"type": "str"},
            "contains": {"type": "str"},
            "log_stream_prefix": {"type": "str"},
            "limit": {"type": "int", "default": 1000},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(**search(module.client("logs"), module.params))
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()

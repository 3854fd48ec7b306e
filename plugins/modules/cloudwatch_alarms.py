#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudwatch_alarms
version_added: 1.0.0
short_description: Manage Amazon CloudWatch alarms that belong together
description:
  - Creates, updates and deletes several metric alarms at once, side by side.
  - What AWS would refuse is refused before anything is changed, with the setting, its value and the reason.
  - An unchanged list costs one C(DescribeAlarms); and if there are tags, one C(ListTagsForResource) for each alarm.
  - CloudWatch replaces an alarm as a whole. What is not given has the default of CloudWatch.
options:
  prefix:
    description:
      - How the names of the alarms begin. It is put before O(alarms[].name).
      - With O(purge=true) all alarms that begin like this are the list's, so it must not begin the names of others.
    type: str
    required: true
  alarms:
    description:
      - The alarms.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the alarm, after O(prefix).
        type: str
        required: true
      description:
        description:
          - What the alarm means and what to do about it. A notification tells it.
        type: str
      namespace: &namespace
        description:
          - The namespace of the metric.
        type: str
      metric_name: &metric_name
        description:
          - The name of the metric.
        type: str
      dimensions: &dimensions
        description:
          - All dimensions of the metric.
        type: dict
      statistic: &statistic
        description:
          - V(Average), V(Minimum), V(Maximum), V(Sum), V(SampleCount), or an extended one such as V(p90).
        type: str
      unit: &unit
        description:
          - Only datapoints with this unit count.
        type: str
        choices:
          - Seconds
          - Microseconds
          - Milliseconds
          - Bytes
          - Kilobytes
          - Megabytes
          - Gigabytes
          - Terabytes
          - Bits
          - Kilobits
          - Megabits
          - Gigabits
          - Terabits
          - Percent
          - Count
          - Bytes/Second
          - Kilobytes/Second
          - Megabytes/Second
          - Gigabytes/Second
          - Terabytes/Second
          - Bits/Second
          - Kilobits/Second
          - Megabits/Second
          - Gigabits/Second
          - Terabits/Second
          - Count/Second
          - None
      metrics:
        description:
          - Metrics and expressions over them, in place of one metric.
        type: list
        elements: dict
        suboptions:
          id:
            description:
              - How expressions call it.
            type: str
            required: true
          expression:
            description:
              - A metric math expression, in place of a metric.
            type: str
          namespace: *namespace
          metric_name: *metric_name
          dimensions: *dimensions
          statistic: *statistic
          unit: *unit
          label:
            description:
              - How graphs call it.
            type: str
          return_data:
            description:
              - Whether this is what is watched. Exactly one of the list must be.
            type: bool
            default: false
      period:
        description:
          - Seconds of a datapoint, of all metrics. V(10), V(20) and V(30) are for metrics of your own with high
            resolution, and make a high-resolution alarm, which costs more.
        type: int
        default: 60
      evaluation_periods:
        description:
          - How many datapoints are looked at.
        type: int
        default: 1
      datapoints_to_alarm:
        description:
          - How many of them must be beyond the threshold, by default all.
        type: int
      threshold:
        description:
          - The value to compare with.
        type: float
        required: true
      comparison:
        description:
          - When a datapoint is beyond the threshold.
        type: str
        choices:
          - GreaterThanOrEqualToThreshold
          - GreaterThanThreshold
          - LessThanThreshold
          - LessThanOrEqualToThreshold
        required: true
      treat_missing_data:
        description:
          - What a datapoint counts as that is not there.
        type: str
        choices: [breaching, notBreaching, ignore, missing]
        default: missing
      alarm_actions:
        description:
          - ARNs of what to do when the alarm goes off, such as Amazon SNS topics; at most five.
        type: list
        elements: str
      ok_actions:
        description:
          - ARNs of what to do when all is well again; at most five.
        type: list
        elements: str
      insufficient_data_actions:
        description:
          - ARNs of what to do when there are too few datapoints to tell; at most five.
        type: list
        elements: str
      tags:
        description:
          - Tags of this alarm, in addition to O(tags).
        type: dict
  alarm_actions:
    description:
      - The default of O(alarms[].alarm_actions).
    type: list
    elements: str
    default: []
  ok_actions:
    description:
      - The default of O(alarms[].ok_actions).
    type: list
    elements: str
    default: []
  actions_enabled:
    description:
      - Whether the alarms do anything beside changing their state.
    type: bool
    default: true
  purge:
    description:
      - Whether other alarms whose names begin with O(prefix) are deleted. An empty O(alarms) then deletes all.
    type: bool
    default: false
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html), PutMetricAlarm,
    DeleteAlarms, ListTagsForResource, TagResource and UntagResource.
  - For the alarms of scaling policies there is M(airflow.fargate.application_autoscaling).
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Two alarms, and no other that begins like this
  airflow.fargate.cloudwatch_alarms:
    prefix: "app: "
    alarms:
      - name: disk-full
        description: Less than 2 GiB are free.
        namespace: AWS/RDS
        metric_name: FreeStorageSpace
        dimensions: {DBInstanceIdentifier: app}
        statistic: Minimum
        period: 300
        threshold: 2147483648
        comparison: LessThanThreshold
      - name: tasks-missing
        metrics:
          - {id: desired, namespace: App, metric_name: Desired, statistic: Minimum}
          - {id: running, namespace: App, metric_name: Running, statistic: Maximum}
          - {id: missing, expression: desired - running, return_data: true}
        evaluation_periods: 10
        threshold: 0
        comparison: GreaterThanThreshold
    alarm_actions: ["arn:aws:sns:eu-west-1:123456789012:app"]
    ok_actions: ["arn:aws:sns:eu-west-1:123456789012:app"]
    purge: true
    tags:
      app: example
"""

RETURN = r"""
alarms:
  description:
    - The alarms, in the order of O(alarms), as CloudWatch describes them, without what it assumes.
  returned: always
  type: list
  elements: dict
  contains:
    alarm_name:
      description: The name of the alarm, with O(prefix).
      type: str
      returned: always
      sample: "app: disk-full"
    state:
      description: C(OK), C(ALARM) or C(INSUFFICIENT_DATA) before the module ran. Null for an alarm that is new.
      type: str
      returned: always
      sample: OK
    threshold:
      description: The value to compare with. The other settings have the names of CloudWatch, too, in snake case.
      type: float
      returned: always
      sample: 2147483648.0
    tags:
      description: The tags of the alarm; empty, and not looked at, when none are given.
      type: dict
      returned: always
      sample: {app: example}
"""

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import alarm_settings
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.alarms import ACTIONS, ensure_alarms
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.metrics import UNITS
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Spec = dict[str, t.Any]


def metric_spec() -> Spec:
    return {
        "namespace": {"type": "str"},
        "metric_name": {"type": "str"},
        "dimensions": {"type": "dict"},
        "statistic": {"type": "str"},
        "unit": {"type": "str", "choices": list(UNITS)},
    }


def query_spec() -> Spec:
    return {
        "id": {"type": "str", "required": True},
        "expression": {"type": "str"},
        **metric_spec(),
        "label": {"type": "str"},
        "return_data": {"type": "bool", "default": False},
    }


def alarm_spec() -> Spec:
    missing = list(alarm_settings.TREAT_MISSING_DATA)
    return {
        "name": {"type": "str", "required": True},
        "description": {"type": "str"},
        **metric_spec(),
        "metrics": {"type": "list", "elements": "dict", "options": query_spec()},
        "period": {"type": "int", "default": 60},
        "evaluation_periods": {"type": "int", "default": 1},
        "datapoints_to_alarm": {"type": "int"},
        "threshold": {"type": "float", "required": True},
        "comparison": {"type": "str", "choices": list(alarm_settings.COMPARISONS), "required": True},
        "treat_missing_data": {"type": "str", "choices": missing, "default": "missing"},
        **{option: {"type": "list", "elements": "str"} for option in ACTIONS},
        "tags": {"type": "dict"},
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "prefix": {"type": "str", "required": True},
            "alarms": {"type": "list", "elements": "dict", "required": True, "options": alarm_spec()},
            "alarm_actions": {"type": "list", "elements": "str", "default": []},
            "ok_actions": {"type": "list", "elements": "str", "default": []},
            "actions_enabled": {"type": "bool", "default": True},
            "purge": {"type": "bool", "default": False},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        result = ensure_alarms(module.client("cloudwatch"), module.params, module.check_mode)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: application_autoscaling
version_added: 1.0.0
short_description: Manage how the services of Amazon ECS clusters scale
description:
  - Registers several ECS services as scalable targets of AWS Application Auto Scaling at once, side by side, with their
    scaling policies, the Amazon CloudWatch alarms of these policies, and their scheduled actions.
  - What AWS would refuse is refused before anything is changed, with the setting, its value and the reason.
  - An unchanged list costs one listing each of scalable targets, scaling policies, scheduled actions and alarms; and if
    there are tags, one C(ListTagsForResource) for each target and alarm.
  - An option that is not given is left as it is. In a scaling policy, an alarm or a scheduled action, which AWS
    replaces as a whole, it has AWS's default.
options:
  targets:
    description:
      - The scalable targets.
    type: list
    elements: dict
    required: true
    suboptions:
      resource_id:
        description:
          - The service as C(service/<cluster>/<service>).
          - Either this or O(targets[].cluster) and O(targets[].service) must be given.
        type: str
      cluster:
        description:
          - The name of the service's cluster.
        type: str
      service:
        description:
          - The name of the service.
        type: str
      scalable_dimension:
        description:
          - What scales. ECS services have nothing else.
        type: str
        choices: ['ecs:service:DesiredCount']
        default: ecs:service:DesiredCount
      min:
        description:
          - Fewest tasks. Required for a new target.
          - A scheduled action changes it for good. A value that one of O(targets[].scheduled_actions) sets is therefore
            left as it is, unless it contradicts O(targets[].max).
        type: int
      max:
        description:
          - Most tasks. Required for a new target. Left as it is like O(targets[].min).
        type: int
      suspended:
        description:
          - What does not happen for the time being.
        type: dict
        suboptions:
          scale_in:
            description:
              - Whether policies do not remove tasks.
            type: bool
          scale_out:
            description:
              - Whether policies do not add tasks.
            type: bool
          scheduled:
            description:
              - Whether scheduled actions do not run.
            type: bool
      policies:
        description:
          - The scaling policies. Left as they are, and not looked at, when not given.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - The name of the policy. The alarm of a step scaling policy is called C(<cluster>/<service>/<name>).
            type: str
            required: true
          target_tracking:
            description:
              - Keep a metric at a value. AWS makes the alarms.
            type: dict
            suboptions:
              target_value:
                description:
                  - The value.
                type: float
                required: true
              predefined_metric:
                description:
                  - A metric that AWS knows of every service.
                type: dict
                suboptions:
                  type:
                    description:
                      - Which one. Those of high resolution have datapoints every 20 seconds.
                    type: str
                    choices:
                      - ECSServiceAverageCPUUtilization
                      - ECSServiceAverageCPUUtilizationHighResolution
                      - ECSServiceAverageMemoryUtilization
                      - ECSServiceAverageMemoryUtilizationHighResolution
                      - ALBRequestCountPerTarget
                    required: true
                  resource_label:
                    description:
                      - The load balancer and target group of V(ALBRequestCountPerTarget), as
                        C(app/<load balancer>/<id>/targetgroup/<target group>/<id>).
                    type: str
              customized_metric:
                description:
                  - Any other metric, or an expression over several. It must fall in proportion to the tasks added.
                type: dict
                suboptions: &metric
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
                      - V(Average), V(Minimum), V(Maximum), V(Sum) or V(SampleCount). Alarms and entries of C(metrics)
                        also take extended ones such as V(p90).
                    type: str
                  unit: &unit
                    description:
                      - Only datapoints with this unit count.
                    type: str
                    choices: &units
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
                  metrics: &metrics
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
              scale_out_cooldown:
                description:
                  - Seconds for which an addition counts as part of the next one.
                type: int
                default: 300
              scale_in_cooldown:
                description:
                  - Seconds between two removals.
                type: int
                default: 300
              disable_scale_in:
                description:
                  - Whether the policy only adds tasks.
                type: bool
                default: false
          step_scaling:
            description:
              - Change the number of tasks by how far a metric is beyond the threshold of an alarm.
            type: dict
            suboptions:
              adjustment_type:
                description:
                  - Whether O(targets[].policies[].step_scaling.steps[].adjustment) is a number of tasks to add, a
                    percentage to add, or the number of tasks to have.
                type: str
                choices: [ChangeInCapacity, PercentChangeInCapacity, ExactCapacity]
                default: ChangeInCapacity
              steps:
                description:
                  - What to do in which interval of the difference between metric and threshold. The intervals touch
                    each other, and have no end on the sides of zero on which there are any.
                type: list
                elements: dict
                required: true
                suboptions:
                  lower_bound:
                    description:
                      - Where the interval begins. It belongs to the interval above the threshold. No value is minus
                        infinity.
                    type: float
                  upper_bound:
                    description:
                      - Where the interval ends. It belongs to the interval below the threshold. No value is infinity.
                    type: float
                  adjustment:
                    description:
                      - How to change the number of tasks.
                    type: int
                    required: true
              min_adjustment_magnitude:
                description:
                  - Fewest tasks to add or remove by V(PercentChangeInCapacity).
                type: int
              cooldown:
                description:
                  - Seconds for which an addition counts as part of the next one, and between two removals.
                  - An alarm that stays in alarm invokes its policy once a minute, whatever its period.
                type: int
                default: 300
              aggregation_type:
                description:
                  - What becomes of the datapoints that the alarm has looked at.
                type: str
                choices: [Average, Minimum, Maximum]
                default: Average
              alarm:
                description:
                  - The alarm that invokes the policy. It is called C(<cluster>/<service>/<policy>). Without one, an
                    alarm of your own must name the policy's ARN.
                type: dict
                suboptions:
                  <<: *metric
                  period:
                    description:
                      - Seconds of a datapoint, of all metrics. V(10), V(20) and V(30) are for metrics of your own with
                        high resolution, and make a high-resolution alarm, which costs more.
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
      scheduled_actions:
        description:
          - The scheduled actions. Left as they are, and not looked at, when not given.
          - One that will never run again, because its time or O(targets[].scheduled_actions[].end_time) is over, is
            neither created nor changed.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - The name of the action.
            type: str
            required: true
          schedule:
            description:
              - C(cron(minutes hours day-of-month month day-of-week year)), C(rate(value unit)) or
                C(at(yyyy-mm-ddThh:mm:ss)).
            type: str
            required: true
          timezone:
            description:
              - The IANA time zone in which cron and at expressions are read, UTC by default.
            type: str
          start_time:
            description:
              - When a recurring action begins, in ISO 8601; in UTC unless it has an offset. It also runs then.
            type: str
          end_time:
            description:
              - When a recurring action ends, in ISO 8601; in UTC unless it has an offset.
            type: str
          min:
            description:
              - Fewest tasks from then on. One of this and O(targets[].scheduled_actions[].max) must be given; the other
                one of the target stays as it is.
            type: int
          max:
            description:
              - Most tasks from then on.
            type: int
      tags:
        description:
          - Tags of this target and its alarms, in addition to O(tags).
        type: dict
  purge_policies:
    description:
      - Whether policies that are not given are deleted, with their alarms. Nothing is deleted from a target without
        O(targets[].policies).
      - All alarms whose names begin with C(<cluster>/<service>/) count as the target's.
    type: bool
    default: true
  purge_scheduled_actions:
    description:
      - Whether scheduled actions that are not given are deleted. Nothing is deleted from a target without
        O(targets[].scheduled_actions).
      - Those of M(airflow.fargate.service_capacity), C(scale-down) and C(scale-up), stay.
    type: bool
    default: true
  state:
    description:
      - With V(absent) the targets are deregistered, which deletes their policies and scheduled actions, and the alarms
        are deleted. The services stay, with as many tasks as they have. Of O(targets[]) only the names matter then.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Calls U(https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html),
    DescribeScalingPolicies, DescribeScheduledActions, RegisterScalableTarget, DeregisterScalableTarget,
    PutScalingPolicy, DeleteScalingPolicy, PutScheduledAction, DeleteScheduledAction, ListTagsForResource, TagResource
    and UntagResource; and of CloudWatch, DescribeAlarms, PutMetricAlarm, DeleteAlarms, ListTagsForResource, TagResource
    and UntagResource.
  - The first scalable target of an account needs C(iam:CreateServiceLinkedRole) for
    C(ecs.application-autoscaling.amazonaws.com).
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Workers as many as a metric says, in one step; an API server by its load
  airflow.fargate.application_autoscaling:
    targets:
      - cluster: app
        service: worker
        min: 0
        max: 5
        policies:
          - name: scale-out
            step_scaling:
              # The metric is the number of workers to add: 1, 2, 3 or more.
              steps:
                - {lower_bound: 1, upper_bound: 2, adjustment: 1}
                - {lower_bound: 2, upper_bound: 3, adjustment: 2}
                - {lower_bound: 3, adjustment: 3}
              cooldown: 0
              aggregation_type: Maximum
              alarm:
                namespace: App
                metric_name: WorkersGap
                dimensions: {queue: default}
                statistic: Maximum
                period: 10
                threshold: 0
                comparison: GreaterThanThreshold
          - name: scale-in
            step_scaling:
              # Five minutes in which no more than so many were ever needed.
              steps:
                - {lower_bound: -2, upper_bound: -1, adjustment: -1}
                - {lower_bound: -3, upper_bound: -2, adjustment: -2}
                - {upper_bound: -3, adjustment: -3}
              cooldown: 0
              aggregation_type: Maximum
              alarm:
                namespace: App
                metric_name: WorkersGap
                dimensions: {queue: default}
                statistic: Maximum
                period: 10
                evaluation_periods: 30
                threshold: 0
                comparison: LessThanThreshold
                treat_missing_data: notBreaching
      - cluster: app
        service: api-server
        min: 1
        max: 4
        policies:
          - name: cpu
            target_tracking:
              target_value: 60
              predefined_metric:
                type: ECSServiceAverageCPUUtilization
        scheduled_actions:
          - name: business-hours
            schedule: cron(0 8 ? * MON-FRI *)
            timezone: Europe/Berlin
            min: 2
          - name: evening
            schedule: cron(0 18 ? * MON-FRI *)
            timezone: Europe/Berlin
            min: 1
    tags:
      app: example

- name: Nothing scales for the time being
  airflow.fargate.application_autoscaling:
    targets:
      - resource_id: service/app/worker
        suspended: {scale_in: true, scale_out: true, scheduled: true}

- name: Leave the number of tasks to others again
  airflow.fargate.application_autoscaling:
    targets:
      - resource_id: service/app/worker
      - resource_id: service/app/api-server
    state: absent
"""

RETURN = r"""
targets:
  description:
    - The scalable targets, in the order of O(targets). Empty with O(state=absent).
    - Scaling policies, alarms and scheduled actions are shown as AWS describes them, without what it assumes.
  returned: always
  type: list
  elements: dict
  contains:
    resource_id:
      description: The service.
      type: str
      returned: always
      sample: service/app/worker
    scalable_dimension:
      description: What scales.
      type: str
      returned: always
      sample: ecs:service:DesiredCount
    scalable_target_arn:
      description: The ARN of the target. Null in check mode for a target that would be registered.
      type: str
      returned: always
      sample: arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/0ec50123456789abcdef
    min_capacity:
      description: Fewest tasks.
      type: int
      returned: always
      sample: 0
    max_capacity:
      description: Most tasks.
      type: int
      returned: always
      sample: 5
    suspended_state:
      description: What does not happen for the time being.
      type: dict
      returned: always
      sample:
        dynamic_scaling_in_suspended: false
        dynamic_scaling_out_suspended: false
        scheduled_scaling_suspended: false
    policies:
      description:
        - The scaling policies by name, with their C(policy_arn), which is null in check mode for a policy that would be
          created.
      type: dict
      returned: when O(targets[].policies) is given
      sample:
        c:
          policy_arn: arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:01:resource/ecs/service/a/b:policyName/c
          policy_type: TargetTrackingScaling
          target_tracking_scaling_policy_configuration:
            disable_scale_in: false
            predefined_metric_specification: {predefined_metric_type: ECSServiceAverageCPUUtilization}
            scale_in_cooldown: 300
            scale_out_cooldown: 300
            target_value: 60.0
    alarms:
      description: The alarms of the step scaling policies by name; as their action they show the policy's name.
      type: dict
      returned: when O(targets[].policies) is given
      sample:
        app/worker/scale-out:
          actions_enabled: true
          alarm_actions: [scale-out]
          alarm_description: Invokes the scaling policy scale-out.
          comparison_operator: GreaterThanThreshold
          datapoints_to_alarm: 1
          dimensions: [{name: queue, value: default}]
          evaluation_periods: 1
          metric_name: WorkersGap
          namespace: App
          period: 10
          statistic: Maximum
          tags: {app: example}
          threshold: 0.0
          treat_missing_data: missing
    scheduled_actions:
      description: The scheduled actions by name.
      type: dict
      returned: when O(targets[].scheduled_actions) is given
      sample:
        evening:
          scalable_target_action: {min_capacity: 1}
          schedule: cron(0 18 ? * MON-FRI *)
          timezone: Europe/Berlin
    tags:
      description: The tags of the target.
      type: dict
      returned: when there are O(tags) or O(targets[].tags)
      sample: {app: example}
"""

import typing as t
from datetime import UTC, datetime

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import policies
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.api import DIMENSION, Clients
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.ensure import (
    ensure_absent,
    ensure_present,
)
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import alarm_settings
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.metrics import UNITS
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

Spec = dict[str, t.Any]


def metric_spec() -> Spec:
    """One metric, of a policy, of an alarm, or among several."""
    return {
        "namespace": {"type": "str"},
        "metric_name": {"type": "str"},
        "dimensions": {"type": "dict"},
        "statistic": {"type": "str"},
        "unit": {"type": "str", "choices": list(UNITS)},
    }


def metrics_spec() -> Spec:
    """One metric, or several with expressions."""
    several = {
        "id": {"type": "str", "required": True},
        "expression": {"type": "str"},
        "label": {"type": "str"},
        "return_data": {"type": "bool", "default": False},
        **metric_spec(),
    }
    return {**metric_spec(), "metrics": {"type": "list", "elements": "dict", "options": several}}


def alarm_spec() -> Spec:
    return {
        **metrics_spec(),
        "period": {"type": "int", "default": 60},
        "evaluation_periods": {"type": "int", "default": 1},
        "datapoints_to_alarm": {"type": "int"},
        "threshold": {"type": "float", "required": True},
        "comparison": {"type": "str", "choices": list(alarm_settings.COMPARISONS), "required": True},
        "treat_missing_data": {"type": "str", "choices": list(alarm_settings.TREAT_MISSING_DATA), "default": "missing"},
    }


def step_scaling_spec() -> Spec:
    step = {
        "lower_bound": {"type": "float"},
        "upper_bound": {"type": "float"},
        "adjustment": {"type": "int", "required": True},
    }
    kinds = list(policies.ADJUSTMENT_TYPES)
    return {
        "adjustment_type": {"type": "str", "choices": kinds, "default": "ChangeInCapacity"},
        "steps": {"type": "list", "elements": "dict", "required": True, "options": step},
        "min_adjustment_magnitude": {"type": "int"},
        "cooldown": {"type": "int", "default": policies.COOLDOWN},
        "aggregation_type": {"type": "str", "choices": list(policies.AGGREGATION_TYPES), "default": "Average"},
        "alarm": {"type": "dict", "options": alarm_spec()},
    }


def target_tracking_spec() -> Spec:
    predefined = {
        "type": {"type": "str", "choices": list(policies.PREDEFINED), "required": True},
        "resource_label": {"type": "str"},
    }
    return {
        "target_value": {"type": "float", "required": True},
        "predefined_metric": {"type": "dict", "options": predefined},
        "customized_metric": {"type": "dict", "options": metrics_spec()},
        "scale_out_cooldown": {"type": "int", "default": policies.COOLDOWN},
        "scale_in_cooldown": {"type": "int", "default": policies.COOLDOWN},
        "disable_scale_in": {"type": "bool", "default": False},
    }


def policies_spec() -> Spec:
    metric = [("predefined_metric", "customized_metric")]
    tracking = {"type": "dict", "options": target_tracking_spec()}
    return {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "target_tracking": {**tracking, "mutually_exclusive": metric, "required_one_of": metric},
            "step_scaling": {"type": "dict", "options": step_scaling_spec()},
        },
        "mutually_exclusive": [("target_tracking", "step_scaling")],
        "required_one_of": [("target_tracking", "step_scaling")],
    }


def scheduled_actions_spec() -> Spec:
    return {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "schedule": {"type": "str", "required": True},
            "timezone": {"type": "str"},
            "start_time": {"type": "str"},
            "end_time": {"type": "str"},
            "min": {"type": "int"},
            "max": {"type": "int"},
        },
        "required_one_of": [("min", "max")],
    }


def targets_spec() -> Spec:
    suspended = {name: {"type": "bool"} for name in ("scale_in", "scale_out", "scheduled")}
    return {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "resource_id": {"type": "str"},
            "cluster": {"type": "str"},
            "service": {"type": "str"},
            "scalable_dimension": {"type": "str", "choices": [DIMENSION], "default": DIMENSION},
            "min": {"type": "int"},
            "max": {"type": "int"},
            "suspended": {"type": "dict", "options": suspended},
            "policies": policies_spec(),
            "scheduled_actions": scheduled_actions_spec(),
            "tags": {"type": "dict"},
        },
        "mutually_exclusive": [("resource_id", "cluster"), ("resource_id", "service")],
        "required_together": [("cluster", "service")],
        "required_one_of": [("resource_id", "cluster")],
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "targets": targets_spec(),
            "purge_policies": {"type": "bool", "default": True},
            "purge_scheduled_actions": {"type": "bool", "default": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    clients = Clients(module.client("application-autoscaling"), module.client("cloudwatch"))
    try:
        if module.params["state"] == "present":
            result = ensure_present(clients, module.params, module.check_mode, datetime.now(UTC))
        else:
            result = ensure_absent(clients, module.params, module.check_mode)
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)
    module.exit_json(**result)


if __name__ == "__main__":
    main()

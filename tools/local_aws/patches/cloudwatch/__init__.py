"""CloudWatch metrics and alarms as scaling needs them.

AWS: alarms of a metric or of metric math are evaluated whenever a period ends, over datapoints of exactly their
metric, M out of N, with missing data treated as the alarm says; state changes invoke actions, and an Auto Scaling
action is invoked again every minute while the state lasts.
ministack: evaluates when data arrive, over all dimensions and over whatever lies in the window as one datapoint;
forgets `Metrics` of an alarm; knows SNS actions only.
"""

from __future__ import annotations

from tools.local_aws.patches.cloudwatch.of_aws import publish_as_aws

__all__ = ["install", "publish_as_aws"]


def install() -> None:
    from tools.local_aws.patches.cloudwatch import alarms, operations

    operations.install()
    alarms.install()

"""Application Auto Scaling for ECS services.

ministack: has none of it. Here: scalable targets, scheduled actions, step scaling and target tracking are carried
out; predictive scaling is kept only, and metrics that AWS itself publishes (those of predefined metric types) have no
datapoints, so that their alarms stay in INSUFFICIENT_DATA.
"""

from __future__ import annotations


def install() -> None:
    from ministack import app

    from tools.local_aws.patches.application_autoscaling import api, scaling, schedule_runner
    from tools.local_aws.patches.cloudwatch import alarms

    app.SERVICE_HANDLERS["application-autoscaling"] = api.handle_request
    alarms.on_scaling_action(scaling.alarm_action)
    schedule_runner.start()

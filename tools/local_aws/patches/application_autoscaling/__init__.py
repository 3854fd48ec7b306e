"""Application Auto Scaling for ECS services.

ministack: has none of it. Here: scalable targets are enforced; scaling policies and scheduled actions are kept.
`capacity.set_desired_count` is where policies and schedules act on a service; `store` is where they find themselves.
"""

from __future__ import annotations


def install() -> None:
    from ministack import app

    from tools.local_aws.patches.application_autoscaling import api

    app.SERVICE_HANDLERS["application-autoscaling"] = api.handle_request

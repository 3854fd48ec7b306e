# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Services as the scalable targets that the module application_autoscaling takes."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._scaling import policies, schedules

Options = dict[str, t.Any]
Settings = t.Mapping[str, t.Any]

NOT_SUSPENDED = {"scale_in": False, "scale_out": False, "scheduled": False}
# What is read of a service.
NAMES = (
    "service_name",
    "service_component",
    "service_cluster",
    "service_min_count",
    "service_max_count",
    "service_queues",
    "service_scaling_mode",
    "service_scale_in_idle_time",
    "service_business_hours",
    "service_schedule",
)


def scalable_target(service: Settings, metrics: policies.Metrics, scaled_down: t.Container[str]) -> Options:
    """Without the bounds of a service that was scaled down by hand: they come back as they were."""
    name = service["service_name"]
    bounds: Options = {
        "min": int(service["service_min_count"]),
        "max": int(service["service_max_count"]),
        "suspended": dict(NOT_SUSPENDED),
    }
    is_pool = service["service_component"] == "worker"
    return {
        "cluster": service["service_cluster"],
        "service": name,
        **({} if name in scaled_down else bounds),
        "policies": policies.of_pool(service, metrics) if is_pool else [],
        "scheduled_actions": schedules.scheduled_actions(service),
        "tags": {"airflow:component": service["service_component"]},
    }


def scalable_targets(
    services: t.Iterable[Settings], metrics: policies.Metrics, scaled_down: t.Container[str]
) -> list[Options]:
    return [scalable_target(service, metrics, scaled_down) for service in services]

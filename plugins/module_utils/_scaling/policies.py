# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The scaling policies of a pool of workers, as the module application_autoscaling takes them."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._scaling import steps

Options = dict[str, t.Any]
Settings = t.Mapping[str, t.Any]

EXACT, TARGET_TRACKING = "exact", "target_tracking"
MODES = (EXACT, TARGET_TRACKING)
# Seconds: how often the publisher publishes, and the shortest period of an alarm.
PERIOD = 10
MINUTE = 60
# The slots of the present workers, all of them used or wanted.
TARGET_PERCENT = 100


class Metrics(t.NamedTuple):
    """Where the publisher's metrics are."""

    namespace: str
    environment: str

    def of_pool(self, name: str, queues: t.Sequence[str]) -> Options:
        dimensions = {"environment": self.environment, "queue": ",".join(queues)}
        return {"namespace": self.namespace, "metric_name": name, "dimensions": dimensions}


def of_pool(service: Settings, metrics: Metrics) -> list[Options]:
    """None where the number never changes."""
    if _bound(service, "min", min) >= _bound(service, "max", max):
        return []
    if service["service_scaling_mode"] == TARGET_TRACKING:
        return [_reservation(service, metrics)]
    return [_out(service, metrics), _in(service, metrics)]


def _bound(service: Settings, name: str, choose: t.Callable[[list[int]], int]) -> int:
    """The fewest or the most workers that there can be at any time."""
    scheduled = [action[name] for action in service["service_schedule"] if action.get(name) is not None]
    return choose([int(count) for count in (service[f"service_{name}_count"], *scheduled)])


def _out(service: Settings, metrics: Metrics) -> Options:
    """No cooldown: the gap already knows what was added, and what comes on top must not wait."""
    return {
        "name": "workers-out",
        "step_scaling": {
            "adjustment_type": "ChangeInCapacity",
            "steps": steps.scale_out(_bound(service, "max", max)),
            "cooldown": 0,
            "aggregation_type": "Maximum",
            "alarm": {
                **metrics.of_pool("WorkersGap", service["service_queues"]),
                "statistic": "Maximum",
                "period": PERIOD,
                "evaluation_periods": 1,
                "threshold": steps.THRESHOLD,
                "comparison": "GreaterThanOrEqualToThreshold",
                # An alarm that stays in alarm invokes its policy every minute: without a publisher it must not.
                "treat_missing_data": "notBreaching",
            },
        },
    }


def _in(service: Settings, metrics: Metrics) -> Options:
    """Only what was too much all the time goes: the smallest surplus of the idle time."""
    idle = int(service["service_scale_in_idle_time"])
    # An alarm with a period of a minute costs a third of one with ten seconds.
    period = PERIOD if idle % MINUTE else MINUTE
    return {
        "name": "workers-in",
        "step_scaling": {
            "adjustment_type": "ChangeInCapacity",
            "steps": steps.scale_in(_bound(service, "max", max)),
            "cooldown": MINUTE,
            "aggregation_type": "Minimum",
            "alarm": {
                **metrics.of_pool("WorkersSurplus", service["service_queues"]),
                "statistic": "Minimum",
                "period": period,
                "evaluation_periods": idle // period,
                "threshold": steps.THRESHOLD,
                "comparison": "GreaterThanOrEqualToThreshold",
                "treat_missing_data": "notBreaching",
            },
        },
    }


def _reservation(service: Settings, metrics: Metrics) -> Options:
    metric = metrics.of_pool("CapacityProviderReservation", service["service_queues"])
    return {
        "name": "reservation",
        "target_tracking": {
            "target_value": TARGET_PERCENT,
            "customized_metric": {**metric, "statistic": "Average", "unit": "Percent"},
            "scale_out_cooldown": MINUTE,
            "scale_in_cooldown": int(service["service_scale_in_idle_time"]),
        },
    }

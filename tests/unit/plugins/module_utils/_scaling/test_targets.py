"""Services as scalable targets, and that the module takes what is made of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.filter.scalable_targets import scalable_targets
from ansible_collections.airflow.fargate.plugins.module_utils._scaling import policies, schedules
from ansible_collections.airflow.fargate.plugins.module_utils._scaling.policies import Metrics
from hypothesis import given
from hypothesis import strategies as st

METRICS = Metrics("AirflowFargate", "prod")
WORKER: dict[str, Any] = {
    "service_name": "worker",
    "service_component": "worker",
    "service_cluster": "airflow-prod",
    "service_min_count": 0,
    "service_max_count": 5,
    "service_queues": ["default", "reports"],
    "service_scaling_mode": "exact",
    "service_scale_in_idle_time": 300,
    "service_business_hours": {},
    "service_schedule": [],
}
HOURS = {"days": "MON-FRI", "start": "08:30", "end": "19:00", "timezone": "Europe/Berlin"}


def target(**changes: Any) -> dict[str, Any]:
    [found] = scalable_targets([{**WORKER, **changes, "ansible_connection": "local"}], "prod", "AirflowFargate")
    return found


def test_an_exact_pool() -> None:
    found = target()
    assert (found["cluster"], found["service"], found["min"], found["max"]) == ("airflow-prod", "worker", 0, 5)
    assert found["suspended"] == {"scale_in": False, "scale_out": False, "scheduled": False}
    out, into = (policy["step_scaling"] for policy in found["policies"])
    assert out["alarm"]["metric_name"] == "WorkersGap"
    assert out["alarm"]["dimensions"] == {"environment": "prod", "queue": "default,reports"}
    assert (out["alarm"]["period"], out["alarm"]["evaluation_periods"]) == (10, 1)
    assert into["alarm"]["metric_name"] == "WorkersSurplus"
    assert (into["alarm"]["statistic"], into["aggregation_type"]) == ("Minimum", "Minimum")


@given(st.integers(3, 8640))
def test_the_alarm_looks_at_the_whole_idle_time(tens: int) -> None:
    alarm = target(service_scale_in_idle_time=10 * tens)["policies"][1]["step_scaling"]["alarm"]
    assert alarm["period"] * alarm["evaluation_periods"] == 10 * tens
    assert alarm["period"] == (60 if tens % 6 == 0 else 10)


def test_without_a_publisher_nothing_scales() -> None:
    found = [policy["step_scaling"]["alarm"]["treat_missing_data"] for policy in target()["policies"]]
    assert found == ["notBreaching", "notBreaching"]


def test_a_target_tracking_pool() -> None:
    [policy] = target(service_scaling_mode="target_tracking")["policies"]
    assert policy["target_tracking"]["target_value"] == 100
    assert policy["target_tracking"]["customized_metric"]["metric_name"] == "CapacityProviderReservation"


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"service_min_count": 5}, 0),
        ({"service_min_count": 5, "service_business_hours": HOURS}, 0),
        ({"service_min_count": 5, "service_schedule": [{"name": "x", "schedule": "rate(1 day)", "min": 0}]}, 2),
        ({"service_min_count": 5, "service_schedule": [{"name": "x", "schedule": "rate(1 day)", "max": 9}]}, 2),
        ({"service_component": "scheduler"}, 0),
    ],
)
def test_who_has_policies(changes: dict[str, Any], count: int) -> None:
    assert len(target(**changes)["policies"]) == count


def test_the_steps_reach_the_most_that_a_schedule_allows() -> None:
    schedule = [{"name": "x", "schedule": "rate(1 day)", "max": 9}]
    steps = target(service_schedule=schedule)["policies"][0]["step_scaling"]["steps"]
    assert steps[-1]["adjustment"] == 9


def test_business_hours_and_a_schedule_of_its_own() -> None:
    action = {"name": "month-end", "schedule": "cron(0 0 L * ? *)", "max": 9}
    found = target(service_business_hours=HOURS, service_schedule=[action])["scheduled_actions"]
    assert found == [
        {
            "name": schedules.OPEN,
            "schedule": "cron(30 8 ? * MON-FRI *)",
            "timezone": "Europe/Berlin",
            "min": 0,
            "max": 5,
        },
        {
            "name": schedules.CLOSE,
            "schedule": "cron(0 19 ? * MON-FRI *)",
            "timezone": "Europe/Berlin",
            "min": 0,
            "max": 0,
        },
        action,
    ]


def test_what_was_scaled_down_by_hand_keeps_its_bounds() -> None:
    [found] = scalable_targets([WORKER], "prod", "AirflowFargate", scaled_down=["worker"])
    assert not found.keys() & {"min", "max", "suspended"}
    assert found["policies"]


def test_no_time_of_day() -> None:
    with pytest.raises(ValueError, match="'8' is no time"):
        schedules.cron("8", "*")


def test_every_mode_is_one_that_may_be_chosen() -> None:
    assert policies.MODES == ("exact", "target_tracking")

"""All that is wrong is told at once, before the first call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import validation
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.common import AutoscalingError

Make = Callable[..., dict[str, Any]]


def reasons(params: dict[str, Any]) -> str:
    return "\n".join(str(problem) for problem in validation.problems(params))


def by_id(resource_id: str) -> dict[str, Any]:
    return {"resource_id": resource_id, "cluster": None, "service": None}


def test_a_service_can_be_named_in_two_ways(target: Make) -> None:
    assert validation.identity(target()) == validation.identity(target(**by_id("service/app/worker")))
    assert validation.identity(target()).resource_id == "service/app/worker"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (by_id("app/worker"), 'targets.resource_id = "app/worker": an ECS service is service/<cluster>/<service>'),
        ({"service": "a/b"}, 'targets.service = "service/app/a/b"'),
        ({"min": -1}, "worker.min = -1: it must be at least 0"),
        ({"max": -1, "min": None}, "worker.max = -1"),
        ({"min": 6}, "worker.min = 6: it must not be above max, which is 5"),
        ({"tags": {"aws:x": "1"}}, 'worker.tags = {"aws:x": "1"}: a key'),
        ({"tags": {"x": "y" * 257}}, "a value has at most 256"),
        ({"tags": {str(number): "" for number in range(51)}}, "worker.tags = 51: there may be 50"),
    ],
)
def test_refused(target: Make, params: Make, given: dict[str, Any], reason: str) -> None:
    assert reason in reasons(params(target(**given)))


def test_a_service_is_there_once(target: Make, params: Make) -> None:
    listed = [target(), target(**by_id("service/app/worker"))]
    assert 'targets = "service/app/worker": it is there more than once' in reasons(params(*listed))


def test_accepted(target: Make, params: Make, step_policy: Make, tracking_policy: Make, action: Make) -> None:
    everything = target(policies=[step_policy(), tracking_policy()], scheduled_actions=[action()])
    validation.check(params(everything, target(service="api"), tags={"airflow:environment": "test"}))


def test_all_problems_are_told_with_their_place(
    target: Make, params: Make, step_policy: Make, alarm: Make, action: Make
) -> None:
    wrong = target(
        policies=[step_policy(alarm=alarm(period=15), cooldown=-1)], scheduled_actions=[action(timezone="Nowhere")]
    )
    with pytest.raises(AutoscalingError) as refused:
        validation.check(params(wrong))
    message = str(refused.value)
    assert message.startswith("3 problems; nothing was changed.\n- ")
    for place in (
        "worker.policies[out].step_scaling.alarm.period",
        "worker.policies[out].step_scaling.cooldown",
        "worker.scheduled_actions[morning].timezone",
    ):
        assert place in message

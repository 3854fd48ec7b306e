"""What is, what should be, and the difference."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import (
    alarms,
    policies,
    scheduled_actions,
    targets,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.common import AutoscalingError
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.targets import (
    Observed,
    bounds_to_reach,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.validation import Identity
from ansible_collections.airflow.fargate.plugins.module_utils._changes import changes
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., dict[str, Any]]
Options = dict[str, Any]
WORKER = Identity("app", "worker")
NOTHING = Observed(None, {}, {}, {})
TARGET = {"ResourceId": "service/app/worker", "MinCapacity": 0, "MaxCapacity": 5, "ScalableTargetARN": "arn:target"}
CAPACITY = st.integers(0, 9)


def bounds(low: int | None, high: int | None) -> dict[str, int | None]:
    return {"MinCapacity": low, "MaxCapacity": high}


def sets(**action: int) -> dict[str, Any]:
    names = {"low": "MinCapacity", "high": "MaxCapacity"}
    return {"ScalableTargetAction": {names[key]: value for key, value in action.items()}}


def there(option: Options, **more: Any) -> Observed:
    """AWS has what the option asks for."""
    described = {
        policy["name"]: {**policies.wanted(policy), "PolicyName": policy["name"], "PolicyARN": f"arn:{policy['name']}"}
        for policy in option["policies"] or []
    }
    watching = {}
    for policy in option["policies"] or []:
        if policy["step_scaling"]:
            config = alarms.wanted(policy["step_scaling"]["alarm"], policy["name"])
            name = f"app/worker/{policy['name']}"
            watching[name] = {**config, "AlarmName": name, "AlarmActions": [f"arn:{policy['name']}"], "AlarmArn": name}
    actions = {action["name"]: scheduled_actions.wanted(action) for action in option["scheduled_actions"] or []}
    return Observed(TARGET, described, actions, watching, **more)


def no_change(plan: targets.Plan) -> bool:
    compared = (plan.policies, plan.alarms, plan.actions)
    return plan.before == plan.after and not any(change.put or change.delete for change in compared)


@pytest.mark.parametrize(
    ("wanted", "actions", "observed", "reached"),
    [
        # Nothing scheduled: what is wanted.
        (bounds(1, 5), [], bounds(0, 9), bounds(1, 5)),
        (bounds(None, None), [], bounds(0, 9), bounds(0, 9)),
        # It is night: the schedule has been here.
        (bounds(1, 5), [sets(low=1, high=5), sets(low=0, high=0)], bounds(0, 0), bounds(0, 0)),
        # The number of the day has changed, by day and by night.
        (bounds(2, 6), [sets(low=2, high=6), sets(low=0, high=0)], bounds(1, 5), bounds(2, 6)),
        (bounds(2, 6), [sets(low=2, high=6), sets(low=0, high=0)], bounds(0, 0), bounds(0, 0)),
        # What no action names is not the schedule's.
        (bounds(1, 5), [sets(low=0)], bounds(0, 9), bounds(0, 5)),
        # What the schedule left behind contradicts what is wanted.
        (bounds(3, 5), [sets(high=1)], bounds(0, 1), bounds(3, 5)),
    ],
)
def test_bounds_that_a_schedule_sets_are_its_own(
    wanted: Options, actions: list[Options], observed: Options, reached: Options
) -> None:
    assert bounds_to_reach(wanted, {str(n): action for n, action in enumerate(actions)}, observed) == reached


@given(wanted=st.tuples(CAPACITY, CAPACITY), observed=st.tuples(CAPACITY, CAPACITY), lows=st.lists(CAPACITY))
def test_bounds_settle(wanted: tuple[int, int], observed: tuple[int, int], lows: list[int]) -> None:
    """Whatever was reached is kept: a second run changes nothing. And it can be registered."""
    actions = {str(number): sets(low=low) for number, low in enumerate(lows)}
    goal, start = bounds(*sorted(wanted)), bounds(*sorted(observed))

    reached = bounds_to_reach(goal, actions, start)

    assert bounds_to_reach(goal, actions, reached) == reached
    assert reached["MinCapacity"] <= reached["MaxCapacity"]


def test_a_new_target(target: Make, params: Make, step_policy: Make, action: Make, now: datetime) -> None:
    option = target(policies=[step_policy()], scheduled_actions=[action()], suspended={"scale_in": True})
    plan = targets.plan(WORKER, option, params(option, tags={"env": "test"}), NOTHING, now)
    assert plan.before is None
    assert plan.bounds == bounds(0, 5)
    assert plan.suspended == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }
    assert (list(plan.policies.put), list(plan.alarms.put), list(plan.actions.put)) == (
        ["out"],
        ["app/worker/out"],
        ["morning"],
    )
    assert plan.after["tags"] == plan.after["alarms"]["app/worker/out"]["tags"] == {"env": "test"}


@pytest.mark.parametrize("given_", [{"min": None}, {"max": None}])
def test_a_new_target_needs_bounds(target: Make, params: Make, now: datetime, given_: Options) -> None:
    option = target(**given_)
    with pytest.raises(AutoscalingError, match="app/worker is no scalable target yet: it needs min and max"):
        targets.plan(WORKER, option, params(option), NOTHING, now)


def test_a_bound_that_contradicts_the_one_that_is_kept(target: Make, params: Make, now: datetime) -> None:
    option = target(min=6, max=None)
    with pytest.raises(AutoscalingError, match="min = 6 and max = 5"):
        targets.plan(WORKER, option, params(option), Observed(TARGET, {}, {}, {}), now)


def test_what_is_there_already(
    target: Make, params: Make, step_policy: Make, tracking_policy: Make, action: Make, now: datetime
) -> None:
    option = target(policies=[step_policy(), tracking_policy()], scheduled_actions=[action()])
    tags = {"env": "test"}
    observed = there(option, tags=tags, alarm_tags={"app/worker/out": tags})
    assert no_change(targets.plan(WORKER, option, params(option, tags=tags), observed, now))


def test_what_is_not_given_is_not_told(target: Make, params: Make, step_policy: Make, now: datetime) -> None:
    option = target(min=None, max=None)
    plan = targets.plan(WORKER, option, params(option), there(target(policies=[step_policy()])), now)
    assert no_change(plan)
    assert plan.after.keys() == {"min_capacity", "max_capacity", "suspended_state"}


@pytest.mark.parametrize("purge", [True, False])
def test_what_is_no_longer_wanted(
    target: Make, params: Make, step_policy: Make, action: Make, now: datetime, purge: bool
) -> None:
    observed = there(target(policies=[step_policy()], scheduled_actions=[action()]))
    option = target(policies=[], scheduled_actions=[])
    plan = targets.plan(
        WORKER, option, params(option, purge_policies=purge, purge_scheduled_actions=purge), observed, now
    )
    assert plan.policies.delete == (["out"] if purge else [])
    assert plan.alarms.delete == (["app/worker/out"] if purge else [])
    assert plan.actions.delete == (["morning"] if purge else [])
    assert (plan.before != plan.after) is purge


def test_the_actions_of_scaling_down_and_up_are_not_purged(
    target: Make, params: Make, action: Make, now: datetime
) -> None:
    option = target(scheduled_actions=[action()])
    once = [action(name=name, schedule="at(2026-12-01T20:00:00)") for name in ("scale-down", "scale-up")]
    assert no_change(
        targets.plan(WORKER, option, params(option), there(target(scheduled_actions=[action(), *once])), now)
    )


def test_an_alarm_whose_policy_was_made_anew_gets_its_action_back(
    target: Make, params: Make, step_policy: Make, now: datetime
) -> None:
    option = target(policies=[step_policy()])
    observed = there(option)._replace(policies={})
    plan = targets.plan(WORKER, option, params(option), observed, now)
    assert list(plan.policies.put) == ["out"]
    assert list(plan.alarms.put) == ["app/worker/out"]


def test_an_action_that_is_over_is_left_alone(target: Make, params: Make, action: Make, now: datetime) -> None:
    once = action(schedule="at(2026-01-01T00:00:00)")
    option = target(scheduled_actions=[once])
    assert no_change(targets.plan(WORKER, option, params(option), Observed(TARGET, {}, {}, {}), now))
    other = there(target(scheduled_actions=[{**once, "min": 3}]))
    assert no_change(targets.plan(WORKER, option, params(option), other, now))


def test_suspended_parts_that_are_not_given_stay(target: Make, params: Make, now: datetime) -> None:
    state = {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": True, "ScheduledScalingSuspended": False}
    option = target(suspended={"scale_in": False, "scale_out": None, "scheduled": None})
    plan = targets.plan(WORKER, option, params(option), Observed({**TARGET, "SuspendedState": state}, {}, {}, {}), now)
    assert plan.suspended == {**state, "DynamicScalingInSuspended": False}


def test_tags_of_a_target_win_and_others_go(target: Make, params: Make, step_policy: Make, now: datetime) -> None:
    option = target(policies=[step_policy()], tags={"part": "worker"})
    observed = there(option, tags={"env": "test", "old": "1"}, alarm_tags={"app/worker/out": {"env": "old"}})
    plan = targets.plan(WORKER, option, params(option, tags={"env": "test", "part": "all"}), observed, now)
    assert (plan.tags.add, plan.tags.remove) == ({"part": "worker"}, ["old"])
    assert plan.alarm_tags["app/worker/out"].add == {"env": "test", "part": "worker"}


def test_what_belongs_to_a_service() -> None:
    found = (
        [TARGET, {**TARGET, "ResourceId": "service/app/other"}],
        [
            {"ResourceId": "service/app-2/worker", "PolicyName": "a"},
            {"ResourceId": "service/app/worker", "PolicyName": "b"},
        ],
        [{"ResourceId": "service/app/worker", "ScheduledActionName": "c"}],
        [{"AlarmName": "app/worker/d"}, {"AlarmName": "app/worker-2/e"}],
    )
    observed = targets.of_service(WORKER, found)
    assert observed.target == TARGET
    assert (list(observed.policies), list(observed.actions), list(observed.alarms)) == (["b"], ["c"], ["app/worker/d"])


def test_nothing_to_leave() -> None:
    assert targets.state_to_leave(NOTHING) is None
    assert targets.state_to_leave(Observed(None, {}, {}, {"app/worker/x": {}})) is not None


NAMED = st.dictionaries(st.sampled_from("abcd"), st.fixed_dictionaries({"Value": st.integers(0, 2)}))


@given(observed=NAMED, wanted=NAMED, purge=st.booleans())
def test_changes_lead_to_what_is_wanted_and_no_further(observed: Options, wanted: Options, purge: bool) -> None:
    reached = changes(observed, wanted, purge).applied_to(observed)
    assert reached == (wanted if purge else {**observed, **wanted})
    assert changes(reached, wanted, purge) == ({}, [])
    assert changes(observed, None, purge) == ({}, [])

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What scalable targets are, what they should be, and the difference. Nothing here calls AWS."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import (
    alarms,
    policies,
    scheduled_actions,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.common import AutoscalingError
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.validation import Identity
from ansible_collections.airflow.fargate.plugins.module_utils._changes import (
    Changes,
    Config,
    Named,
    changes,
)
from ansible_collections.airflow.fargate.plugins.module_utils._problems import Options
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges, merged_tags, tag_changes

State = dict[str, t.Any]
Tags = dict[str, str]
BOUNDS = {"MinCapacity": "min", "MaxCapacity": "max"}
SUSPENDED = {
    "DynamicScalingInSuspended": "scale_in",
    "DynamicScalingOutSuspended": "scale_out",
    "ScheduledScalingSuspended": "scheduled",
}


class Observed(t.NamedTuple):
    """What AWS has of one service; names lead to what was described. Tags are None where nobody asked for them."""

    target: Config | None
    policies: dict[str, Config]
    actions: dict[str, Config]
    alarms: dict[str, Config]
    tags: Tags | None = None
    alarm_tags: t.Mapping[str, Tags] = {}


def of_service(identity: Identity, found: t.Sequence[t.Sequence[Config]]) -> Observed:
    """The part of one service in what was found: targets, policies, scheduled actions, and alarms."""
    targets, listed, actions, described = found
    prefix = alarms.prefix(*identity)

    def own(items: t.Iterable[Config]) -> list[Config]:
        return [item for item in items if item["ResourceId"] == identity.resource_id]

    return Observed(
        target=next(iter(own(targets)), None),
        policies={policy["PolicyName"]: policy for policy in own(listed)},
        actions={action["ScheduledActionName"]: action for action in own(actions)},
        alarms={alarm["AlarmName"]: alarm for alarm in described if alarm["AlarmName"].startswith(prefix)},
    )


class Wanted(t.NamedTuple):
    """What is wanted of one service: None where the option is not given."""

    bounds: Config
    suspended: dict[str, bool]
    policies: dict[str, Config] | None
    actions: dict[str, Config] | None
    alarms: dict[str, Config] | None
    tags: Tags | None


def wanted(identity: Identity, option: Options, common_tags: t.Mapping[str, t.Any] | None) -> Wanted:
    listed = option["policies"]
    actions = option["scheduled_actions"]
    suspended = option["suspended"] or {}
    return Wanted(
        bounds={key: option[name] for key, name in BOUNDS.items()},
        suspended={key: suspended[name] for key, name in SUSPENDED.items() if suspended.get(name) is not None},
        policies=None if listed is None else {policy["name"]: policies.wanted(policy) for policy in listed},
        actions=None if actions is None else {action["name"]: scheduled_actions.wanted(action) for action in actions},
        alarms=None
        if listed is None
        else {
            alarms.alarm_name(*identity, policy["name"]): alarms.wanted(policy["step_scaling"]["alarm"], policy["name"])
            for policy in listed
            if policy["step_scaling"] and policy["step_scaling"]["alarm"]
        },
        tags=merged_tags(common_tags, option["tags"]),
    )


def bounds_to_reach(wanted_bounds: Config, actions: Named, observed: Config) -> Config:
    """What is not given stays, and so does what one of the scheduled actions sets: its time has come before."""
    reached = {}
    for key, value in wanted_bounds.items():
        scheduled = {action["ScalableTargetAction"].get(key) for action in actions.values()}
        reached[key] = observed[key] if value is None or observed[key] in scheduled else value
    if reached["MinCapacity"] <= reached["MaxCapacity"]:
        return reached
    return {key: observed[key] if value is None else value for key, value in wanted_bounds.items()}


class Plan(t.NamedTuple):
    """What has to change of one service, and its state before and after; None is absence."""

    identity: Identity
    observed: Observed
    bounds: Config
    suspended: dict[str, bool]
    policies: Changes
    actions: Changes
    alarms: Changes
    tags: TagChanges
    alarm_tags: dict[str, TagChanges]
    wanted_tags: Tags
    before: State | None
    after: State


def plan(identity: Identity, option: Options, params: Options, observed: Observed, now: datetime) -> Plan:
    """Compare; what AWS would refuse only because of what is there is refused here."""
    goal = wanted(identity, option, params["tags"])
    target = observed.target or {}
    bounds = bounds_to_reach(goal.bounds, goal.actions or {}, target) if target else goal.bounds
    _check_bounds(identity, bounds)
    suspended = {key: target.get("SuspendedState", {}).get(key, False) for key in SUSPENDED}
    there = _configs(observed)
    coming = _not_over(option, goal.actions, there.actions, now)
    policies_change = changes(there.policies, goal.policies, params["purge_policies"])
    alarms_change = changes(there.alarms, goal.alarms, params["purge_policies"])
    actions_change = changes(there.actions, coming, params["purge_scheduled_actions"])
    reached = Configs(
        policies_change.applied_to(there.policies),
        actions_change.applied_to(there.actions),
        alarms_change.applied_to(there.alarms),
    )
    tags = tag_changes(observed.tags or {}, goal.tags, params["purge_tags"])
    alarm_tags = {
        name: tag_changes(observed.alarm_tags.get(name, {}), goal.tags, params["purge_tags"])
        for name in goal.alarms or {}
        if name in observed.alarms
    }
    tags_reached = tags.applied_to(observed.tags or {})
    alarm_tags_reached = {
        name: alarm_tags[name].applied_to(observed.alarm_tags.get(name, {})) if name in alarm_tags else goal.tags or {}
        for name in goal.alarms or {}
    }
    return Plan(
        identity,
        observed,
        bounds,
        {**suspended, **goal.suspended},
        policies_change,
        actions_change,
        alarms_change,
        tags,
        alarm_tags,
        goal.tags or {},
        before=state(goal, target, suspended, there, observed.tags or {}, observed.alarm_tags) if target else None,
        after=state(goal, bounds, {**suspended, **goal.suspended}, reached, tags_reached, alarm_tags_reached),
    )


class Configs(t.NamedTuple):
    """Policies, scheduled actions and alarms, in the form in which they are compared."""

    policies: dict[str, Config]
    actions: dict[str, Config]
    alarms: dict[str, Config]


def _configs(observed: Observed) -> Configs:
    names = {policy["PolicyARN"]: name for name, policy in observed.policies.items()}
    return Configs(
        {name: policies.observed(policy) for name, policy in observed.policies.items()},
        {
            name: scheduled_actions.observed(action)
            for name, action in observed.actions.items()
            if name not in scheduled_actions.ONCE
        },
        {name: alarms.observed(alarm, names) for name, alarm in observed.alarms.items()},
    )


def _not_over(
    option: Options, actions: dict[str, Config] | None, there: Named, now: datetime
) -> dict[str, Config] | None:
    """The wanted actions; those that will never run again stay as they are, be they there or not."""
    if actions is None:
        return None
    over = {action["name"] for action in option["scheduled_actions"] if scheduled_actions.is_over(action, now)}
    coming = {name: action for name, action in actions.items() if name not in over}
    return {**coming, **{name: there[name] for name in over if name in there}}


def _check_bounds(identity: Identity, bounds: Config) -> None:
    if None in bounds.values():
        raise AutoscalingError(message=f"Service {identity} is no scalable target yet: it needs min and max")
    low, high = bounds["MinCapacity"], bounds["MaxCapacity"]
    if low > high:
        raise AutoscalingError(
            message=f"Service {identity} would have min = {low} and max = {high}; the one that is not given is kept, "
            "and min must not be above max"
        )


def state(
    goal: Wanted, bounds: Config, suspended: Config, configs: Configs, tags: Tags, alarm_tags: t.Mapping[str, Tags]
) -> State:
    """What a diff shows and the module returns: of what is not given, nothing was read."""
    shown: State = {
        "min_capacity": bounds["MinCapacity"],
        "max_capacity": bounds["MaxCapacity"],
        "suspended_state": camel_dict_to_snake_dict(suspended),
    }
    if goal.policies is not None:
        shown["policies"] = shown_configs(configs.policies)
        shown["alarms"] = {
            name: {**alarm, "tags": alarm_tags.get(name, {})} for name, alarm in shown_configs(configs.alarms).items()
        }
    if goal.actions is not None:
        shown["scheduled_actions"] = shown_configs(configs.actions)
    if goal.tags is not None:
        shown["tags"] = tags
    return shown


def shown_configs(configs: Named) -> dict[str, Config]:
    return {name: camel_dict_to_snake_dict(config) for name, config in sorted(configs.items())}


def state_to_leave(observed: Observed) -> State | None:
    """What a diff shows of a service whose scalable target goes, with the alarms of its policies."""
    if observed.target is None and not observed.alarms:
        return None
    there = {key: (observed.target or {}).get(key) for key in BOUNDS}
    names = sorted(observed.alarms)
    return {**camel_dict_to_snake_dict(there), "alarms": names}

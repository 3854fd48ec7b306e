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
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.changes import (
    Changes,
    Config,
    Named,
    changes,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.common import AutoscalingError
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.problems import Options
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.validation import Identity
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
    there = _states(observed)
    target = observed.target or {}
    bounds = goal.bounds if not target else bounds_to_reach(goal.bounds, goal.actions or {}, target)
    _check_bounds(identity, bounds, new=not target)
    suspended = {key: target.get("SuspendedState", {}).get(key, False) for key in SUSPENDED}
    tags = tag_changes(observed.tags or {}, goal.tags, params["purge_tags"])
    purge_policies = params["purge_policies"]
    compared = {
        "policies": changes(there["policies"], goal.policies, purge_policies),
        "alarms": changes(there["alarms"], goal.alarms, purge_policies),
        "actions": changes(
            there["actions"], _not_over(option, goal.actions, there["actions"], now), params["purge_scheduled_actions"]
        ),
    }
    alarm_tags = {
        name: tag_changes(observed.alarm_tags.get(name, {}), goal.tags, params["purge_tags"])
        for name in goal.alarms or {}
        if name in observed.alarms
    }
    before = {
        **{key: target.get(key) for key in BOUNDS},
        "SuspendedState": suspended,
        "tags": observed.tags or {},
        "alarm_tags": observed.alarm_tags,
        **there,
    }
    after = {
        **bounds,
        "SuspendedState": {**suspended, **goal.suspended},
        "tags": tags.applied_to(observed.tags or {}),
        "alarm_tags": {
            name: alarm_tags[name].applied_to(observed.alarm_tags.get(name, {}))
            if name in alarm_tags
            else goal.tags or {}
            for name in goal.alarms or {}
        },
        **{kind: change.applied_to(there[kind]) for kind, change in compared.items()},
    }
    return Plan(
        identity,
        observed,
        bounds,
        {**suspended, **goal.suspended},
        **compared,
        tags=tags,
        alarm_tags=alarm_tags,
        wanted_tags=goal.tags or {},
        before=state(before, goal) if target else None,
        after=state(after, goal),
    )


def _states(observed: Observed) -> dict[str, dict[str, Config]]:
    """What was described, in the form of what is wanted."""
    names = {policy["PolicyARN"]: name for name, policy in observed.policies.items()}
    return {
        "policies": {name: policies.observed(policy) for name, policy in observed.policies.items()},
        "alarms": {name: alarms.observed(alarm, names) for name, alarm in observed.alarms.items()},
        "actions": {name: scheduled_actions.observed(action) for name, action in observed.actions.items()},
    }


def _not_over(
    option: Options, actions: dict[str, Config] | None, there: Named, now: datetime
) -> dict[str, Config] | None:
    """The wanted actions; those that will never run again stay as they are, be they there or not."""
    if actions is None:
        return None
    over = {action["name"] for action in option["scheduled_actions"] if scheduled_actions.is_over(action, now)}
    coming = {name: action for name, action in actions.items() if name not in over}
    return {**coming, **{name: there[name] for name in over if name in there}}


def _check_bounds(identity: Identity, bounds: Config, new: bool) -> None:
    if None in bounds.values():
        raise AutoscalingError(message=f"Service {identity} is no scalable target yet: it needs min and max")
    low, high = bounds["MinCapacity"], bounds["MaxCapacity"]
    if low > high:
        raise AutoscalingError(
            message=f"Service {identity} would have min = {low} and max = {high}; the one that is not given is kept, "
            "and min must not be above max"
        )


def state(config: State, goal: Wanted) -> State:
    """What a diff shows and the module returns: of what is not given, nothing was read."""
    shown: State = {
        "min_capacity": config["MinCapacity"],
        "max_capacity": config["MaxCapacity"],
        "suspended_state": camel_dict_to_snake_dict(config["SuspendedState"]),
    }
    if goal.policies is not None:
        shown["policies"] = shown_configs(config["policies"])
        shown["alarms"] = {
            name: {**alarm, "tags": config["alarm_tags"].get(name, {})}
            for name, alarm in shown_configs(config["alarms"]).items()
        }
    if goal.actions is not None:
        shown["scheduled_actions"] = shown_configs(config["actions"])
    if goal.tags is not None:
        shown["tags"] = config["tags"]
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

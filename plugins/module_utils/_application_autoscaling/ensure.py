# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Bring scalable targets, with all that belongs to them, to the wanted state."""

from __future__ import annotations

import typing as t
from datetime import datetime
from functools import partial

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import api, targets
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.targets import (
    Observed,
    Plan,
    State,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.validation import (
    Identity,
    check,
    identity,
)
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._problems import Options
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import merged_tags


def ensure_present(clients: api.Clients, params: Options, check_mode: bool, now: datetime) -> State:
    check(params)
    options = {identity(option): option for option in params["targets"]}
    observed = _observe(clients, params, options)
    plans = [targets.plan(one, option, params, observed[one], now) for one, option in options.items()]
    apply = _known if check_mode else lambda plan: _apply(api.Target(clients, plan.identity), plan)
    arns = side_by_side(apply, plans)
    before = {str(plan.identity): plan.before for plan in plans if plan.before is not None}
    after = {str(plan.identity): plan.after for plan in plans}
    return {
        "changed": before != after,
        "targets": [_result(plan, known) for plan, known in zip(plans, arns, strict=True)],
        "diff": {"before": before, "after": after},
    }


class Arns(t.NamedTuple):
    """What AWS has given a name of its own."""

    target: str | None
    policies: dict[str, str]


def _known(plan: Plan) -> Arns:
    target = plan.observed.target
    policies = {name: policy["PolicyARN"] for name, policy in plan.observed.policies.items()}
    return Arns(target["ScalableTargetARN"] if target else None, policies)


def _observe(clients: api.Clients, params: Options, options: t.Mapping[Identity, Options]) -> dict[Identity, Observed]:
    """Only what is given is read, and one tag list for each thing that is to have tags."""
    policies = any(option["policies"] is not None for option in options.values())
    actions = any(option["scheduled_actions"] is not None for option in options.values())
    found = api.read(clients, list(options), api.Interest(policies, actions, alarms=policies))
    observed = {one: targets.of_service(one, found) for one in options}
    tagged = [one for one, option in options.items() if merged_tags(params["tags"], option["tags"]) is not None]
    with_tags = side_by_side(lambda one: _with_tags(api.Target(clients, one), observed[one], options[one]), tagged)
    return {**observed, **dict(zip(tagged, with_tags, strict=True))}


def _with_tags(target: api.Target, observed: Observed, option: Options) -> Observed:
    wanted = targets.wanted(target.identity, option, None).alarms or {}
    arns = {name: alarm["AlarmArn"] for name, alarm in observed.alarms.items() if name in wanted}
    reads: list[t.Callable[[], dict[str, str]]] = [
        lambda: target.tags(observed.target["ScalableTargetARN"]) if observed.target else {},
        *(partial(target.alarm_tags, arn) for arn in arns.values()),
    ]
    tags, *of_alarms = side_by_side(lambda read: read(), reads)
    return observed._replace(tags=tags, alarm_tags=dict(zip(arns, of_alarms, strict=True)))


def _apply(target: api.Target, plan: Plan) -> Arns:
    """New policies work before old ones go, so that the service is never without."""
    arn, policies = _known(plan)
    if arn is None:
        arn = target.register(plan.bounds, plan.suspended, plan.wanted_tags)
    elif _settings_differ(plan):
        target.register(plan.bounds, plan.suspended, {})
        target.tag(arn, plan.tags)
    else:
        target.tag(arn, plan.tags)
    _put(target, plan, policies)
    # The alarms first: none is ever without its policy.
    target.delete_alarms(plan.alarms.delete)
    for name in plan.policies.delete:
        target.delete_policy(name)
    for name in plan.actions.delete:
        target.delete_action(name)
    return Arns(arn, policies)


def _settings_differ(plan: Plan) -> bool:
    keys = ("min_capacity", "max_capacity", "suspended_state")
    return plan.before is not None and any(plan.before[key] != plan.after[key] for key in keys)


def _put(target: api.Target, plan: Plan, policies: dict[str, str]) -> None:
    for name, config in plan.policies.put.items():
        there = plan.observed.policies.get(name)
        if there and there["PolicyType"] != config["PolicyType"]:
            target.delete_policy(name)
        policies[name] = target.put_policy(name, config)
    for name, config in plan.alarms.put.items():
        actions = [policies[policy] for policy in config["AlarmActions"]]
        new = name not in plan.observed.alarms
        target.put_alarm(name, {**config, "AlarmActions": actions}, plan.wanted_tags if new else {})
    for name, changes in plan.alarm_tags.items():
        target.tag_alarm(plan.observed.alarms[name]["AlarmArn"], changes)
    for name, config in plan.actions.put.items():
        target.put_action(name, config)


def _result(plan: Plan, arns: Arns) -> State:
    state = dict(plan.after)
    if "policies" in state:
        state["policies"] = {
            name: {"policy_arn": arns.policies.get(name), **policy} for name, policy in state["policies"].items()
        }
    return {
        "resource_id": plan.identity.resource_id,
        "scalable_dimension": api.DIMENSION,
        "scalable_target_arn": arns.target,
        **state,
    }


def ensure_absent(clients: api.Clients, params: Options, check_mode: bool) -> State:
    """Policies and scheduled actions go with the target, but not the alarms."""
    check(params)
    services = [identity(option) for option in params["targets"]]
    found = api.read(clients, services, api.Interest(policies=False, actions=False, alarms=True))
    observed = {one: targets.of_service(one, found) for one in services}
    if not check_mode:
        side_by_side(lambda one: _remove(api.Target(clients, one), observed[one]), services)
    states = {str(one): targets.state_to_leave(observed[one]) for one in services}
    before = {name: state for name, state in states.items() if state is not None}
    return {"changed": bool(before), "targets": [], "diff": {"before": before, "after": {}}}


def _remove(target: api.Target, observed: Observed) -> None:
    target.delete_alarms(sorted(observed.alarms))
    if observed.target is not None:
        target.deregister()

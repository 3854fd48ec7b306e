# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Scale services down or up, in an order in which a run may end after any call and be repeated."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.airflow.fargate.plugins.module_utils._capacity import api, plan
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.common import CapacityError
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.plan import Goal, Observed
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.request import Request
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._polling import DONE, Verdict, not_yet, poll

Config = dict[str, t.Any]
Plan = tuple[Observed, Goal]


def ensure(clients: api.Clients, params: Config, request: Request, check_mode: bool, now: datetime) -> Config:
    cluster, path = params["cluster"], params["path"]
    seen = api.observe(clients, cluster, path, list(dict.fromkeys(params["services"])))
    plans = _decide(request, seen, now)
    before = {one.service: plan.shown(one) for one, _goal in plans}
    after = {one.service: plan.shown(goal) for one, goal in plans}
    result = {"changed": before != after, "services": after, "stopped": [], "diff": {"before": before, "after": after}}
    if check_mode:
        return result
    side_by_side(lambda one: _apply(api.Service(clients, cluster, path, one[0].service), *one, params), plans)
    emptied = [one.service for one, goal in plans if goal.desired == 0]
    if params["stop_tasks"] and request.down:
        result["stopped"] = _stop(clients, params, emptied)
        result["changed"] = result["changed"] or bool(result["stopped"])
    if params["wait"]:
        filled = [one.service for one, goal in plans if goal.desired]
        _wait(clients, params, emptied if request.down else filled, request.down)
    return result


def _decide(request: Request, seen: t.Sequence[Observed], now: datetime) -> list[Plan]:
    """All of them or none: what cannot be done is told before the first change, all at once."""
    plans: list[Plan] = []
    problems: list[str] = []
    for one in seen:
        try:
            plans.append((one, plan.decide(request, one, now)))
        except CapacityError as error:
            problems.append(str(error.message))
    if problems:
        raise CapacityError(message="\n".join(["Nothing was changed.", *(f"- {problem}" for problem in problems)]))
    return plans


def _apply(service: api.Service, seen: Observed, goal: Goal, params: Config) -> None:
    """The record is there before anything changes, and goes when everything has changed.

    A service that is to come back by itself gets the action that brings it back before it goes down.
    """
    if seen.record is None and goal.record is not None:
        service.create_record(goal.record, params["tags"] or {})
    elif seen.record is not None and goal.record is not None and goal.record.numbers != seen.record.numbers:
        # Those of a time that has passed.
        service.update_record(goal.record)
    for name, action in goal.actions.items():
        if seen.actions.get(name) != action:
            service.target.put_action(name, action)
    if goal.target is not None and goal.target != seen.target:
        service.register(goal.target)
    if goal.desired != seen.desired:
        service.set_count(goal.desired)
    for name in seen.actions:
        if name not in goal.actions:
            service.target.delete_action(name)
    if seen.record is not None and goal.record is None:
        service.delete_record()
    elif seen.record is not None and goal.record is not None and goal.record != seen.record:
        service.update_record(goal.record)


def _stop(clients: api.Clients, params: Config, services: t.Sequence[str]) -> list[str]:
    """Tasks that ECS leaves alone because they are protected. They get SIGTERM and their stop time-out."""
    stopped = []
    for name in services:
        service = api.Service(clients, params["cluster"], params["path"], name)
        for arn in service.tasks():
            service.stop_task(arn, f"service {name} is scaled down")
            stopped.append(arn)
    return stopped


class Tasks(t.NamedTuple):
    """Of one service, what its counts do not say. None where nobody asked."""

    healthy: int | None
    ending: int | None


def settled(services: t.Mapping[str, Config], tasks: t.Mapping[str, Tasks]) -> Verdict:
    """Every service has as many tasks as it should have: all of them healthy, and none that has still to end."""
    waiting = [reason for name in services for reason in _missing(services[name], tasks[name])]
    return not_yet("; ".join(waiting)) if waiting else DONE


def _missing(service: Config, tasks: Tasks) -> t.Iterator[str]:
    name, desired = service["serviceName"], service["desiredCount"]
    if service["runningCount"] != desired or service["pendingCount"]:
        yield f"{name} has {service['runningCount']} running and {service['pendingCount']} pending, not {desired}"
    elif tasks.healthy is not None and tasks.healthy < desired:
        yield f"{name} has {tasks.healthy} healthy, not {desired}"
    elif tasks.ending:
        yield f"{name} has {tasks.ending} that must still end"


def _wait(clients: api.Clients, params: Config, names: t.Sequence[str], down: bool) -> None:
    if not names:
        return
    seen: dict[str, Config] = {}
    services = [api.Service(clients, params["cluster"], params["path"], name) for name in names]

    def tasks(service: api.Service) -> Tasks:
        healthy = service.healthy() if params["wait_healthy"] and not down else None
        return Tasks(healthy, service.ending() if down else None)

    def look() -> tuple[dict[str, Config], dict[str, Tasks]]:
        seen.update(api.describe_services(clients.ecs, params["cluster"], names))
        return seen, dict(zip(names, side_by_side(tasks, services), strict=True))

    def explain() -> str:
        events = [f"{name}: {event['message']}" for name, one in seen.items() for event in one.get("events", [])[:1]]
        return f"Last events: {'; '.join(events)}" if events else ""

    goal = f"services {', '.join(names)} to have as many tasks as they should"
    poll(look, lambda looked: settled(*looked), params["wait_timeout"], goal, explain)

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How services scale: modes, schedules, business hours, Spot, and the time-outs that a long task needs."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import (
    scheduled_actions,
    schedules,
)
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem
from ansible_collections.airflow.fargate.plugins.module_utils._scaling.schedules import CLOSE, OPEN, TIME, cron

_HOURS = {"days", "start", "end", "timezone"}
_EXAMPLE = '{days: MON-FRI, start: "08:00", end: "19:00", timezone: Europe/Berlin}'
_ACTION = ("name", "schedule", "timezone", "start_time", "end_time", "min", "max")
# Options that are derived from airflow_longest_task, and must not be shorter.
_DERIVED = (("celery_broker_transport_options", "visibility_timeout"), ("execution_api", "jwt_expiration_time"))
_PROTECTION = "AIRFLOW_FARGATE_PROTECTION_MINUTES"

Values = t.Mapping[str, t.Any]


def check_idle_time(service_scale_in_idle_time: int) -> t.Iterator[Problem]:
    """Seconds until workers that are too many go."""
    setting, value = "service_scale_in_idle_time", service_scale_in_idle_time
    if not 30 <= value <= 86400 or value % 10:
        why = "an alarm looks at whole periods of 10 s for a day at most, and an idle worker stays protected for 15 s"
        yield Problem(setting, value, why, "choose 30 to 86400, a multiple of 10 (of 60: a cheaper alarm)")


def check_spot(service_spot_weight: int, service_on_demand_base: int) -> t.Iterator[Problem]:
    """The share of Fargate Spot."""
    if not 0 <= service_spot_weight <= 100:
        yield Problem("service_spot_weight", service_spot_weight, "it is a percentage", "choose 0 to 100")
    if service_on_demand_base < 0:
        yield Problem("service_on_demand_base", service_on_demand_base, "it is a number of tasks", "choose 0 or more")
    elif service_on_demand_base and not service_spot_weight:
        why = "without Spot everything runs on demand"
        yield Problem("service_on_demand_base", service_on_demand_base, why, "remove it, or set service_spot_weight")


def check_business_hours(airflow_business_hours: dict[str, t.Any]) -> t.Iterator[Problem]:
    """Of the whole environment."""
    return _business_hours("airflow_business_hours", airflow_business_hours)


def check_service_business_hours(service_business_hours: dict[str, t.Any]) -> t.Iterator[Problem]:
    """Of one service."""
    return _business_hours("service_business_hours", service_business_hours)


def _business_hours(setting: str, hours: Values) -> t.Iterator[Problem]:
    if not hours:
        return
    if set(hours) | {"timezone"} != _HOURS or not all(isinstance(value, str) for value in hours.values()):
        yield Problem(
            setting, hours, "it has days, start, end and maybe timezone, all of them texts", f"write {_EXAMPLE}"
        )
        return
    zone = hours.get("timezone", "UTC")
    if not schedules.known_timezone(zone):
        yield Problem(
            setting, zone, "there is no such time zone", "write one of the IANA database, such as Europe/Berlin"
        )
    wrong = [hours[name] for name in ("start", "end") if not TIME.fullmatch(hours[name])]
    for time in wrong:
        yield Problem(setting, time, "it is no time of day", 'write hours and minutes in quotes, such as "08:00"')
    if wrong:
        return
    if hours["start"] >= hours["end"]:
        why = "they would end before they begin, and a day's end belongs to the same day"
        yield Problem(
            setting, f"{hours['start']} to {hours['end']}", why, "let start be before end, or use service_schedule"
        )
    if reason := schedules.problem(cron(hours["start"], hours["days"])):
        yield Problem(setting, hours["days"], reason, "write days as in a cron expression, such as MON-FRI or MON,WED")


def check_schedule(service_schedule: list[t.Any]) -> t.Iterator[Problem]:
    """Scheduled actions of one service: what AWS would refuse."""
    setting, actions = "service_schedule", []
    for action in service_schedule:
        fix = f"write a dictionary with name, schedule and min or max, and of {', '.join(_ACTION)} what you need"
        if not isinstance(action, dict) or not {"name", "schedule"} <= action.keys() <= set(_ACTION):
            yield Problem(setting, action, "it is no scheduled action", fix)
        elif not all(isinstance(action[name], int) for name in ("min", "max") if name in action):
            yield Problem(setting, action, "min and max are whole numbers", "write them without quotes")
        elif not all(isinstance(action[name], str) for name in action if name not in ("min", "max")):
            yield Problem(setting, action, "all but min and max are texts", "put times in quotes")
        elif not action.keys() & {"min", "max"}:
            yield Problem(setting, action, "it changes nothing", "give it min, max or both")
        elif action["name"] in (OPEN, CLOSE):
            yield Problem(
                setting, action["name"], "service_business_hours makes an action of this name", "choose another"
            )
        else:
            actions.append({**dict.fromkeys(_ACTION), **action})
    for problem in scheduled_actions.problems(setting, actions):
        yield Problem(problem.setting, problem.value, problem.reason, "correct it")


def check_longest_task(airflow_longest_task: int, airflow_options: dict[str, t.Any]) -> t.Iterator[Problem]:
    """Options of every component that would end a task early."""
    return _shorter("airflow_options", airflow_options, airflow_longest_task)


def check_service_timeouts(values: Values, longest_task: int) -> t.Iterator[Problem]:
    """The same of one service's own options and variables."""
    options, environment = values.get("service_airflow_options"), values.get("service_environment")
    if isinstance(options, dict):
        yield from _shorter("service_airflow_options", options, longest_task)
    minutes = environment.get(_PROTECTION) if isinstance(environment, dict) else None
    if minutes is not None and _number(minutes) * 60 < longest_task:
        why = f"ECS may stop a worker before a task of {longest_task} s (airflow_longest_task) has ended"
        yield Problem("service_environment", {_PROTECTION: minutes}, why, "remove it: it follows airflow_longest_task")


def _shorter(setting: str, options: Values, longest_task: int) -> t.Iterator[Problem]:
    for section, option in _DERIVED:
        content = options.get(section)
        value = content.get(option) if isinstance(content, dict) else None
        if value is not None and _number(value) < longest_task:
            why = f"a task may take {longest_task} s (airflow_longest_task), and would be cut off or run twice"
            fix = f"remove {option}: it follows airflow_longest_task"
            yield Problem(setting, {section: {option: value}}, why, fix)


def _number(value: t.Any) -> float:
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", str(value)) else 0


def check_publisher(pools: t.Mapping[str, Values], components: t.Collection[str]) -> t.Iterator[Problem]:
    """pools are host -> service_* settings with their defaults. What nobody counts cannot scale."""
    counts = {
        host: (pool.get("service_min_count", 0), pool.get("service_max_count", 0)) for host, pool in pools.items()
    }
    scaling = sorted(host for host, (least, most) in counts.items() if least < most)
    if scaling and "metrics" not in components:
        why = f"nobody would publish what {' and '.join(scaling)} needs, so it would stay as it is"
        yield Problem("airflow_services", sorted(components), why, "add the host metrics")


RULES = (check_business_hours, check_longest_task)
SERVICE_RULES = (check_idle_time, check_spot, check_service_business_hours, check_schedule)

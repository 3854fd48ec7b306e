# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Collection-wide settings: names, types, choices and limits."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import UNREAD, Problem, did_you_mean
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.value_types import check_type, type_of_default

# An inventory's own variables, such as the ones of the embedded AWS, stand under this prefix.
_INVENTORY_PREFIX = "airflow_local_"

CHOICES: dict[str, tuple[t.Any, ...]] = {
    "airflow_broker_engine": ("valkey", "redis"),
    "airflow_container_insights": ("disabled", "enabled", "enhanced"),
    "airflow_cpu_architecture": ("X86_64", "ARM64"),
    "airflow_load_balancer_scheme": ("internet-facing", "internal"),
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    "airflow_log_retention": (
        *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
        *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
    ),
}

# Lowest and highest value; None where there is no highest.
LIMITS: dict[str, tuple[int, int | None]] = {
    # A primary and at most five replicas.
    "airflow_broker_nodes": (1, 6),
    "airflow_database_backup_retention": (0, 35),
    # gp3 for PostgreSQL, GiB.
    "airflow_database_storage": (20, 65536),
    "airflow_drain_timeout": (0, None),
    "airflow_images_kept": (1, None),
    # ECS protects a task for two days at most, and a worker needs twice the longest task.
    "airflow_longest_task": (60, 86400),
    "airflow_longest_queue_wait": (60, 604800),
    "airflow_rollout_timeout": (1, None),
    "airflow_standalone_log_retention": (1, None),
    "airflow_task_log_retention": (1, None),
}


def check_names(names: t.Iterable[str], known: t.Collection[str]) -> t.Iterator[Problem]:
    """Variables that look like settings but are none: typing errors, which would otherwise do nothing."""
    for name in sorted(set(names) - set(known)):
        if not name.startswith(_INVENTORY_PREFIX):
            fix = f"{did_you_mean(name, known)}; names of your own variables must not begin with airflow_"
            yield Problem(name, UNREAD, "there is no such setting", fix)


def check_values(settings: t.Mapping[str, t.Any], defaults: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    """Settings of another type than their default, no choice, or out of bounds."""
    for name, value in settings.items():
        type_name = type_of_default(defaults.get(name))
        wrong_type = list(check_type(name, value, type_name)) if type_name else []
        yield from wrong_type
        if not wrong_type:
            yield from _check_choice(name, value)
            yield from _check_limits(name, value)


def well_typed(settings: t.Mapping[str, t.Any], defaults: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The settings that further rules can read."""
    return {
        name: value
        for name, value in settings.items()
        if not any(check_type(name, value, type_of_default(defaults.get(name)) or "raw"))
    }


def _check_choice(name: str, value: t.Any) -> t.Iterator[Problem]:
    choices = CHOICES.get(name)
    if choices is not None and value not in choices:
        listed = ", ".join(str(choice) for choice in choices)
        yield Problem(name, value, "it is none of the values that there are", f"choose one of {listed}")


def _check_limits(name: str, value: t.Any) -> t.Iterator[Problem]:
    low, high = LIMITS.get(name, (None, None))
    if low is not None and value < low:
        yield Problem(name, value, f"it must be at least {low}", f"raise it to {low} or more")
    if high is not None and value > high:
        yield Problem(name, value, f"it must be at most {high}", f"lower it to {high} or less")

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Settings of one ECS service: what stands in its host_vars, with its component's defaults where nothing does."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight import fargate, scaling
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.airflow import check_option_sections
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import (
    Problem,
    apply_rules,
    did_you_mean,
)
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.value_types import check_type

# The defaults of a component that rules compare with. A component without max_count keeps min_count tasks.
_COMPONENT_DEFAULTS = ("cpu", "memory", "min_count", "max_count", "stop_timeout")
_CAPACITY_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def check_service(
    host: str,
    component: str,
    settings: t.Mapping[str, t.Any],
    options: t.Mapping[str, t.Mapping[str, t.Any]],
    components: t.Mapping[str, t.Mapping[str, t.Any]],
) -> t.Iterator[Problem]:
    """Everything that is wrong with one host of airflow_services."""
    for problem in _check_service(component, settings, options, components):
        yield dataclasses.replace(problem, host=host)


def _check_service(
    component: str,
    settings: t.Mapping[str, t.Any],
    options: t.Mapping[str, t.Mapping[str, t.Any]],
    components: t.Mapping[str, t.Mapping[str, t.Any]],
) -> t.Iterator[Problem]:
    if component not in components:
        fix = (
            f"name the host {_either(components)}, put it into airflow_workers, or set service_component to one of them"
        )
        yield Problem("service_component", component, "there is no such component of Airflow", fix)
    well_typed: dict[str, t.Any] = {}
    for name, value in settings.items():
        if name not in options:
            yield Problem(name, value, "there is no such setting of a service", did_you_mean(name, options))
            continue
        wrong = list(_check_option(name, value, options[name]))
        yield from wrong
        if not wrong:
            well_typed[name] = value
    wrong_names = settings.keys() - well_typed.keys()
    defaults = {name: value for name, value in defaults_of(components, component).items() if name not in wrong_names}
    if "service_min_count" in well_typed and "max_count" not in components.get(component, {}):
        defaults["service_max_count"] = well_typed["service_min_count"]
    yield from apply_rules(RULES, {**defaults, **well_typed})


def defaults_of(components: t.Mapping[str, t.Mapping[str, t.Any]], component: str) -> dict[str, t.Any]:
    """The service_* settings that a component has when its host sets nothing."""
    values = components.get(component, {})
    return {f"service_{name}": values[name] for name in _COMPONENT_DEFAULTS if name in values}


def _check_option(name: str, value: t.Any, option: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    wrong_type = list(check_type(name, value, option.get("type", "str")))
    yield from wrong_type
    choices = option.get("choices")
    if not wrong_type and choices and value not in choices:
        yield Problem(name, value, "it is none of the values that there are", f"choose {_either(choices)}")


def check_counts(service_min_count: int, service_max_count: int) -> t.Iterator[Problem]:
    """Fewest and most tasks."""
    if service_min_count < 0:
        yield Problem("service_min_count", service_min_count, "it must be at least 0", "choose 0 or more")
    if service_min_count > service_max_count:
        why = f"it is more than service_max_count, {service_max_count}"
        fix = f"lower it to {service_max_count}, or raise service_max_count to {service_min_count}"
        yield Problem("service_min_count", service_min_count, why, fix)


def check_stop_timeout(service_stop_timeout: int) -> t.Iterator[Problem]:
    """Seconds between SIGTERM and SIGKILL."""
    if not 2 <= service_stop_timeout <= 120:
        why = "Fargate gives a task 2 to 120 seconds to stop"
        yield Problem("service_stop_timeout", service_stop_timeout, why, "choose 2 to 120")


def check_concurrency(service_concurrency: int) -> t.Iterator[Problem]:
    """Task slots of a worker."""
    if service_concurrency < 1:
        yield Problem(
            "service_concurrency", service_concurrency, "a worker needs a slot to run a task", "choose 1 or more"
        )


def check_rollout_timeout(service_rollout_timeout: int) -> t.Iterator[Problem]:
    """Seconds a rollout may take."""
    if service_rollout_timeout < 1:
        yield Problem(
            "service_rollout_timeout", service_rollout_timeout, "no rollout could end in time", "choose 300 or more"
        )


def check_airflow_options(service_airflow_options: dict[str, t.Any]) -> t.Iterator[Problem]:
    """{section: {option: value}}."""
    return check_option_sections("service_airflow_options", service_airflow_options)


def check_environment(service_environment: dict[str, t.Any]) -> t.Iterator[Problem]:
    """Names that a shell can read."""
    for name in service_environment:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(name)):
            fix = "use letters, digits and underscores, no digit first"
            yield Problem("service_environment", name, "it is no name of an environment variable", fix)


def check_capacity(service_capacity_provider_strategy: list[t.Any]) -> t.Iterator[Problem]:
    """On demand, Spot, or a mixture of both."""
    setting, strategy = "service_capacity_provider_strategy", service_capacity_provider_strategy
    parts = [part for part in strategy if isinstance(part, dict)]
    for part in strategy:
        if not isinstance(part, dict) or part.get("capacity_provider") not in _CAPACITY_PROVIDERS:
            fix = f"write {{capacity_provider: {_either(_CAPACITY_PROVIDERS)}, weight: 1}}"
            yield Problem(setting, part, "it names no capacity provider of Fargate", fix)
    if not any(_number(part.get("weight")) + _number(part.get("base")) > 0 for part in parts):
        yield Problem(setting, strategy, "no task could be placed", "give one of them a weight of 1 or more")
    if sum(_number(part.get("base")) > 0 for part in parts) > 1:
        yield Problem(setting, strategy, "ECS allows a base for one provider only", "remove the base of the others")


def _number(value: t.Any) -> int:
    return value if isinstance(value, int) else 0


def _either(words: t.Iterable[t.Any]) -> str:
    return " or ".join(str(word) for word in words)


RULES = (
    fargate.check_size,
    fargate.check_ephemeral_storage,
    check_counts,
    check_stop_timeout,
    check_concurrency,
    check_rollout_timeout,
    check_airflow_options,
    check_environment,
    check_capacity,
    *scaling.SERVICE_RULES,
)

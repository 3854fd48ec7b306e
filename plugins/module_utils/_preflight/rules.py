# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""All rules about settings, in one call. Nothing here speaks to AWS or to an engine."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight import (
    account,
    airflow,
    architecture,
    data,
    image,
    load_balancer,
    monitoring,
    names,
    network,
    scaling,
    services,
)
from ansible_collections.airflow.fargate.plugins.module_utils._preflight import settings as collection_wide
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem, apply_rules

RULES = (
    *names.RULES,
    *account.RULES,
    *network.RULES,
    *load_balancer.RULES,
    *data.RULES,
    *airflow.RULES,
    *scaling.RULES,
    *monitoring.RULES,
)

Values = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Deployment:
    """What the inventory says."""

    # Names of all variables that begin with airflow_.
    names: t.Collection[str]
    # Values, and the values that group_vars/all gives.
    settings: Values
    defaults: Values
    # Host -> service_* settings of the host.
    services: t.Mapping[str, Values]
    workers: t.Collection[str]
    # The options of the role service, and its components with their sizes.
    service_options: t.Mapping[str, Values]
    components: t.Mapping[str, Values]


def check_deployment(deployment: Deployment, regions: t.Sequence[str], with_image: bool) -> t.Iterator[Problem]:
    """Every problem with the settings; with_image includes the build context."""
    yield from collection_wide.check_names(deployment.names, deployment.defaults.keys())
    yield from collection_wide.check_values(deployment.settings, deployment.defaults)
    settings = collection_wide.well_typed(deployment.settings, deployment.defaults)
    if "airflow_region" in settings:
        yield from account.check_region(settings["airflow_region"], regions)
    yield from apply_rules(RULES, settings)
    if with_image:
        yield from apply_rules(image.RULES, settings)
    yield from _check_architecture(deployment, settings)


def _check_architecture(deployment: Deployment, settings: Values) -> t.Iterator[Problem]:
    components = {
        host: str(values.get("service_component", "worker" if host in deployment.workers else host))
        for host, values in deployment.services.items()
    }
    yield from architecture.check_services(components)
    for host, values in deployment.services.items():
        yield from services.check_service(
            host, components[host], values, deployment.service_options, deployment.components
        )
    workers = {host: values for host, values in deployment.services.items() if components[host] == "worker"}
    others = {host: values for host, values in deployment.services.items() if components[host] != "worker"}
    yield from architecture.check_queues(workers, others, settings.get("airflow_options", {}))
    pools = {host: _with_defaults(values, deployment.components) for host, values in workers.items()}
    yield from scaling.check_publisher(pools, set(components.values()))
    if "airflow_longest_task" in settings:
        for host, values in deployment.services.items():
            for problem in scaling.check_service_timeouts(values, settings["airflow_longest_task"]):
                yield dataclasses.replace(problem, host=host)


def _with_defaults(pool: Values, components: t.Mapping[str, Values]) -> Values:
    """The counts of a pool; of a wrong type they are told elsewhere, and count as the default."""
    defaults = services.defaults_of(components, "worker")
    return {
        **defaults,
        **{name: value for name, value in pool.items() if isinstance(value, int) or name not in defaults},
    }

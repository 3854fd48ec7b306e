# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._scaling import targets
from ansible_collections.airflow.fargate.plugins.module_utils._scaling.policies import Metrics


def scalable_targets(
    services: Iterable[Mapping[str, Any]], environment: str, namespace: str, scaled_down: Container[str] = ()
) -> list[dict[str, Any]]:
    """Services, given by their variables, as the targets of M(airflow.fargate.application_autoscaling)."""
    read = [{name: service[name] for name in targets.NAMES} for service in services]
    return targets.scalable_targets(read, Metrics(namespace, environment), scaled_down)


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, Any]:
        return {"scalable_targets": scalable_targets}

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An environment that hibernates has no database to deploy to."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import find
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.common import CapacityErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem


def read_hibernation(client: t.Any, parameter: str) -> str | None:
    """Since when, as it was noted."""
    answer = find(CapacityErrorHandler, f"read parameter {parameter}", client.get_parameter, Name=parameter)
    return answer["Parameter"]["Value"] if answer else None


def check_awake(environment: t.Any, since: str | None) -> t.Iterator[Problem]:
    if since is not None:
        why = f"it hibernates since {since}: its database is stopped"
        yield Problem("airflow_environment", environment, why, "run playbooks/wake.yml first")

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError


def option_value(value: Any) -> str:
    """An option's value as Airflow reads it from the environment: booleans as True or False, structures as JSON."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (Mapping, list)):
        return json.dumps(value, sort_keys=True)
    return str(value)


def airflow_environment(options: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Airflow options ({section: {option: value}}) as the environment variables that set them."""
    environment: dict[str, str] = {}
    for section, values in options.items():
        if not isinstance(values, Mapping):
            raise AnsibleFilterError(
                f"airflow_options: section '{section}' is {values!r}, but must be a dictionary of options. "
                f"Write {section}: {{option: value}}."
            )
        for option, value in values.items():
            # Sections such as celery_broker_transport_options keep their underscores; dots and hyphens become one.
            name = "__".join(("AIRFLOW", section.upper(), option.upper())).replace(".", "_").replace("-", "_")
            environment[name] = option_value(value)
    return environment


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, Any]:
        return {"airflow_environment": airflow_environment}

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.airflow.fargate.plugins.plugin_utils._costs import items, table

Settings = Mapping[str, Any]


def monthly_costs(settings: Settings, services: Iterable[Settings], pools: Mapping[str, Settings]) -> dict[str, Any]:
    """What an environment costs a month: items, sums, and the same as text, Markdown and one sentence."""
    try:
        read = [{name: service[name] for name in items.SERVICE_NAMES} for service in services]
        found = items.items(settings, read, pools)
    except KeyError as error:
        raise AnsibleFilterError(f"The costs cannot be told without {error}: is it in airflow_prices?") from error
    together = table.total(found)
    return {
        "items": [{"what": item.what, "costs": vars(item.costs) if item.costs is not None else None} for item in found],
        "total": vars(together),
        "text": table.text(found),
        "markdown": table.markdown(found),
        "sentence": table.sentence(found, settings["airflow_region"], settings["airflow_prices"]["region"]),
    }


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, Any]:
        return {"monthly_costs": monthly_costs}

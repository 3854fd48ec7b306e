# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What to put and to delete, for anything that has names: policies, alarms, scheduled actions."""

from __future__ import annotations

import typing as t

Config = dict[str, t.Any]
Named = t.Mapping[str, Config]


class Changes(t.NamedTuple):
    """What to create or update, and the names of what to delete."""

    put: dict[str, Config]
    delete: list[str]

    def applied_to(self, observed: Named) -> dict[str, Config]:
        return {name: config for name, config in {**observed, **self.put}.items() if name not in self.delete}


def changes(observed: Named, wanted: Named | None, purge: bool) -> Changes:
    """Nothing when nothing is given: it is then somebody else's."""
    if wanted is None:
        return Changes({}, [])
    put = {name: config for name, config in wanted.items() if observed.get(name) != config}
    return Changes(put, [name for name in observed if name not in wanted] if purge else [])


def canonical(value: t.Any) -> t.Any:
    """An AWS structure in the one form in which it can be compared: without what is empty, and in a fixed order.

    What has a name, an id or bounds is a set to AWS, which may answer in another order.
    """
    if isinstance(value, dict):
        filled = {key: canonical(item) for key, item in value.items()}
        return {key: item for key, item in filled.items() if item is not None and item != []}
    if isinstance(value, list):
        return sorted((canonical(item) for item in value), key=_order)
    return value


def _order(item: t.Any) -> tuple[float, str]:
    if not isinstance(item, dict):
        return 0.0, str(item)
    if "ScalingAdjustment" in item:
        return item.get("MetricIntervalLowerBound", float("-inf")), ""
    return 0.0, str(item.get("Name") or item.get("Id"))

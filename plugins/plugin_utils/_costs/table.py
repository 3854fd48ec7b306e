# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The costs as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.airflow.fargate.plugins.plugin_utils._costs.items import NOTHING, Item, Modes

COLUMNS = ("Always on", "Business hours", "Hibernated")
UNKNOWN = "not in the price table"


def total(items: Sequence[Item]) -> Modes:
    result = NOTHING
    for item in items:
        result += item.costs or NOTHING
    return result


def unpriced(items: Sequence[Item]) -> list[str]:
    return [item.what for item in items if item.costs is None]


def cells(costs: Modes | None) -> list[str]:
    if costs is None:
        return [UNKNOWN] * len(COLUMNS)
    return [f"{amount:.2f}" for amount in (costs.always, costs.business, costs.hibernated)]


def rows(items: Sequence[Item]) -> list[list[str]]:
    return [[item.what, *cells(item.costs)] for item in items] + [["Together", *cells(total(items))]]


def text(items: Sequence[Item]) -> list[str]:
    """Lines with aligned columns."""
    lines = [["USD a month", *COLUMNS], *rows(items)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS) + 1)]
    return ["  ".join(_aligned(line, widths)) for line in lines]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    amounts = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
    return [line[0].ljust(widths[0]), *amounts]


def markdown(items: Sequence[Item]) -> str:
    *parts, together = rows(items)
    lines = [["USD a month", *COLUMNS], ["---", *["---:"] * len(COLUMNS)], *parts, [f"**{cell}**" for cell in together]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def sentence(items: Sequence[Item], region: str, priced_region: str) -> str:
    """One line for the end of a deployment."""
    costs = total(items)
    said = (
        f"about {costs.always:.0f} USD a month always on, {costs.business:.0f} in business hours, "
        f"{costs.hibernated:.0f} hibernated"
    )
    elsewhere = f", at the prices of {priced_region}" if region != priced_region else ""
    without = f", without {'; '.join(unpriced(items))}" if unpriced(items) else ""
    return said + elsewhere + without

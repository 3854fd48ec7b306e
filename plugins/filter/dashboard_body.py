# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Widget = dict[str, Any]

# Units of CloudWatch's grid, which has 24 columns.
COLUMNS = 24
WIDTH = 8
HEIGHT = 6
TITLE_HEIGHT = 1
RENDERING = ("label", "stat", "period", "color", "yAxis")


def dashboard_body(sections: Sequence[Mapping[str, Any]], region: str) -> dict[str, Any]:
    """The body of a dashboard: each section has a heading, and under it its widgets, three in a row."""
    widgets: list[Widget] = []
    y = 0
    for section in sections:
        heading = {"markdown": f"## {section['title']}", "background": "transparent"}
        widgets.append(
            {"type": "text", "x": 0, "y": y, "width": COLUMNS, "height": TITLE_HEIGHT, "properties": heading}
        )
        y += TITLE_HEIGHT
        x = 0
        for widget in section["widgets"]:
            if x + WIDTH > COLUMNS:
                x, y = 0, y + HEIGHT
            widgets.append({"x": x, "y": y, "width": WIDTH, "height": HEIGHT, **_widget(widget, region)})
            x += WIDTH
        y += HEIGHT
    return {"widgets": widgets}


def _widget(widget: Mapping[str, Any], region: str) -> Widget:
    if "alarms" in widget:
        return {"type": "alarm", "properties": dict(widget)}
    metrics = [line for metric in widget["metrics"] for line in metric_lines(metric)]
    defaults = {"region": region, "view": "timeSeries", "period": 60}
    return {"type": "metric", "properties": {**defaults, **widget, "metrics": metrics}}


def metric_lines(metric: Mapping[str, Any]) -> Iterator[list[Any]]:
    """A metric as the lists that CloudWatch takes; one for each value of dimensions that have several."""
    dimensions = {name: value if isinstance(value, list) else [value] for name, value in metric["dimensions"].items()}
    for values in itertools.product(*dimensions.values()):
        chosen = dict(zip(dimensions, values, strict=True))
        rendering = {key: metric[key] for key in RENDERING if key in metric}
        if "label" in rendering:
            rendering["label"] = rendering["label"].format_map(chosen)
        pairs = itertools.chain.from_iterable(chosen.items())
        yield [metric["namespace"], metric["name"], *pairs, *([rendering] if rendering else [])]


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, Any]:
        return {"dashboard_body": dashboard_body}

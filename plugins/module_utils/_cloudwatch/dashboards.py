# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Bring a dashboard to the wanted state. Two bodies are the same when they are the same JSON, however it is written.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.common import (
    CloudWatchError,
    CloudWatchErrorHandler,
)
from ansible_collections.airflow.fargate.plugins.module_utils._problems import Problem, Problems

Body = dict[str, t.Any]
NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
MOST_WIDGETS = 500
# Units of the grid.
COLUMNS, HEIGHT = 24, 1000
LARGEST_BODY = 1024 * 1024


def problems(name: str, body: Body) -> Problems:
    """What CloudWatch would refuse, or show as an empty widget."""
    if not NAME.fullmatch(name):
        yield Problem("name", name, "it has 1 to 255 letters, digits, _ and -")
    widgets = body.get("widgets")
    if not isinstance(widgets, list) or not all(isinstance(widget, dict) for widget in widgets):
        yield Problem("body.widgets", widgets, "it is a list of widgets")
        return
    if len(widgets) > MOST_WIDGETS:
        yield Problem("body.widgets", len(widgets), f"a dashboard has at most {MOST_WIDGETS}")
    for number, widget in enumerate(widgets):
        yield from _widget_problems(f"body.widgets[{number}]", widget)
    if len(text(body)) > LARGEST_BODY:
        yield Problem("body", len(text(body)), f"it has at most {LARGEST_BODY} characters")


def _widget_problems(setting: str, widget: Body) -> Problems:
    for key in ("type", "properties"):
        if not widget.get(key):
            yield Problem(f"{setting}.{key}", widget.get(key), "every widget has one")
    x, width = widget.get("x", 0), widget.get("width", 6)
    if not 0 <= x < COLUMNS or not 1 <= width <= COLUMNS or x + width > COLUMNS:
        yield Problem(f"{setting}.width", width, f"with x = {x} the widget leaves the {COLUMNS} columns")
    if not 1 <= widget.get("height", 6) <= HEIGHT:
        yield Problem(f"{setting}.height", widget["height"], f"it is from 1 to {HEIGHT}")


def text(body: Body) -> str:
    """The one way in which it is written."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def read(client: t.Any, name: str) -> Body | None:
    """The body of a dashboard; None when there is no such dashboard."""
    description = f"get dashboard {name}"
    answer = find(CloudWatchErrorHandler, description, client.get_dashboard, DashboardName=name)
    return json.loads(answer["DashboardBody"]) if answer else None


def ensure_present(client: t.Any, name: str, body: Body, check_mode: bool) -> dict[str, t.Any]:
    found = list(problems(name, body))
    if found:
        raise CloudWatchError(message="\n".join(["Nothing was changed.", *(f"- {one}" for one in found)]))
    before = read(client, name)
    wanted = json.loads(text(body))
    warnings: list[str] = []
    if before != wanted and not check_mode:
        warnings = _put(client, name, body)
    return {
        "changed": before != wanted,
        "name": name,
        "body": wanted,
        "warnings": warnings,
        "diff": {"before": before or {}, "after": wanted},
    }


def _put(client: t.Any, name: str, body: Body) -> list[str]:
    """What CloudWatch finds wrong with a dashboard that it takes nevertheless."""
    answer = aws_call(
        CloudWatchErrorHandler,
        f"put dashboard {name}",
        client.put_dashboard,
        DashboardName=name,
        DashboardBody=text(body),
    )
    return [
        f"CloudWatch says of {message.get('DataPath', 'the dashboard')}: {message.get('Message', '')}"
        for message in answer.get("DashboardValidationMessages", [])
    ]


def ensure_absent(client: t.Any, name: str, check_mode: bool) -> dict[str, t.Any]:
    before = read(client, name)
    if before is not None and not check_mode:
        description = f"delete dashboard {name}"
        find(CloudWatchErrorHandler, description, client.delete_dashboards, DashboardNames=[name])
    return {
        "changed": before is not None,
        "name": name,
        "body": None,
        "warnings": [],
        "diff": {"before": before or {}, "after": {}},
    }

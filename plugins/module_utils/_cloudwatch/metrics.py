# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a policy or an alarm watches: a metric, or an expression over several.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._problems import (
    Options,
    Problem,
    Problems,
    missing,
    outside,
    repeated,
)

STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
BYTES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes")
BITS = ("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
RATES = tuple(f"{unit}/Second" for unit in (*BYTES, *BITS, "Count"))
UNITS = ("Seconds", "Microseconds", "Milliseconds", *BYTES, *BITS, "Percent", "Count", *RATES, "None")
NUMBER = r"\d+(\.\d+)?"
EXTENDED = re.compile(
    rf"(p|tm|tc|ts|wm){NUMBER}|IQM|PR\(({NUMBER})?:({NUMBER})?\)|(TM|TC|TS|WM)\(({NUMBER}%?)?:({NUMBER}%?)?\)"
)
METRIC = ("namespace", "metric_name", "dimensions", "statistic", "unit")
NEEDED = ("namespace", "metric_name", "statistic")
MOST_DIMENSIONS = 30
MOST_METRICS = 10


def is_aws(namespace: str | None) -> bool:
    """Whether AWS publishes the metrics of a namespace: never more often than once a minute."""
    return (namespace or "").startswith("AWS/")


def namespaces(options: Options) -> list[str]:
    """All that is watched."""
    found = [one["namespace"] for one in [options, *(options["metrics"] or [])]]
    return [namespace for namespace in found if namespace]


def dimensions(options: Options) -> list[dict[str, str]]:
    return [{"Name": name, "Value": str(value)} for name, value in sorted((options["dimensions"] or {}).items())]


def queries(metrics: t.Iterable[Options], period: int | None) -> list[dict[str, t.Any]]:
    """The metrics and expressions as AWS takes them; only alarms have a period of their own."""
    return [_query(metric, period) for metric in metrics]


def _query(metric: Options, period: int | None) -> dict[str, t.Any]:
    query = {"Id": metric["id"], "Label": metric["label"], "ReturnData": metric["return_data"]}
    if metric["expression"] is not None:
        return {**query, "Expression": metric["expression"]}
    identity = {
        "Namespace": metric["namespace"],
        "MetricName": metric["metric_name"],
        "Dimensions": dimensions(metric),
    }
    stat = {"Metric": identity, "Stat": metric["statistic"], "Unit": metric["unit"], "Period": period}
    return {**query, "MetricStat": stat}


def problems(setting: str, options: Options, extended: bool) -> Problems:
    """extended: percentiles and the like may stand beside metrics, too."""
    metrics = options["metrics"]
    if metrics is None:
        yield from _metric_problems(setting, options, extended)
        return
    yield from outside(setting, options, METRIC, "with metrics, every metric has its own")
    yield from _query_problems(f"{setting}.metrics", metrics)


def _metric_problems(setting: str, options: Options, extended: bool) -> Problems:
    yield from missing(setting, options, NEEDED, "it is needed to know the metric")
    for name, pattern in (("namespace", r"[^:].{0,254}"), ("metric_name", r".{1,255}")):
        value = options[name]
        if value and not re.fullmatch(pattern, value):
            yield Problem(f"{setting}.{name}", value, "it has 1 to 255 characters and does not begin with a colon")
    statistic = options["statistic"]
    if statistic and statistic not in STATISTICS and not (extended and EXTENDED.fullmatch(statistic)):
        others = " or an extended one such as p90" if extended else ""
        yield Problem(f"{setting}.statistic", statistic, f"it must be one of {', '.join(STATISTICS)}{others}")
    given = options["dimensions"] or {}
    if len(given) > MOST_DIMENSIONS:
        yield Problem(f"{setting}.dimensions", len(given), f"a metric has at most {MOST_DIMENSIONS} dimensions")
    for name, value in given.items():
        if not 1 <= len(name) <= 255 or not 1 <= len(str(value)) <= 1024:
            reason = "a dimension has a name of 1 to 255 characters and a value of 1 to 1024"
            yield Problem(f"{setting}.dimensions", {name: value}, reason)


def _query_problems(setting: str, metrics: t.Sequence[Options]) -> Problems:
    ids = [metric["id"] for metric in metrics]
    yield from repeated(f"{setting}.id", ids)
    read = [metric for metric in metrics if metric["expression"] is None]
    if not 1 <= len(read) <= MOST_METRICS:
        yield Problem(setting, len(read), f"1 to {MOST_METRICS} of them must be metrics, the others expressions")
    watched = [metric["id"] for metric in metrics if metric["return_data"]]
    if len(watched) != 1:
        yield Problem(f"{setting}.return_data", watched, "exactly one must be true: it is the one that is watched")
    for number, metric in enumerate(metrics):
        name = f"{setting}[{number}]"
        if not re.fullmatch(r"[a-z][A-Za-z0-9_]{0,254}", metric["id"]):
            reason = "it must begin with a lower-case letter and have letters, digits and underscores only"
            yield Problem(f"{name}.id", metric["id"], reason)
        if metric["expression"] is None:
            yield from _metric_problems(name, metric, extended=True)
        else:
            yield from outside(name, metric, METRIC, "an expression has none")
            yield from _expression_problems(f"{name}.expression", metric["expression"], ids)


def _expression_problems(setting: str, expression: str, ids: t.Collection[str]) -> Problems:
    if not 1 <= len(expression) <= 2048:
        yield Problem(setting, expression, "it has 1 to 2048 characters")
    for name in sorted(names(expression) - set(ids)):
        yield Problem(setting, expression, f"there is no metric with the id {name}")


def names(expression: str) -> set[str]:
    """The ids that an expression uses. Functions are in capitals, and texts in quotes."""
    without_texts = re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)
    if re.match(r"\s*SELECT\s", without_texts):
        # A query of Metrics Insights: its names are those of metrics and dimensions.
        return set()
    return set(re.findall(r"(?<![A-Za-z0-9_.])[a-z][A-Za-z0-9_]*(?!\w)(?!\s*\()", without_texts))

"""Datapoints of a metric, from what PutMetricData stored."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ministack.services import cloudwatch

from tools.local_aws.patches.cloudwatch.expressions import Series


def series(stat: Mapping[str, Any], start: float, end: float, period: int) -> Series:
    """The statistic of a MetricStat over every period from `start` to `end`, in this account and region.

    A metric is its namespace, its name and all of its dimensions.
    """
    metric = stat["Metric"]
    dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
    key = (metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))
    buckets: dict[float, list[Any]] = defaultdict(list)
    for point in list(cloudwatch._metrics.get(key) or []):
        if start <= point["Timestamp"] < end and stat.get("Unit") in (None, point["Unit"]):
            buckets[start + math.floor((point["Timestamp"] - start) / period) * period].append(point)
    values = {
        moment: cloudwatch._stat_value(cloudwatch._calc_stats(points), stat["Stat"], points)
        for moment, points in sorted(buckets.items())
    }
    return {moment: float(value) for moment, value in values.items() if value is not None}

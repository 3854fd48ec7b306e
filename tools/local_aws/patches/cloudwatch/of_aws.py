"""Metrics in the namespaces of AWS, which PutMetricData refuses: a test says what RDS or a load balancer would."""

from __future__ import annotations

import time
from typing import Any


def publish_as_aws(method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """PUT takes `Namespace` and `MetricData` (MetricName, Dimensions, Value; Timestamp in seconds, Unit)."""
    from ministack.core.responses import request_scope
    from ministack.services import cloudwatch

    from tools.local_aws.patches import gateway

    if method != "PUT" or path:
        return 404, {"message": "PUT /_local_aws/metrics is what there is"}
    settings = gateway.settings()
    try:
        with request_scope(settings.account, settings.region):
            for datum in body["MetricData"]:
                cloudwatch._store_datum(
                    body["Namespace"],
                    datum["MetricName"],
                    {entry["Name"]: entry["Value"] for entry in datum.get("Dimensions") or []},
                    float(datum.get("Timestamp") or time.time()),
                    datum.get("Unit", "None"),
                    float(datum["Value"]),
                    None,
                    None,
                    None,
                )
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"message": f"Namespace and MetricData expected: {error!r}"}
    return 200, {}

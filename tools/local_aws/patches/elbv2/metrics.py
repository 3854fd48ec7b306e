"""How many targets are healthy, as a metric.

AWS: HealthyHostCount and UnHealthyHostCount of each target group that has targets, once a minute.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
ministack: publishes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ministack.core.responses import request_scope
from ministack.services import alb, cloudwatch

from tools.local_aws.patches.elbv2.health_checks import host_counts

logger = logging.getLogger("local_aws.elbv2")

PERIOD = 60.0
NAMESPACE = "AWS/ApplicationELB"
State = Callable[[str, str, int], str]
"""A target's state, by its group, address and port."""


def dimensions(group: str, balancer: str) -> dict[str, str]:
    """The last parts of both ARNs."""
    return {"TargetGroup": group.rsplit(":", 1)[1], "LoadBalancer": balancer.partition(":loadbalancer/")[2]}


def publish(state: State) -> None:
    for (account, region, arn), group in alb._tgs.all_items():
        with request_scope(account, region):
            targets = [(entry["Id"], int(entry.get("Port") or group["Port"])) for entry in alb._targets.get(arn, [])]
            found = host_counts(state(arn, address, port) for address, port in targets)
            for balancer in group.get("LoadBalancerArns") or []:
                for name, value in found.items():
                    labels = dimensions(arn, balancer)
                    cloudwatch._store_datum(
                        NAMESPACE, name, labels, time.time(), "Count", float(value), None, None, None
                    )


def start(state: State) -> None:
    def loop() -> None:
        while True:
            time.sleep(PERIOD)
            try:
                publish(state)
            except Exception:
                # The next period is the next attempt, as long as there is this thread.
                logger.exception("target counts")

    threading.Thread(target=loop, name="elbv2-metrics", daemon=True).start()

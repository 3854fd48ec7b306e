"""The health of registered targets.

AWS: a target is `initial` until its first health check, `healthy` or `unhealthy` after the thresholds, `draining`
while it is deregistered; only healthy targets receive requests.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
ministack: every registered target is healthy.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import alb

from tools.local_aws.patches.elbv2.health_checks import Target, probe

logger = logging.getLogger("local_aws.elbv2")

TICK = 0.5
FIRST_CHECK_INTERVAL = 2.0
"""A new target is looked at this often until its first success, where AWS takes the whole interval."""
Key = tuple[str, str, int]
"""(target group ARN, address, port)"""


class Targets:
    def __init__(self) -> None:
        self._targets: dict[Key, Target] = {}
        self._lock = threading.Lock()
        self._listeners: list[Any] = []

    def on_change(self, listener: Any) -> None:
        self._listeners.append(listener)

    # -- registration
    def register(self, group: str, address: str, port: int) -> bool:
        """Register with ministack too; False when it was registered already."""
        entry = {"Id": address, "Port": port}
        with self._lock:
            existing = alb._targets.setdefault(group, [])
            known = entry in existing
            if not known:
                existing.append(entry)
                # Never the health of a task that had the address before.
                self._targets[group, address, port] = Target()
        return not known

    def deregister(self, group: str, address: str, port: int) -> None:
        """Drain: no new request; ends when the running ones are answered or the deregistration delay is over."""
        with self._lock:
            target = self._targets.get((group, address, port))
            if target is None:
                return
            target.state, target.reason = "draining", "Target.DeregistrationInProgress"
            target.description = "Target deregistration is in progress"
        deadline = time.monotonic() + deregistration_delay(group)
        while target.requests > 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        with self._lock:
            self._targets.pop((group, address, port), None)
            remaining = [
                entry
                for entry in alb._targets.get(group, [])
                if (entry["Id"], int(entry.get("Port") or port)) != (address, port)
            ]
            alb._targets[group] = remaining

    # -- state
    def get(self, group: str, address: str, port: int) -> Target:
        with self._lock:
            return self._targets.setdefault((group, address, port), Target())

    def state(self, group: str, address: str, port: int) -> str:
        target = self._targets.get((group, address, port))
        if target is None:
            return "unused"
        return target.state if in_use(group) else "unused"

    def begin(self, key: Key) -> Target | None:
        """Count a request, until `end`; None when the target has begun to drain, and waits for no further one."""
        with self._lock:
            target = self._targets.get(key)
            if target is None or target.state == "draining":
                return None
            target.requests += 1
            return target

    def end(self, target: Target) -> None:
        with self._lock:
            target.requests -= 1

    # -- health checks
    def start(self) -> None:
        threading.Thread(target=self._loop, name="elbv2-health", daemon=True).start()

    def _loop(self) -> None:
        while True:
            time.sleep(TICK)
            for (account, region, arn), group in alb._tgs.all_items():
                try:
                    with request_scope(account, region):
                        self._check_group(arn, group)
                except Exception:
                    # The thread checks all groups, also those to come: without it no target turns healthy.
                    logger.exception("target group %s", arn)

    def _check_group(self, arn: str, group: Mapping[str, Any]) -> None:
        for entry in list(alb._targets.get(arn, [])):
            key = (arn, entry["Id"], int(entry.get("Port") or group["Port"]))
            target = self.get(*key)
            if target.state == "draining" or time.monotonic() < target.next_check or not served(arn):
                continue
            interval = float(group["HealthCheckIntervalSeconds"])
            first = target.state == "initial"
            target.next_check = time.monotonic() + (min(interval, FIRST_CHECK_INTERVAL) if first else interval)
            threading.Thread(target=self._check, args=(key, target, dict(group)), daemon=True).start()

    def _check(self, key: Key, target: Target, group: Mapping[str, Any]) -> None:
        passed, reason, description = probe(group, key[1], key[2])
        with self._lock:
            before = target.state
            if before == "draining":
                return
            if passed:
                target.passed(group["HealthyThresholdCount"])
            elif before == "initial":
                target.reason, target.description = "Elb.InitialHealthChecking", "Initial health checks in progress"
                target.failures += 1
                waited = target.failures * min(FIRST_CHECK_INTERVAL, group["HealthCheckIntervalSeconds"])
                if waited >= group["UnhealthyThresholdCount"] * group["HealthCheckIntervalSeconds"]:
                    target.failed(1, reason, description)
            else:
                target.failed(group["UnhealthyThresholdCount"], reason, description)
        if target.state != before:
            logger.info("target %s:%s of %s is %s", key[1], key[2], key[0].rsplit("/", 2)[-2], target.state)
            for listener in self._listeners:
                listener()


def in_use(group: str) -> bool:
    """A target group without a load balancer is not checked and its targets are `unused`."""
    record = alb._tgs.get(group) or {}
    return bool(record.get("LoadBalancerArns"))


def served(group: str) -> bool:
    """A load balancer that is active forwards to the target group; while AWS makes it, it checks nothing."""
    balancers = (alb._tgs.get(group) or {}).get("LoadBalancerArns") or []
    return any(alb._lbs[arn]["State"] == "active" for arn in balancers if arn in alb._lbs)


def deregistration_delay(group: str) -> float:
    attributes = {entry["Key"]: entry["Value"] for entry in alb._tg_attrs.get(group, [])}
    return float(attributes.get("deregistration_delay.timeout_seconds", 300))

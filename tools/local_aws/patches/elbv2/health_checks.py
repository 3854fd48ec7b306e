"""One HTTP health check, and what a row of them makes of a target."""

from __future__ import annotations

import dataclasses
import http.client
from collections.abc import Iterable, Mapping
from typing import Any

from tools.local_aws.patches import patience


@dataclasses.dataclass
class Target:
    state: str = "initial"
    reason: str = "Elb.RegistrationInProgress"
    description: str = "Target registration is in progress"
    successes: int = 0
    failures: int = 0
    next_check: float = 0.0
    requests: int = 0
    """Requests under way."""

    def passed(self, healthy_threshold: int) -> None:
        self.successes, self.failures = self.successes + 1, 0
        # A target that was never healthy needs one success only.
        if self.state == "initial" or self.successes >= healthy_threshold:
            self.state, self.reason, self.description = "healthy", "", ""

    def failed(self, unhealthy_threshold: int, reason: str, description: str) -> None:
        self.successes, self.failures = 0, self.failures + 1
        if self.failures >= unhealthy_threshold:
            self.state = "unhealthy"
        if self.state != "healthy":
            self.reason, self.description = reason, description


def host_counts(states: Iterable[str]) -> dict[str, int]:
    """The metrics of a target group; one without targets has none."""
    states = list(states)
    if not states:
        return {}
    return {"HealthyHostCount": states.count("healthy"), "UnHealthyHostCount": states.count("unhealthy")}


def matches(code: int, matcher: str) -> bool:
    """`200`, `200,202` and `200-299`, as in Matcher.HttpCode."""
    for part in matcher.split(","):
        low, dummy, high = part.strip().partition("-")
        if low.isdigit() and int(low) <= code <= int(high or low):
            return True
    return False


def probe(group: Mapping[str, Any], address: str, port: int) -> tuple[bool, str, str]:
    """(passed, reason code, description) of one HTTP health check."""
    check_port = group["HealthCheckPort"]
    connection = http.client.HTTPConnection(
        address,
        port if check_port == "traffic-port" else int(check_port),
        timeout=group["HealthCheckTimeoutSeconds"] * patience.FACTOR,
    )
    try:
        connection.request("GET", group["HealthCheckPath"], headers={"User-Agent": "ELB-HealthChecker/2.0"})
        code = connection.getresponse().status
    except TimeoutError:
        return False, "Target.Timeout", "Request timed out"
    except (OSError, http.client.HTTPException):
        return False, "Target.FailedHealthChecks", "Health checks failed"
    finally:
        connection.close()
    if matches(code, group["Matcher"]["HttpCode"]):
        return True, "", ""
    return False, "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]"

"""Target health."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from tools.local_aws.patches.elbv2 import health_checks


@pytest.mark.parametrize(
    ("code", "matcher", "expected"),
    [(200, "200", True), (204, "200-299", True), (302, "200,302", True), (500, "200-299", False), (200, "201", False)],
)
def test_matcher(code: int, matcher: str, expected: bool) -> None:
    assert health_checks.matches(code, matcher) is expected


def test_targets_are_counted_by_state_and_none_is_no_number() -> None:
    states = ["healthy", "draining", "healthy", "initial", "unhealthy"]
    assert health_checks.host_counts(states) == {"HealthyHostCount": 2, "UnHealthyHostCount": 1}
    assert health_checks.host_counts(["unhealthy"]) == {"HealthyHostCount": 0, "UnHealthyHostCount": 1}
    assert health_checks.host_counts([]) == {}


def test_one_success_makes_a_new_target_healthy() -> None:
    target = health_checks.Target()
    target.passed(5)
    assert target.state == "healthy"


def test_thresholds() -> None:
    target = health_checks.Target(state="healthy")
    target.failed(2, "Target.Timeout", "")
    assert target.state == "healthy"
    target.failed(2, "Target.Timeout", "")
    assert (target.state, target.reason) == ("unhealthy", "Target.Timeout")
    target.passed(2)
    assert target.state == "unhealthy"
    target.passed(2)
    assert (target.state, target.reason) == ("healthy", "")


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(1.5)
        self.send_response(404 if self.path == "/x" else 200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing on the console."""


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def group(**fields: object) -> dict:
    return {
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/health",
        "HealthCheckTimeoutSeconds": 2,
        "Matcher": {"HttpCode": "200"},
        **fields,
    }


def test_probe(port: int) -> None:
    assert health_checks.probe(group(), "127.0.0.1", port) == (True, "", "")
    passed, reason, text = health_checks.probe(group(HealthCheckPath="/x"), "127.0.0.1", port)
    assert (passed, reason) == (False, "Target.ResponseCodeMismatch")
    assert "404" in text


def test_who_is_slow_on_this_machine_has_not_failed(port: int) -> None:
    slow = group(HealthCheckPath="/slow", HealthCheckTimeoutSeconds=1)
    assert health_checks.probe(slow, "127.0.0.1", port) == (True, "", "")


def test_nobody_listens() -> None:
    assert health_checks.probe(group(), "127.0.0.1", 1)[:2] == (False, "Target.FailedHealthChecks")

"""What the answers of the ECS agent mean."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.worker.ecs_agent import Agent, Answer, judge


@pytest.mark.parametrize(
    ("status", "body", "answer", "reason"),
    [
        (200, {"protection": {"ProtectionEnabled": True, "TaskArn": "t"}}, Answer.DONE, "protected"),
        (200, {"protection": {"ProtectionEnabled": False}}, Answer.FAILED, "HTTP 200 from the ECS agent"),
        (202, {"protection": {"ProtectionEnabled": True}}, Answer.FAILED, "HTTP 202 from the ECS agent"),
        (200, {"failure": {"Arn": "t", "Reason": "TASK_NOT_VALID", "Detail": None}}, Answer.REFUSED, "TASK_NOT_VALID"),
        (
            400,
            {"error": {"Code": "AccessDeniedException", "Message": "not yours"}},
            Answer.FAILED,
            "AccessDeniedException: not yours",
        ),
        (500, {"error": {}}, Answer.FAILED, "HTTP 500"),
        (500, {"error": {"Arn": "t"}}, Answer.FAILED, "no reason given"),
        (200, [], Answer.FAILED, "HTTP 200"),
    ],
)
def test_only_the_wanted_state_is_good_enough(status: int, body: Any, answer: Answer, reason: str) -> None:
    found, why = judge(status, json.dumps(body).encode(), wanted=True)

    assert found is answer
    assert why.startswith(reason)


def test_the_end_of_protection_has_to_be_confirmed_too() -> None:
    off = json.dumps({"protection": {"ProtectionEnabled": False}}).encode()

    assert judge(200, off, wanted=False)[0] is Answer.DONE
    assert judge(200, b"", wanted=False)[0] is Answer.FAILED


@given(st.integers(100, 599), st.binary(max_size=200), st.booleans())
def test_nonsense_protects_nobody(status: int, body: bytes, wanted: bool) -> None:
    assert judge(status, body, wanted)[0] is not Answer.DONE


class Handler(http.server.BaseHTTPRequestHandler):
    requests: list[tuple[str, Any]]

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append((self.path, body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"protection": {"ProtectionEnabled": body["ProtectionEnabled"]}}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    Handler.requests = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


def test_the_requests(server: http.server.HTTPServer) -> None:
    agent = Agent(f"http://127.0.0.1:{server.server_address[1]}/api/task-1")

    assert agent.protect(60) == (Answer.DONE, "protected")
    assert agent.unprotect() == (Answer.DONE, "not protected")
    path = "/api/task-1/task-protection/v1/state"
    assert Handler.requests == [
        (path, {"ProtectionEnabled": True, "ExpiresInMinutes": 60}),
        (path, {"ProtectionEnabled": False}),
    ]


def test_an_agent_that_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        agent = Agent(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.1)

        answer, reason = agent.protect(60)

    assert answer is Answer.FAILED
    assert reason.startswith("the ECS agent does not answer: ")


@pytest.mark.parametrize("uri", ["", "169.254.170.2/api", "https://host/api"])
def test_another_address_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="ECS_AGENT_URI is not an http:// URL"):
        Agent(uri)

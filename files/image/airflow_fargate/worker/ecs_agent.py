"""The ECS agent's endpoint for the scale-in protection of the task it is asked from.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
"""

from __future__ import annotations

import enum
import http.client
import json
import urllib.parse
from typing import Any

PATH = "/task-protection/v1/state"


class Answer(enum.Enum):
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Agent:
    """Talks to the agent behind ECS_AGENT_URI. A call takes as long as its time-out at most, and never raises."""

    def __init__(self, uri: str, timeout: float = 5) -> None:
        parts = urllib.parse.urlsplit(uri)
        if parts.scheme != "http" or not parts.netloc:
            raise ValueError(f"ECS_AGENT_URI is not an http:// URL: {uri}")
        self.address = parts.netloc
        self.path = parts.path.rstrip("/") + PATH
        self.timeout = timeout

    def protect(self, minutes: int) -> tuple[Answer, str]:
        return self._put({"ProtectionEnabled": True, "ExpiresInMinutes": minutes})

    def unprotect(self) -> tuple[Answer, str]:
        return self._put({"ProtectionEnabled": False})

    def _put(self, body: dict[str, Any]) -> tuple[Answer, str]:
        connection = http.client.HTTPConnection(self.address, timeout=self.timeout)
        try:
            connection.request("PUT", self.path, json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read(100_000)
        except (OSError, http.client.HTTPException) as error:
            return Answer.FAILED, f"the ECS agent does not answer: {error or type(error).__name__}"
        finally:
            connection.close()
        return judge(response.status, text, body["ProtectionEnabled"])


def judge(status: int, text: bytes, wanted: bool) -> tuple[Answer, str]:
    """What an answer of the agent means, and why. Nothing but the wanted state, confirmed, is good enough."""
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return Answer.FAILED, f"HTTP {status} from the ECS agent: {text[:200]!r}"
    if failure := answer.get("failure"):
        return Answer.REFUSED, _reason(failure, "Reason", "Detail")
    if error := answer.get("error"):
        return Answer.FAILED, _reason(error, "Code", "Message")
    protection = answer.get("protection")
    if status == 200 and isinstance(protection, dict) and protection.get("ProtectionEnabled") is wanted:
        return Answer.DONE, "protected" if wanted else "not protected"
    return Answer.FAILED, f"HTTP {status} from the ECS agent: {text[:200]!r}"


def _reason(problem: Any, *keys: str) -> str:
    if not isinstance(problem, dict):
        return str(problem)
    return ": ".join(str(problem[key]) for key in keys if problem.get(key)) or "no reason given"

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Airflow's public REST API over HTTP, with errors that name the URL, the call and Airflow's own reason."""

from __future__ import annotations

import http.client
import json
import typing as t
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit

from ansible.module_utils.urls import open_url
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError


class AirflowError(AnsibleAWSError):
    """A call of the Airflow API failed."""


class AirflowUnavailable(AirflowError):
    """Nobody answered: the URL cannot be reached, or the load balancer has no healthy api-server. It may pass."""


class AirflowUnauthorized(AirflowError):
    """The API answered 401: it does not accept the user, the password or the token."""


class AirflowNotFound(AirflowError):
    """The API answered 404."""


ERRORS: dict[int, type[AirflowError]] = {
    401: AirflowUnauthorized,
    404: AirflowNotFound,
    # What a load balancer answers while no target is healthy.
    502: AirflowUnavailable,
    503: AirflowUnavailable,
    504: AirflowUnavailable,
}


def loopback_address(url: str) -> tuple[str, dict[str, str]]:
    """The URL to connect to, and the headers that go with it.

    Names below .localhost are this machine (RFC 6761, section 6.3). Browsers and curl know that by themselves, the
    resolver of the C library often does not.
    """
    parts = urlsplit(url)
    if not (parts.hostname or "").endswith(".localhost"):
        return url, {}
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"127.0.0.1{port}")), {"Host": parts.netloc}


def error_detail(body: bytes) -> str:
    """The reason in an error's body: FastAPI's `detail`, or the text as it is."""
    text = body.decode(errors="replace").strip()
    try:
        detail = json.loads(text)["detail"]
    except (ValueError, KeyError, TypeError):
        return text[:500]
    return detail if isinstance(detail, str) else json.dumps(detail)


class AirflowClient:
    """Calls of one Airflow, with the token of one user once log_in() was called."""

    def __init__(self, url: str, timeout: float = 30) -> None:
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.token: str | None = None

    def get(self, path: str) -> t.Any:
        return self._call("GET", path)

    def post(self, path: str, body: t.Mapping[str, t.Any]) -> t.Any:
        return self._call("POST", path, body)

    def patch(self, path: str, body: t.Mapping[str, t.Any]) -> t.Any:
        return self._call("PATCH", path, body)

    def log_in(self, username: str, password: str) -> str:
        """Get a token for the calls that follow; returned so that the caller can keep it out of its output."""
        token: str = self.post("/auth/token", {"username": username, "password": password})["access_token"]
        self.token = token
        return token

    def _call(self, method: str, path: str, body: t.Mapping[str, t.Any] | None = None) -> t.Any:
        url, headers = loopback_address(self.url + path)
        local = bool(headers)
        headers["Accept"] = "application/json"
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body)
        try:
            # The environment's proxy does not lead to this machine, and .netrc would replace the token.
            with open_url(
                url, data, headers, method, timeout=self.timeout, use_proxy=not local, use_netrc=False
            ) as response:
                answer = response.read()
        except HTTPError as error:
            raise self._refused(method, path, error.code, error_detail(error.read())) from error
        except (URLError, OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise AirflowUnavailable(message=f"Cannot reach Airflow at {self.url}: {reason}") from error
        try:
            return json.loads(answer)
        except ValueError as error:
            message = f"What answers at {self.url} is not Airflow: {method} {path} returned no JSON"
            raise AirflowError(message=message) from error

    def _refused(self, method: str, path: str, status: int, detail: str) -> AirflowError:
        kind = ERRORS.get(status, AirflowError)
        return kind(message=f"Airflow at {self.url} answered {method} {path} with HTTP {status}: {detail}")

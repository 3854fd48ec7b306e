"""What the gateway serves beside the API of AWS, under /_local_aws/: the ECS agent, and the levers of tests.

clock                     GET, PUT   the clock that schedules follow
creation                  GET, PUT   seconds that RDS, ElastiCache and ELBv2 take to make things
metrics                   PUT        what AWS publishes itself, in the words of PutMetricData
interrupt/<task id>       PUT        take a Fargate Spot task away
exec/<session id>         PUT        what to run in which container: the session plugin asks
ecs-agent/<task id>/...              what ECS_AGENT_URI of a task points at
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

PREFIX = "/_local_aws/"
Endpoint = Callable[[str, str, dict[str, Any]], tuple[int, dict[str, Any]]]
"""(method, rest of the path, JSON body) -> (status, JSON answer)"""

_endpoints: dict[str, Endpoint] = {}


def serve(name: str, endpoint: Endpoint) -> None:
    """Everything at and below `/_local_aws/<name>` goes to `endpoint`."""
    _endpoints[name] = endpoint


def answer(method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    name, dummy, rest = path.removeprefix(PREFIX).partition("/")
    endpoint = _endpoints.get(name)
    if endpoint is None:
        return 404, {"message": f"no such endpoint: {path}"}
    try:
        data = json.loads(body or b"{}")
    except ValueError as error:
        return 400, {"message": f"JSON expected: {error}"}
    return endpoint(method, rest, data)


def install() -> None:
    """Before AWS's own routes."""
    from ministack import app

    special = app._handle_special_data_plane_request

    async def handle(method: str, path: str, headers: Any, body: bytes, *rest: Any, **more: Any) -> Any:
        if path.startswith(PREFIX):
            status, data = await asyncio.to_thread(answer, method, path, body)
            return status, {"Content-Type": "application/json"}, json.dumps(data).encode()
        return await special(method, path, headers, body, *rest, **more)

    app._handle_special_data_plane_request = handle

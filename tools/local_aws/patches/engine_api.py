"""The container engine's API, without a client time-out: waiting for a container takes as long as it runs."""

from __future__ import annotations

import functools
import time
from typing import Any

import docker
import docker.errors

from tools.local_aws.patches import gateway

INSPECT_ATTEMPTS, INSPECT_PAUSE = 50, 0.2
"""How often, and with how many seconds between, a container is asked for that the engine fails to describe."""
FAILURES = (docker.errors.DockerException, OSError)
"""What a call of the engine raises: it refuses, or does not answer (the errors of `requests` are OSErrors)."""


@functools.cache
def client() -> Any:
    """A docker.DockerClient (docker-py has no type information); safe to share between threads."""
    return docker.DockerClient(base_url=gateway.settings().docker_host, timeout=None, max_pool_size=64)


def inspect(identifier: str) -> dict[str, Any]:
    """What the engine knows of a container.

    podman reads /proc of the container's process and answers 500 when that ends meanwhile, until it has heard of the
    end: at once, or after seconds on a busy machine.

    Raises:
        docker.errors.APIError: the container does not exist, or the engine fails every time.
    """
    attempts = INSPECT_ATTEMPTS
    while True:
        try:
            description: dict[str, Any] = client().api.inspect_container(identifier)
            return description
        except docker.errors.APIError as error:
            attempts -= 1
            if not attempts or not error.is_server_error():
                raise
        time.sleep(INSPECT_PAUSE)

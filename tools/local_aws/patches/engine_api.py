"""The container engine's API, without a client time-out: waiting for a container takes as long as it runs."""

from __future__ import annotations

import functools
from typing import Any

import docker

from tools.local_aws.patches import gateway


@functools.cache
def client() -> Any:
    """A docker.DockerClient (docker-py has no type information); safe to share between threads."""
    return docker.DockerClient(base_url=gateway.settings().docker_host, timeout=None, max_pool_size=64)

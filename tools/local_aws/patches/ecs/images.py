"""Which image a container runs.

AWS: an image is pulled by the execution role; a tag is resolved to a digest once and the task reports it.
ministack: asks the engine for the registry's AWS name, which no engine can reach.

The registry answers on loopback, which every engine accepts over plain HTTP, so the image is pulled from there.
"""

from __future__ import annotations

import re
from typing import Any

import docker.errors
from ministack.core.responses import request_scope

from tools.local_aws.patches import engine_api, gateway
from tools.local_aws.patches.ecs import errors

ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def digest_in_ecr(match: re.Match[str], image: str) -> str:
    from ministack.services import ecr

    with request_scope(match["account"], match["region"]):
        images = ecr._images.get(match["repository"])
    if images is None:
        raise errors.cannot_pull(image, f"repository {match['repository']} not found: name unknown")
    for candidate in images:
        if match["digest"] == candidate["imageDigest"] or (
            not match["digest"] and (match["tag"] or "latest") in candidate.get("imageTags", [])
        ):
            return str(candidate["imageDigest"])
    raise errors.cannot_pull(image, "not found")


def pull(image: str) -> tuple[str, str | None]:
    """(reference the engine has locally, digest)."""
    client = engine_api.client()
    match = ECR.fullmatch(image)
    if match is None:
        return ensure(client, image, image), None
    digest = digest_in_ecr(match, image)
    return ensure(client, f"{gateway.settings().registry}/{match['repository']}@{digest}", image), digest


def ensure(client: Any, reference: str, image: str) -> str:
    try:
        client.images.get(reference)
    except docker.errors.ImageNotFound:
        try:
            client.images.pull(reference)
        except docker.errors.APIError as error:
            raise errors.cannot_pull(image, str(error)) from error
    return reference

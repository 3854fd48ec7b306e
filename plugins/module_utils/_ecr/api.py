# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The ECR calls."""

from __future__ import annotations

import base64
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRErrorHandler


class Login(t.NamedTuple):
    """Who may push where, for the next twelve hours."""

    endpoint: str
    user: str
    password: str

    @property
    def host(self) -> str:
        return self.endpoint.partition("://")[2]

    @property
    def plain_http(self) -> bool:
        return self.endpoint.startswith("http://")

    def __repr__(self) -> str:
        return f"Login({self.endpoint!r})"


def find_image(client: t.Any, repository: str, tag: str) -> dict[str, t.Any] | None:
    """The image with this tag; None when there is none, be it that there is no repository."""
    answer = find(
        ECRErrorHandler,
        f"describe image {repository}:{tag} in ECR",
        client.describe_images,
        repositoryName=repository,
        imageIds=[{"imageTag": tag}],
    )
    images = answer["imageDetails"] if answer else []
    return images[0] if images else None


def find_digest(client: t.Any, repository: str, tag: str) -> str | None:
    """The digest of the image with this tag; None when there is none."""
    found = find_image(client, repository, tag)
    return found["imageDigest"] if found else None


def get_login(client: t.Any) -> Login:
    answer = aws_call(ECRErrorHandler, "get an ECR authorization token", client.get_authorization_token)
    data = answer["authorizationData"][0]
    user, _colon, password = base64.b64decode(data["authorizationToken"]).decode("ascii").partition(":")
    return Login(data["proxyEndpoint"].rstrip("/"), user, password)

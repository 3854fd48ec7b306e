"""ECR: a registry that can be reached, true sizes, layers on disk.

AWS: GetAuthorizationToken names the registry to log in to; an image's size is that of its layers; asking for an image
that does not exist is an error; deleting a repository deletes its layers.
ministack: names a host that resolves to the real AWS; reports the manifest's size; keeps every layer in memory.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ecr

from tools.local_aws.settings import Settings

logger = logging.getLogger("local_aws.ecr")
Data = dict[str, Any]


class Blobs(MutableMapping[str, bytes]):
    """digest -> bytes of one repository, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, digest: str) -> Path:
        return self._folder / digest.replace(":", "-")

    def __getitem__(self, digest: str) -> bytes:
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(digest) from None

    def __setitem__(self, digest: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._path(digest).with_suffix(".partial")
        partial.write_bytes(content)
        partial.rename(self._path(digest))

    def __delitem__(self, digest: str) -> None:
        try:
            self._path(digest).unlink()
        except FileNotFoundError:
            raise KeyError(digest) from None

    def __contains__(self, digest: object) -> bool:
        return self._path(str(digest)).exists()

    def __iter__(self) -> Iterator[str]:
        return (path.name.replace("-", ":", 1) for path in self._folder.glob("sha256-*"))

    def __len__(self) -> int:
        return sum(1 for dummy in self)


class BlobStore:
    """In place of ministack's dictionary of repositories, with the four methods it uses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.clear()

    def _of(self, repository: str) -> Blobs:
        return Blobs(self._folder / get_account_id() / get_region() / repository.replace("/", "%2F"))

    def get(self, repository: str, default: Any = None) -> Blobs:
        return self._of(repository)

    def setdefault(self, repository: str, default: Any = None) -> Blobs:
        return self._of(repository)

    def pop(self, repository: str, default: Any = None) -> None:
        shutil.rmtree(self._of(repository)._folder, ignore_errors=True)

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def image_size(manifest: str) -> int:
    """Bytes of an image's configuration and layers, as its manifest says."""
    content = json.loads(manifest)
    parts = [content.get("config") or {}, *(content.get("layers") or []), *(content.get("manifests") or [])]
    return sum(int(part.get("size", 0)) for part in parts)


def describe_images(describe: Callable[[Data], Any]) -> Callable[[Data], Any]:
    def handle(data: Data) -> Any:
        repository = data.get("repositoryName", "")
        for wanted in data.get("imageIds") or [] if repository in ecr._images else []:
            if not ecr._find_image(repository, wanted):
                digest, tag = wanted.get("imageDigest", "null"), wanted.get("imageTag", "null")
                return error_response_json(
                    "ImageNotFoundException",
                    f"The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within the "
                    f"repository with name '{repository}' in the registry with id '{get_account_id()}'",
                    400,
                )
        status, headers, body = describe(data)
        if status != 200:
            return status, headers, body
        details = json.loads(body)["imageDetails"]
        manifests = {image["imageDigest"]: image["imageManifest"] for image in ecr._images[repository]}
        for detail in details:
            detail["imageSizeInBytes"] = image_size(manifests[detail["imageDigest"]])
            if not detail["imageTags"]:
                del detail["imageTags"]
        return json_response({"imageDetails": details})

    return handle


def authorization_token(token: Callable[[Data], Any], endpoint: str) -> Callable[[Data], Any]:
    def handle(data: Data) -> Any:
        answer = json.loads(token(data)[2])
        for entry in answer["authorizationData"]:
            entry["proxyEndpoint"] = endpoint
        return json_response(answer)

    return handle


def delete_repository(delete: Callable[[Data], Any]) -> Callable[[Data], Any]:
    def handle(data: Data) -> Any:
        response = delete(data)
        if response[0] == 200:
            ecr._layer_blobs.pop(data["repositoryName"], None)
            ecr._manifest_blobs.pop(data["repositoryName"], None)
        return response

    return handle


def install(settings: Settings) -> None:
    ecr._layer_blobs = BlobStore(settings.data_dir / "ecr")
    ecr._describe_images = describe_images(ecr._describe_images)
    ecr._get_authorization_token = authorization_token(ecr._get_authorization_token, settings.endpoint)
    ecr._delete_repository = delete_repository(ecr._delete_repository)

"""The few calls of the Docker Engine API that the lifecycle needs; podman's service answers them alike."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode

from tools.local_aws.console import LocalAwsError
from tools.local_aws.settings import INSTANCE_LABEL

GONE = 404
CONFLICT = 409
"""An answer to a kill or a remove when it was done already, or while a container is starting."""
TOO_EARLY = (b"container state improper", b"has dependent containers")
"""What podman 4 calls errors of their own: a container has ended meanwhile, or another one is still in its network."""
ATTEMPTS = 50
PAUSE = 0.2
"""Seconds between two attempts to remove containers."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class EngineApi:
    def __init__(self, docker_host: str) -> None:
        self._path = docker_host.removeprefix("unix://")

    def request(self, method: str, path: str, body: Any = None, accept: Iterable[int] = ()) -> Any:
        """The decoded answer; a failure is an error unless its status is one of `accept`."""
        connection = _UnixConnection(self._path, timeout=60)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        status = CONFLICT if any(text in content for text in TOO_EARLY) else response.status
        if status >= 400 and status not in accept:
            raise LocalAwsError(
                f"The container engine refused {method} {path}: {status} {content.decode(errors='replace')}"
            )
        return json.loads(content) if content.startswith((b"{", b"[")) else content.decode()

    def answers(self) -> bool:
        try:
            return bool(self.request("GET", "/_ping") == "OK")
        except (OSError, http.client.HTTPException, LocalAwsError):
            return False

    # -- images
    def images(self) -> dict[str, dict[str, str]]:
        """Labels of each image, by full name: Docker leaves its own registry's name out, podman does not."""
        return {
            full_name(tag): image.get("Labels") or {}
            for image in self.request("GET", "/images/json")
            for tag in image.get("RepoTags") or []
        }

    # -- networks
    def create_network(self, name: str, subnet: str, gateway: str, instance: str) -> None:
        self.request(
            "POST",
            "/networks/create",
            {
                "Name": name,
                "Driver": "bridge",
                "IPAM": {"Config": [{"Subnet": subnet, "Gateway": gateway}]},
                # Podman names bridges by counting the networks of its own configuration, which two instances
                # do not share.
                "Options": {"com.docker.network.bridge.name": name},
                "Labels": {INSTANCE_LABEL: instance},
            },
        )

    def remove_network(self, name: str) -> None:
        self.request("DELETE", f"/networks/{quote(name)}", accept=(GONE,))

    # -- containers and volumes
    def _listing(self, path: str, instance: str | None, **query: str) -> Any:
        filters = {"label": [f"{INSTANCE_LABEL}={instance}"]} if instance else {}
        return self.request("GET", f"{path}?{urlencode({**query, 'filters': json.dumps(filters)})}")

    def containers(self, instance: str | None = None) -> list[dict[str, Any]]:
        """Those of one instance, or all."""
        return list(self._listing("/containers/json", instance, all="true"))

    def clear_containers(self, instance: str | None = None) -> list[dict[str, Any]]:
        """Remove those of one instance, or all, until none is left: one that is just starting resists at first.

        podman answers 500 to a list, a kill or a remove when a process ends meanwhile: it is asked again.
        """
        removed: list[dict[str, Any]] = []
        found: list[dict[str, Any]] = []
        refusal = ""
        for _attempt in range(ATTEMPTS):
            try:
                found = self.containers(instance)
                if not found:
                    return removed
                removed += found
                self.remove_containers(found)
                refusal = ""
            except LocalAwsError as error:
                refusal = f"\n{error}"
            time.sleep(PAUSE)
        names = ", ".join(str(container.get("Names") or container["Id"]) for container in found) or "its containers"
        raise LocalAwsError(f"The container engine does not remove {names}.{refusal}")

    def remove_containers(self, containers: list[dict[str, Any]]) -> None:
        """Kill and remove: nobody waits for a database that is thrown away."""

        def remove(container: dict[str, Any]) -> None:
            if container.get("State") == "running":
                self.request("POST", f"/containers/{container['Id']}/kill", accept=(GONE, CONFLICT))
            self.request("DELETE", f"/containers/{container['Id']}?force=true&v=true", accept=(GONE, CONFLICT))

        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(remove, containers))

    def volumes(self, instance: str | None = None) -> set[str]:
        return {volume["Name"] for volume in self._listing("/volumes", instance).get("Volumes") or []}

    def remove_volumes(self, names: Iterable[str]) -> None:
        for name in names:
            self.request("DELETE", f"/volumes/{quote(name)}?force=true", accept=(GONE,))


def mounted_volumes(containers: list[dict[str, Any]]) -> set[str]:
    return {
        mount["Name"]
        for container in containers
        for mount in container.get("Mounts") or []
        if mount.get("Type") == "volume" and mount.get("Name")
    }


def full_name(image: str) -> str:
    """`postgres:17` -> `docker.io/library/postgres:17`."""
    registry, slash, _rest = image.partition("/")
    if not slash:
        return f"docker.io/library/{image}"
    return image if "." in registry or ":" in registry or registry == "localhost" else f"docker.io/{image}"

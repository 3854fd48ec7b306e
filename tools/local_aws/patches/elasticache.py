"""ElastiCache: endpoints with names that the certificates carry, and tokens that no process list shows.

AWS: `master.<group>...` and `replica.<group>...` are DNS names; the certificate is valid for them.
ministack: the endpoint is the container's address; a group whose container did not start is `available`; the
server gets its AUTH token on its command line.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.core.x509_utils import sign_leaf_certificate
from ministack.services import elasticache

from tools.local_aws.patches import creation, endpoints, gateway

spawn_container = elasticache._spawn_redis_container
create_group = elasticache._create_replication_group
delete_group = elasticache._delete_replication_group
engine_client = elasticache._get_docker


TOKEN_FILE = f"{elasticache._NODE_TLS_DIR}/auth.conf"
"""Beside the certificate: the server starts when both are there."""
TOKEN_OPTIONS = ("--requirepass", "--masterauth")


def without_token(command: Iterable[str]) -> tuple[list[str], str]:
    """A server's command line without its token, and the configuration file that holds it instead."""
    words, kept, settings = iter(command), [], []
    for word in words:
        if word in TOKEN_OPTIONS:
            settings.append(f'{word.removeprefix("--")} "{next(words)}"\n')
        else:
            kept.append(word)
    return ([TOKEN_FILE, *kept] if settings else kept), "".join(settings)


def archive(path: str, content: str) -> bytes:
    """A tar archive of one file, to be unpacked at the root."""
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w") as bundle:
        entry = tarfile.TarInfo(path.lstrip("/"))
        entry.mode = 0o600
        entry.size = len(content.encode())
        bundle.addfile(entry, io.BytesIO(content.encode()))
    return result.getvalue()


def group_names(group: str) -> tuple[str, str]:
    account, region = get_account_id(), get_region()
    return endpoints.cache("master", group, account, region), endpoints.cache("replica", group, account, region)


class NamingContainers:
    """The engine's containers; one of a replication group gets its endpoint's names as network aliases, and its token
    in a file."""

    def __init__(self, containers: Any) -> None:
        self._containers = containers

    def run(self, **arguments: Any) -> Any:
        group = arguments["labels"].get("rg_id")
        if group:
            arguments.pop("ports", None)
            aliases = {"Aliases": list(group_names(group))}
            arguments["networking_config"] = {arguments["network"]: aliases}
        command, settings = without_token(arguments.get("command") or [])
        if not settings:
            return self._containers.run(**arguments)
        container = self._containers.run(**{**arguments, "command": command})
        if not container.put_archive("/", archive(TOKEN_FILE, settings)):
            raise RuntimeError("the container engine refused the token's file")
        return container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._containers, name)


class NamingClient:
    def __init__(self, client: Any) -> None:
        self._client = client
        self.containers = NamingContainers(client.containers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def naming_client() -> Any:
    client = engine_client()
    return NamingClient(client) if client is not None else None


def install_certificate(container: Any, name: str, address: str) -> None:
    """A certificate for the endpoint's names, the container's name and its address."""
    group = container.labels.get("rg_id")
    names = [*(group_names(group) if group else ()), name, "localhost"]
    authority, authority_key = elasticache._ensure_serverless_ca()
    certificate, key, dummy = sign_leaf_certificate(
        authority,
        authority_key,
        common_name=name[:64],
        san_dns=names,
        san_ips=[ip for ip in ("127.0.0.1", address) if ip],
    )
    archive = elasticache._serverless_tls_archive(authority, certificate, key, "")
    if not container.put_archive("/", archive):
        raise RuntimeError("the container engine refused the certificate")


def spawn_named_container(*args: Any, **arguments: Any) -> tuple[str, int, str | None]:
    address, port, identifier = spawn_container(*args, **arguments)
    group = arguments["labels"].get("rg_id")
    if identifier and group and gateway.settings().network:
        address = group_names(group)[0]
    return address, port, identifier


def create_replication_group(params: dict[str, Any]) -> Any:
    response = create_group(params)
    group = elasticache._replication_groups.get(elasticache._p(params, "ReplicationGroupId"))
    if response[0] == 200 and group is not None:
        if not group["_docker_container_ids"]:
            group["Status"] = "create-failed"
        for shard in group["NodeGroups"]:
            shard["ReaderEndpoint"] = {
                "Address": group_names(group["ReplicationGroupId"])[1],
                "Port": shard["PrimaryEndpoint"]["Port"],
            }
        if group["Status"] == "available" and creation.seconds("elasticache"):
            take_time(group)
            made = f"<ReplicationGroup>{elasticache._rg_xml(group)}</ReplicationGroup>"
            answer = f"<CreateReplicationGroupResult>{made}</CreateReplicationGroupResult>"
            response = elasticache._xml(200, "CreateReplicationGroupResponse", answer)
    return response


def take_time(group: dict[str, Any]) -> None:
    """A group that is being made has no endpoints yet."""
    shards, group["NodeGroups"], group["Status"] = group["NodeGroups"], [], "creating"

    def finish() -> None:
        if group["Status"] == "creating":
            group["NodeGroups"], group["Status"] = shards, "available"

    creation.finish_later("elasticache", finish)


def delete_replication_group(params: dict[str, Any]) -> Any:
    """Records the final snapshot that the caller asked for."""
    group = elasticache._replication_groups.get(elasticache._p(params, "ReplicationGroupId"))
    snapshot = elasticache._p(params, "FinalSnapshotIdentifier")
    if group is not None and snapshot:
        elasticache._create_snapshot({"SnapshotName": [snapshot], "ReplicationGroupId": [group["ReplicationGroupId"]]})
    return delete_group(params)


def install() -> None:
    elasticache._get_docker = naming_client
    elasticache._install_node_tls = install_certificate
    elasticache._spawn_redis_container = spawn_named_container
    elasticache._create_replication_group = create_replication_group
    elasticache._delete_replication_group = delete_replication_group

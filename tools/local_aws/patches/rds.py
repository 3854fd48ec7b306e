"""RDS: an endpoint with a name, and no database that only pretends to be there.

AWS: the endpoint's address is a DNS name that the server's certificate carries, so `verify-full` works; a final
snapshot is taken unless it is declined.
ministack: the address is the container's, which is not in the certificate; an instance whose container did not
start is `available`; port 5432 is published on the host.
"""

from __future__ import annotations

import contextvars
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds

from tools.local_aws.patches import endpoints

_starting: contextvars.ContextVar[str] = contextvars.ContextVar("starting", default="")
"""Name of the database whose container this thread starts."""

run_container = rds._run_rds_container
create_instance = rds._create_db_instance


def run_named_container(
    client: Any, engine: str, arguments: dict[str, Any], tls_names: Any = (), tls_ips: Any = ()
) -> Any:
    identifier = arguments["labels"].get("db_id")
    if identifier:
        name = endpoints.database(identifier, get_account_id(), get_region())
        _starting.set(name)
        arguments.pop("ports", None)
        # On disk and gone with the container: memory would lose the data at StopDBInstance, and fill up with WAL.
        (data_path,) = arguments.pop("tmpfs")
        arguments["volumes"] = [data_path]
        arguments["command"] = ["postgres", "-c", "fsync=off"]
        arguments["networking_config"] = {arguments["network"]: {"Aliases": [name]}}
        tls_names = [name, *tls_names]
    return run_container(client, engine, arguments, tls_names, tls_ips)


def reported_endpoint(host: str, port: int, host_port: int) -> tuple[str, int]:
    return _starting.get() or host, port


def create_db_instance(params: dict[str, Any]) -> Any:
    known = set(rds._instances.keys())
    response = create_instance(params)
    for identifier in set(rds._instances.keys()) - known:
        instance = rds._instances[identifier]
        if instance["DBInstanceStatus"] == "available":
            # A real database is never available at once: no container was started.
            instance["DBInstanceStatus"] = "failed"
    return response


def install() -> None:
    rds._run_rds_container = run_named_container
    rds._reported_endpoint = reported_endpoint
    rds._create_db_instance = create_db_instance
    rds._ACTION_MAP["CreateDBInstance"] = create_db_instance

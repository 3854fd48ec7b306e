"""RDS: an endpoint with a name, and no database that only pretends to be there.

AWS: the endpoint's address is a DNS name that the server's certificate carries, so `verify-full` works; a final
snapshot is taken unless it is declined.
ministack: the address is the container's, which is not in the certificate; an instance whose container did not
start is `available`; port 5432 is published on the host.
"""

from __future__ import annotations

import contextvars
import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds

from tools.local_aws.patches import creation, endpoints

_starting: contextvars.ContextVar[str] = contextvars.ContextVar("starting", default="")
"""Name of the database whose container this thread starts."""
_made_at: contextvars.ContextVar[float] = contextvars.ContextVar("made_at", default=0.0)
"""When the instance that this request creates may be available, by time.monotonic(); its worker inherits it."""

run_container = rds._run_rds_container
create_instance = rds._create_db_instance
wait_for_database = rds._wait_for_database_ready


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
    token = _made_at.set(time.monotonic() + creation.seconds("rds"))
    try:
        response = create_instance(params)
    finally:
        _made_at.reset(token)
    for identifier in set(rds._instances.keys()) - known:
        instance = rds._instances[identifier]
        if instance["DBInstanceStatus"] == "available" and not instance.get("_docker_container_id"):
            # No container was started. (One that has one is another request's, made and ready meanwhile.)
            instance["DBInstanceStatus"] = "failed"
    return response


def wait_until_made(host: str, port: int, *rest: Any) -> bool:
    """The database answers, and AWS has taken its time."""
    is_alive: Callable[[], bool] = rest[-1]
    ready = bool(wait_for_database(host, port, *rest))
    while ready and (left := _made_at.get() - time.monotonic()) > 0:
        time.sleep(min(left, 0.5))
        ready = is_alive()
    return ready


def install() -> None:
    rds._wait_for_database_ready = wait_until_made
    rds._run_rds_container = run_named_container
    rds._reported_endpoint = reported_endpoint
    rds._create_db_instance = create_db_instance
    rds._ACTION_MAP["CreateDBInstance"] = create_db_instance

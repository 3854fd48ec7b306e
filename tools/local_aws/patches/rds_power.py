"""RDS: a database that is stopped does not answer, and has its data when it is started again.

AWS: StopDBInstance takes an `available` instance through `stopping` to `stopped`, StartDBInstance a `stopped` one
through `starting` to `available`; from any other state both are refused. After seven days AWS starts it by itself.
ministack: the word changes, and the container runs on.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from typing import Any

from ministack.services import rds

Instance = dict[str, Any]
logger = logging.getLogger("local_aws.rds")
_changing = threading.Lock()
STOP_TIMEOUT = 30
"""Seconds after which a server that does not end is killed."""


def refused(identifier: str, instance: Instance | None, expected: str) -> Any:
    """AWS's answer to a request that does not fit the state, or None."""
    if instance is None:
        return rds._error("DBInstanceNotFound", f"DBInstance {identifier} not found.", 404)
    status = instance["DBInstanceStatus"]
    if status == expected:
        return None
    message = f"Instance {identifier} cannot be {'stopped' if expected == 'available' else 'started'} as it is not in "
    return rds._error("InvalidDBInstanceState", f"{message}the {expected} state; it is {status}.", 400)


def change(params: dict[str, Any], name: str, expected: str, status: str, work: Callable[[Instance], None]) -> Any:
    """Answer with the state in between, and do the work after it."""
    identifier = str(rds._p(params, "DBInstanceIdentifier"))
    instance = rds._resolve_instance(identifier)
    with _changing:
        refusal = refused(identifier, instance, expected)
        if refusal is not None:
            return refusal
        instance["DBInstanceStatus"] = status
        response = rds._single_instance_response(f"{name}Response", f"{name}Result", instance)
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(carry_out, work, instance, status), name=name, daemon=True).start()
    return response


def carry_out(work: Callable[[Instance], None], instance: Instance, status: str) -> None:
    try:
        work(instance)
    except Exception:
        logger.exception("%s of %s", status, instance["DBInstanceIdentifier"])
        finish(instance, status, "failed")


def finish(instance: Instance, status: str, reached: str) -> None:
    """Unless it was deleted meanwhile."""
    if instance["DBInstanceStatus"] == status:
        instance["DBInstanceStatus"] = reached


def container_of(instance: Instance) -> Any:
    client, identifier = rds._get_docker(), instance.get("_docker_container_id")
    return client.containers.get(identifier) if client and identifier else None


def stop(instance: Instance) -> None:
    container = container_of(instance)
    if container is not None:
        container.stop(timeout=STOP_TIMEOUT)
    finish(instance, "stopping", "stopped")


def start(instance: Instance) -> None:
    container = container_of(instance)
    if container is not None:
        container.start()
        container.reload()
        # The engine may give it another address; its name stays.
        networks = container.attrs["NetworkSettings"]["Networks"]
        addresses = [network["IPAddress"] for network in networks.values() if network.get("IPAddress")]
        if addresses:
            instance["_internal_address"] = addresses[0]
        if not answers(instance, container):
            raise RuntimeError("the database does not answer")
    finish(instance, "starting", "available")


def answers(instance: Instance, container: Any) -> bool:
    def alive() -> bool:
        container.reload()
        return instance["DBInstanceStatus"] == "starting" and container.status not in ("exited", "dead", "removing")

    return bool(
        rds._wait_for_database_ready(
            instance.get("_internal_address") or "127.0.0.1",
            instance.get("_internal_port") or instance.get("_HostPort") or 5432,
            instance["Engine"],
            instance["MasterUsername"],
            instance.get("_MasterUserPassword", ""),
            instance.get("DBName"),
            alive,
        )
    )


def stop_db_instance(params: dict[str, Any]) -> Any:
    return change(params, "StopDBInstance", "available", "stopping", stop)


def start_db_instance(params: dict[str, Any]) -> Any:
    return change(params, "StartDBInstance", "stopped", "starting", start)


def install() -> None:
    rds._ACTION_MAP["StopDBInstance"] = stop_db_instance
    rds._ACTION_MAP["StartDBInstance"] = start_db_instance

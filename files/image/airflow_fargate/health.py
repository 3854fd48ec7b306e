"""Health checks for ECS: is the component in this container alive?

`airflow jobs check` and `celery inspect ping` answer the same, but import Airflow: 5 to 12 seconds of CPU on a small
Fargate task, again at every check. Nothing here imports Airflow or Celery.
"""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Mapping
from contextlib import closing

from airflow_fargate import heartbeat

JOB_TYPES = {"scheduler": "SchedulerJob", "dag-processor": "DagProcessorJob", "triggerer": "TriggererJob"}
WITH_HEARTBEAT_FILE = ("worker", "metrics")
COMPONENTS = ("api-server", *JOB_TYPES, *WITH_HEARTBEAT_FILE)
# Task definitions give a check 10 seconds: fail with a reason before ECS cuts it off.
TIMEOUT = 8

# The second one is there when Airflow reads its configuration from Secrets Manager by itself.
DATABASE_URLS = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW_FARGATE_DATABASE")

HEARTBEAT_AGE = """
SELECT extract(epoch FROM (now() - max(latest_heartbeat)))::float8
FROM job WHERE job_type = %s AND hostname = %s AND state = 'running'
"""


class Unhealthy(Exception):
    """Why the component is not healthy, in one line."""


def check(component: str, max_age: float) -> str:
    """Say in one line why the component is healthy, or raise Unhealthy."""
    if component == "api-server":
        return check_api_server()
    if component in WITH_HEARTBEAT_FILE:
        return judge(component, heartbeat.age(component), max_age)
    return check_job(component, max_age)


def judge(component: str, age: float | None, max_age: float) -> str:
    if age is None:
        raise Unhealthy(f"the {component} on this host has not sent a heartbeat yet")
    if age > max_age:
        raise Unhealthy(f"the {component}'s last heartbeat is {age:.0f} s old, more than {max_age:.0f} s")
    return f"the {component}'s last heartbeat is {max(age, 0):.0f} s old"


def check_api_server() -> str:
    port = int(os.environ.get("AIRFLOW__API__PORT", "8080"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/api/v2/version")
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Unhealthy(f"the api-server does not answer on port {port}: {error}") from error
    finally:
        connection.close()
    if response.status != 200:
        raise Unhealthy(f"the api-server answers HTTP {response.status} on /api/v2/version: {body[:200]!r}")
    return "the api-server answers"


def check_job(component: str, max_age: float) -> str:
    # psycopg 3 does the same for 120 ms of CPU instead of 35, at every check of every task.
    import psycopg2

    host = host_ip_address()
    try:
        url = database(os.environ).get("conninfo")
        with closing(psycopg2.connect(url, connect_timeout=TIMEOUT)) as connection:
            cursor = connection.cursor()
            cursor.execute(HEARTBEAT_AGE, (JOB_TYPES[component], host))
            row = cursor.fetchone()
    except psycopg2.Error as error:
        reason = " ".join(str(error).split())
        raise Unhealthy(f"cannot read the heartbeat of the {component} from the database: {reason}") from error
    return judge(component, None if row is None or row[0] is None else float(row[0]), max_age)


def database(environment: Mapping[str, str]) -> dict[str, str]:
    """Where the metadata database is, from Airflow's own setting or the one for those that are not Airflow; libpq reads
    what is missing from PG* variables.
    """
    name = next((name for name in DATABASE_URLS if name in environment), None)
    if name is None:
        return {}
    url = environment[name]
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise Unhealthy(f"{name} is not a postgresql:// URL")
    return {"conninfo": f"postgresql://{rest}"}


def host_ip_address() -> str:
    """The name Airflow writes into its `job` table: airflow.utils.net.get_host_ip_address without importing Airflow."""
    name = socket.gethostname()
    try:
        addresses = socket.getaddrinfo(name, None, 0, socket.SOCK_DGRAM, 0, socket.AI_CANONNAME)
    except OSError:
        addresses = []
    return socket.gethostbyname(next((address[3] for address in addresses if address[3]), name))

# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Database, broker and secrets."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_POSTGRESQL = re.compile(r"(?P<major>[0-9]+)(\.[0-9]+)?")
# Airflow 3.3 is tested with 13 to 17; RDS ended 13's standard support.
_POSTGRESQL_MAJORS = range(14, 17 + 1)
_BROKER_VERSION = re.compile(r"(?P<major>[0-9]+)\.(?P<minor>[0-9]+|x)")
# Redis in ElastiCache ends with 7.1, Valkey begins with 7.2. TLS with an auth token is there in all of them.
_BROKER_VERSIONS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "redis": ((6, 0), (7, 1)),
    "valkey": ((7, 2), (99, 99)),
}


def check_database_version(airflow_database_engine_version: t.Any) -> t.Iterator[Problem]:
    """A PostgreSQL that both RDS and Airflow have."""
    setting, value = "airflow_database_engine_version", airflow_database_engine_version
    match = _POSTGRESQL.fullmatch(str(value))
    if match is None:
        yield Problem(setting, value, "it is no version of PostgreSQL", 'write major or major.minor in quotes: "17.6"')
    elif int(match["major"]) not in _POSTGRESQL_MAJORS:
        low, high = _POSTGRESQL_MAJORS[0], _POSTGRESQL_MAJORS[-1]
        why = f"Airflow supports PostgreSQL {low} to {high} on RDS"
        yield Problem(setting, value, why, f"choose {low} to {high}")


def check_database_class(airflow_database_instance_class: str) -> t.Iterator[Problem]:
    """The form of an RDS instance class."""
    if not re.fullmatch(r"db\.[a-z0-9-]+\.[a-z0-9-]+", airflow_database_instance_class):
        fix = "write a class such as db.t4g.medium or db.m7g.large"
        yield Problem(
            "airflow_database_instance_class", airflow_database_instance_class, "it is no RDS instance class", fix
        )


def check_database_storage(airflow_database_storage: int, airflow_database_max_storage: int) -> t.Iterator[Problem]:
    """Storage autoscaling needs room: RDS asks for a tenth more than is allocated."""
    setting, value = "airflow_database_max_storage", airflow_database_max_storage
    needed = -(-airflow_database_storage * 11 // 10)
    if value != 0 and value < needed:
        why = f"the storage could not grow: airflow_database_storage is {airflow_database_storage} GiB"
        yield Problem(setting, value, why, f"choose {needed} or more")
    elif value > 65536:
        yield Problem(setting, value, "RDS has at most 65536 GiB", "lower it to 65536 or less")


def check_broker_version(airflow_broker_engine: str, airflow_broker_engine_version: t.Any) -> t.Iterator[Problem]:
    """A version that ElastiCache has for this engine."""
    versions = _BROKER_VERSIONS.get(airflow_broker_engine)
    if versions is None:
        return
    setting, value = "airflow_broker_engine_version", airflow_broker_engine_version
    match = _BROKER_VERSION.fullmatch(str(value))
    if match is None:
        fix = 'write major.minor in quotes: "8.1"'
        yield Problem(setting, value, f"it is no version of {airflow_broker_engine}", fix)
        return
    version = (int(match["major"]), 0 if match["minor"] == "x" else int(match["minor"]))
    (low_major, low_minor), (high_major, high_minor) = versions
    if version < (low_major, low_minor):
        fix = f"choose {low_major}.{low_minor} or later"
        yield Problem(setting, value, f"{airflow_broker_engine} begins with {low_major}.{low_minor} here", fix)
    elif version > (high_major, high_minor):
        why = f"ElastiCache has {airflow_broker_engine} up to {high_major}.{high_minor}"
        yield Problem(setting, value, why, f"choose {high_major}.{high_minor}, or airflow_broker_engine: valkey")


def check_broker_node(airflow_broker_node_type: str) -> t.Iterator[Problem]:
    """The form of an ElastiCache node type."""
    if not re.fullmatch(r"cache\.[a-z0-9-]+\.[a-z0-9-]+", airflow_broker_node_type):
        fix = "write a type such as cache.t4g.small or cache.m7g.large"
        yield Problem("airflow_broker_node_type", airflow_broker_node_type, "it is no ElastiCache node type", fix)


def check_recovery_window(airflow_secret_recovery_window: int) -> t.Iterator[Problem]:
    """Secrets Manager knows 7 to 30 days; 0 stands for none."""
    value = airflow_secret_recovery_window
    if value != 0 and not 7 <= value <= 30:
        why = "Secrets Manager keeps a deleted secret 7 to 30 days"
        yield Problem("airflow_secret_recovery_window", value, why, "choose 7 to 30, or 0 to delete at once")


RULES = (
    check_database_version,
    check_database_class,
    check_database_storage,
    check_broker_version,
    check_broker_node,
    check_recovery_window,
)

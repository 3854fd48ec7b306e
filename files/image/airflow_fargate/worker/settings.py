"""How a worker protects itself and stops. Every environment variable it reads is named here.

ECS_AGENT_URI                              set by ECS; without it the worker runs unprotected, and says so once
ECS_CONTAINER_METADATA_URI_V4              set by ECS; without it the worker leaves only when it is idle
AIRFLOW_FARGATE_PROTECTION_MINUTES   60    minutes one request for protection lasts, 2 to 2880; renewed at half
AIRFLOW_FARGATE_IDLE_SECONDS         15    seconds without work after which a worker gives its protection up
AIRFLOW_FARGATE_RETIREMENT_SECONDS   30    seconds between two questions whether ECS wants a protected worker to go
AIRFLOW_FARGATE_STOP_TIMEOUT         120   seconds between SIGTERM and SIGKILL: stopTimeout of the task definition
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_fargate.worker.protection import Timing


class SettingsError(Exception):
    """Which setting is wrong, in one line."""


@dataclass(frozen=True)
class Settings:
    agent_uri: str | None
    metadata_uri: str | None
    protection_minutes: int
    idle: float
    retirement_period: float
    stop_timeout: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        return cls(
            agent_uri=environment.get("ECS_AGENT_URI") or None,
            metadata_uri=environment.get("ECS_CONTAINER_METADATA_URI_V4") or None,
            protection_minutes=int(_number(environment, "AIRFLOW_FARGATE_PROTECTION_MINUTES", 60, 2, 2880)),
            idle=_number(environment, "AIRFLOW_FARGATE_IDLE_SECONDS", 15, 0, 86400),
            retirement_period=_number(environment, "AIRFLOW_FARGATE_RETIREMENT_SECONDS", 30, 1, 3600),
            stop_timeout=_number(environment, "AIRFLOW_FARGATE_STOP_TIMEOUT", 120, 2, 86400),
        )

    @property
    def timing(self) -> Timing:
        return Timing(lifetime=60.0 * self.protection_minutes, idle=self.idle)

    @property
    def grace(self) -> float:
        """Seconds a stopped worker's tasks have: what remains is for reporting and for the upload of the logs."""
        return self.stop_timeout - min(15, self.stop_timeout / 2)


def _number(environment: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = environment.get(name, "")
    try:
        number = float(text) if text else default
    except ValueError:
        raise SettingsError(f"{name} is not a number: {text}") from None
    if not least <= number <= most:
        raise SettingsError(f"{name} is {text}; it has to be {least:g} to {most:g}")
    return number

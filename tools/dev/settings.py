"""Where the development environment keeps what, and the secrets it makes for itself."""

from __future__ import annotations

import base64
import dataclasses
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from tools.local_aws.console import LocalAwsError
from tools.local_aws.settings import ROOT
from tools.local_aws.settings import Settings as EngineSettings

IMAGE = "localhost/airflow-fargate-dev:latest"
PROJECT = "airflow-dev"
COMPOSE_FILE = ROOT / "files/dev/compose.yml"


@dataclasses.dataclass(frozen=True)
class Settings:
    """One development environment."""

    port: int
    folder: Path
    cache: Path
    metrics: bool = False

    @property
    def secrets_file(self) -> Path:
        return self.folder / "secrets.env"

    @property
    def project(self) -> str:
        """Another port is another environment, also where the engine is a daemon that both share."""
        return PROJECT if self.port == 8080 else f"{PROJECT}-{self.port}"

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """What the compose file asks for."""
        return {
            "AIRFLOW_DEV_IMAGE": IMAGE,
            "AIRFLOW_DEV_FOLDER": str(self.folder),
            "AIRFLOW_DEV_PORT": str(self.port),
            "AIRFLOW_DEV_STATSD": str(self.metrics),
        }

    def engine_settings(self, kind: str, docker_host: str) -> EngineSettings:
        """For the engines of the embedded AWS; a podman of our own gets a store of our own."""
        settings = EngineSettings(port=self.port, state_dir=self.folder, cache_dir=self.cache, engine=kind)
        return dataclasses.replace(settings, docker_host=docker_host or f"unix://{settings.run_dir}/podman.sock")


def from_environment(variables: Mapping[str, str], metrics: bool = False) -> Settings:
    port = variables.get("DEV_PORT") or "8080"
    if not (port.isdecimal() and 1024 <= int(port) <= 65535):
        raise LocalAwsError(f"DEV_PORT must be a port number from 1024 to 65535, not {port!r}.")
    folder = Path(variables.get("DEV_STATE_DIR") or ROOT / ".dev").absolute()
    cache = Path(variables.get("DEV_CACHE_DIR") or folder.with_name(f"{folder.name}-cache")).absolute()
    return Settings(int(port), folder, cache, metrics)


def make_secrets() -> dict[str, str]:
    """Of this environment and of no other: production's are made in AWS and never leave it."""
    password = secrets.token_urlsafe(24)
    database = f"airflow:{password}@postgres:5432/airflow"
    return {
        "POSTGRES_USER": "airflow",
        "POSTGRES_PASSWORD": password,
        "POSTGRES_DB": "airflow",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{database}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": f"postgresql+asyncpg://{database}",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql+psycopg2://{database}",
        "AIRFLOW__CELERY__BROKER_URL": "redis://broker:6379/0",
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
        "AIRFLOW_ADMIN_PASSWORD": secrets.token_urlsafe(12),
    }


def ensure_secrets(settings: Settings) -> bool:
    """Whether they had to be made."""
    if settings.secrets_file.exists():
        return False
    lines = [f"{name}={value}\n" for name, value in make_secrets().items()]
    descriptor = os.open(settings.secrets_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return True

"""What a development environment is made of, and its secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tools.dev.settings import COMPOSE_FILE, Settings, ensure_secrets, from_environment, make_secrets
from tools.local_aws.console import LocalAwsError
from tools.local_aws.settings import ROOT


def test_defaults() -> None:
    settings = from_environment({})
    assert settings.url == "http://localhost:8080"
    assert settings.folder == ROOT / ".dev"
    assert settings.cache == ROOT / ".dev-cache"
    assert settings.project == "airflow-dev"
    assert from_environment({"DEV_PORT": "8090"}).project == "airflow-dev-8090"


@pytest.mark.parametrize("port", ["http", "80", "99999"])
def test_what_is_no_port(port: str) -> None:
    with pytest.raises(LocalAwsError, match="DEV_PORT must be a port number"):
        from_environment({"DEV_PORT": port})


def test_secrets_are_made_once_and_only_for_the_user(tmp_path: Path) -> None:
    settings = Settings(8080, tmp_path, tmp_path / "cache")
    assert ensure_secrets(settings)
    first = settings.secrets_file.read_text()
    assert settings.secrets_file.stat().st_mode & 0o777 == 0o600
    assert not ensure_secrets(settings)
    assert settings.secrets_file.read_text() == first


def test_every_environment_has_secrets_of_its_own() -> None:
    first, second = make_secrets(), make_secrets()
    assert first.keys() == second.keys()
    same = {name for name in first if first[name] == second[name]}
    assert same == {"POSTGRES_USER", "POSTGRES_DB", "AIRFLOW__CELERY__BROKER_URL"}
    assert len(first["AIRFLOW__CORE__FERNET_KEY"]) == 44


def test_the_compose_file_asks_for_what_is_given() -> None:
    text = COMPOSE_FILE.read_text()
    for name in from_environment({}).variables:
        assert f"${{{name}" in text
    services = yaml.safe_load(text)["services"]
    built = {name for name, service in services.items() if service["image"] == "${AIRFLOW_DEV_IMAGE}"}
    assert built == {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    for name in built:
        sources = {(COMPOSE_FILE.parent / volume.split(":")[0]).resolve() for volume in services[name]["volumes"]}
        assert sources == {ROOT / "files/image" / part for part in ("dags", "plugins", "airflow_fargate")}


def test_without_the_exporter_nothing_looks_for_it() -> None:
    assert from_environment({}).variables["AIRFLOW_DEV_STATSD"] == "False"
    assert from_environment({}, metrics=True).variables["AIRFLOW_DEV_STATSD"] == "True"

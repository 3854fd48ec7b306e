"""What later runs inherit of an earlier one's work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore.session
import pytest
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import service_models

PLUGINS = Path(service_models.__file__).parents[2]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    lines: list[bytes] = []
    monkeypatch.setattr(botocore.session, "create_loader", botocore.session.create_loader)
    monkeypatch.setattr(service_models, "_loaders", {})
    monkeypatch.setattr(service_models, "_tell", None)
    service_models.install(lines.append)
    return lines


def test_a_run_tells_what_it_had_to_load(told: list[bytes]) -> None:
    loader = service_models.shared_loader()
    loader.load_service_model("ecr", "service-2")
    assert [None, "load_service_model", ["ecr", "service-2"], {}] in [json.loads(line) for line in told]
    told.clear()
    loader.load_service_model("ecr", "service-2")
    assert told == []


def test_what_was_told_is_loaded_with_the_names_of_its_operations(
    told: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str] = []
    monkeypatch.setattr(service_models, "xform_name", named.append)
    service_models.learn(json.dumps([None, "load_service_model", ["ecr", "service-2"], {}]).encode())
    assert "DescribeImages" in named
    told.clear()
    service_models.shared_loader().load_service_model("ecr", "service-2")
    assert told == []


def test_what_is_loaded_ahead_is_what_a_client_loads(told: list[bytes]) -> None:
    for _step in service_models.preparation():
        pass
    assert told
    told.clear()
    session = botocore.session.Session()
    for service in ("ecs", "s3"):
        session.create_client(service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    small = ("list_available_services", "list_api_versions", "determine_latest_version")
    assert [line for line in map(json.loads, told) if line[1] not in small] == []


def test_every_service_that_the_modules_ask_is_loaded_ahead() -> None:
    sources = "\n".join(file.read_text() for file in PLUGINS.rglob("*.py"))
    assert set(re.findall(r"\.client\(\"([a-z0-9-]+)\"", sources)) == set(service_models.SERVICES)


def test_a_botocore_that_does_not_know_a_service_is_no_hindrance(
    told: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_models, "SERVICES", ("not-yet", "sns"))
    for _step in service_models.preparation():
        pass
    loaded = [None, "load_service_model", ["sns", "service-2"], {"api_version": None}]
    assert loaded in [json.loads(line) for line in told]

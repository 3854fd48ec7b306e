"""What later runs inherit of an earlier one's work."""

from __future__ import annotations

import json

import botocore.session
import pytest
from ansible_collections.airflow.fargate.plugins.plugin_utils._module_server import service_models


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

"""Values of templates against the model of the API."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.parameters import coerce, invalid_parameters


@pytest.fixture
def shape(ecs: Any) -> Any:
    return ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape


def request(**container: Any) -> dict[str, Any]:
    return {"family": "f", "containerDefinitions": [{"name": "airflow", "image": "i", **container}]}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"portMappings": [{"containerPort": "8080"}]}, {"portMappings": [{"containerPort": 8080}]}),
        ({"environment": [{"name": "A", "value": 5}]}, {"environment": [{"name": "A", "value": "5"}]}),
        ({"environment": [{"name": "A", "value": 1.5}]}, {"environment": [{"name": "A", "value": "1.5"}]}),
        ({"essential": "False"}, {"essential": False}),
        ({"dockerLabels": {"a": 1}}, {"dockerLabels": {"a": "1"}}),
        ({"command": ["sleep", 5]}, {"command": ["sleep", "5"]}),
        ({"stopTimeout": None}, {}),
        ({"stopTimeout": "soon"}, {"stopTimeout": "soon"}),
    ],
)
def test_converts_what_is_unambiguous(shape: Any, given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert coerce(request(**given), shape) == request(**wanted)


def test_a_boolean_is_no_text(shape: Any) -> None:
    """ "true" or "True"? The one who wrote it must say."""
    converted = coerce(request(environment=[{"name": "A", "value": True}]), shape)
    assert "containerDefinitions[0].environment[0].value" in invalid_parameters(converted, shape)


def test_an_unknown_field_is_refused(shape: Any) -> None:
    assert "comand" in invalid_parameters(request(comand=["airflow"]), shape)


def test_a_good_request_has_no_problems(shape: Any) -> None:
    assert invalid_parameters(request(command=["airflow"]), shape) == ""

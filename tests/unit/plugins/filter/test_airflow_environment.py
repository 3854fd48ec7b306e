"""Options as environment variables."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.airflow.fargate.plugins.filter.airflow_environment import airflow_environment


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, "True"), (False, "False"), (16, "16"), ("s3://x", "s3://x"), ({"b": 1, "a": 2}, '{"a": 2, "b": 1}')],
)
def test_values(value: Any, expected: str) -> None:
    assert airflow_environment({"core": {"option": value}}) == {"AIRFLOW__CORE__OPTION": expected}


def test_sections_keep_their_underscores() -> None:
    options = {"celery_broker_transport_options": {"visibility_timeout": 1}}
    assert airflow_environment(options) == {"AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "1"}


def test_a_section_that_is_no_dictionary_is_named() -> None:
    options: Any = {"core": "x"}
    with pytest.raises(AnsibleFilterError, match="section 'core' is 'x'"):
        airflow_environment(options)

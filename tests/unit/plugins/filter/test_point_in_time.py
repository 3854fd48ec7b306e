"""Ages and times as timestamps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.airflow.fargate.plugins.filter.point_in_time import point_in_time


def test_a_time() -> None:
    assert point_in_time("2026-11-30T12:00+01:00") == "2026-11-30 11:00:00.000"


def test_an_age_counts_back_from_now() -> None:
    earliest = datetime.now(UTC).timestamp() - 3600
    moment = datetime.fromisoformat(point_in_time("1h")).replace(tzinfo=UTC).timestamp()
    assert earliest - 0.001 <= moment <= datetime.now(UTC).timestamp() - 3600


def test_anything_else_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="'soon' is neither an age"):
        point_in_time("soon")

"""What a worker reads from its environment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.worker.settings import Settings, SettingsError


def test_the_defaults() -> None:
    assert Settings.from_environment({"ECS_AGENT_URI": ""}) == Settings(None, None, 60, 15, 30, 120)


def test_all_of_them() -> None:
    settings = Settings.from_environment(
        {
            "ECS_AGENT_URI": "http://169.254.170.2/api/1",
            "ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/1",
            "AIRFLOW_FARGATE_PROTECTION_MINUTES": "10",
            "AIRFLOW_FARGATE_RETIREMENT_SECONDS": "5",
            "AIRFLOW_FARGATE_IDLE_SECONDS": "2.5",
            "AIRFLOW_FARGATE_STOP_TIMEOUT": "60",
        }
    )

    assert settings == Settings("http://169.254.170.2/api/1", "http://169.254.170.2/v4/1", 10, 2.5, 5, 60)
    assert (settings.timing.lifetime, settings.timing.idle) == (600, 2.5)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("AIRFLOW_FARGATE_PROTECTION_MINUTES", "1", "it has to be 2 to 2880"),
        ("AIRFLOW_FARGATE_PROTECTION_MINUTES", "2881", "it has to be 2 to 2880"),
        ("AIRFLOW_FARGATE_IDLE_SECONDS", "-1", "it has to be 0 to 86400"),
        ("AIRFLOW_FARGATE_RETIREMENT_SECONDS", "0.5", "it has to be 1 to 3600"),
        ("AIRFLOW_FARGATE_STOP_TIMEOUT", "long", "is not a number: long"),
        ("AIRFLOW_FARGATE_STOP_TIMEOUT", "nan", "it has to be 2 to 86400"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} .*{reason}$"):
        Settings.from_environment({name: value})


@given(st.floats(2, 86400))
def test_the_grace_of_a_stopped_worker_leaves_time_to_report(stop_timeout: float) -> None:
    grace = Settings(None, None, 60, 15, 30, stop_timeout).grace

    assert 1 <= grace <= stop_timeout - min(15, stop_timeout / 2)
    assert Settings(None, None, 60, 15, 30, 120).grace == 105

"""What the publisher reads from its environment."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.metrics.settings import Pool, Settings, SettingsError, read_pools, read_services

ENVIRONMENT = {
    "AIRFLOW_FARGATE_ENVIRONMENT": "prod",
    "AIRFLOW_FARGATE_CLUSTER": "airflow-prod",
    "AIRFLOW_FARGATE_POOLS": '{"worker": {"queues": ["default"], "concurrency": 4}}',
    "AWS_REGION": "eu-west-1",
}


def test_the_required_ones_are_enough() -> None:
    assert Settings.from_environment(ENVIRONMENT) == Settings(
        environment="prod",
        cluster="airflow-prod",
        pools=(Pool("worker", ("default",), 4),),
        region="eu-west-1",
        namespace="AirflowFargate",
        period=10,
        default_queue="default",
        heartbeat_timeout=300,
    )


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_missing_one_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set$"):
        Settings.from_environment({**ENVIRONMENT, name: ""})


def test_all_of_them() -> None:
    settings = Settings.from_environment(
        {
            **ENVIRONMENT,
            "AIRFLOW_FARGATE_SERVICES": '{"scheduler": "scheduler", "api": "api-server"}',
            "AIRFLOW_FARGATE_METRICS_NAMESPACE": "Ours",
            "AIRFLOW_FARGATE_METRICS_PERIOD": "30",
            "AIRFLOW__OPERATORS__DEFAULT_QUEUE": "main",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "600",
        }
    )

    assert settings.services == {"api": "api-server", "scheduler": "scheduler"}
    assert (settings.namespace, settings.period) == ("Ours", 30)
    assert (settings.default_queue, settings.heartbeat_timeout) == ("main", 600)


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "1e9"])
def test_a_period_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=f"^AIRFLOW_FARGATE_METRICS_PERIOD is {re.escape(value)}; it has to be"):
        Settings.from_environment({**ENVIRONMENT, "AIRFLOW_FARGATE_METRICS_PERIOD": value})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "is not an object with at least one service"),
        ("{}", "is not an object with at least one service"),
        ('{"worker": {}}', "worker is not"),
        ('{"worker": {"queues": [], "concurrency": 4}}', "worker is not"),
        ('{"worker": {"queues": [""], "concurrency": 4}}', "worker is not"),
        ('{"worker": {"queues": "default", "concurrency": 4}}', "worker is not"),
        ('{"worker": {"queues": ["default"], "concurrency": 0}}', "worker is not"),
        ('{"worker": {"queues": ["default"], "concurrency": true}}', "worker is not"),
        ('{"worker": {"queues": ["default"], "concurrency": 4, "max": 5}}', "worker is not"),
        (
            '{"a": {"queues": ["x"], "concurrency": 1}, "b": {"queues": ["y", "x"], "concurrency": 1}}',
            "queue x belongs to a and b",
        ),
    ],
)
def test_pools_that_make_no_sense_are_refused(text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        read_pools(text)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"scheduler": 1}', '{"scheduler": ""}', '{"": "scheduler"}', '"scheduler"']
)
def test_services_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^AIRFLOW_FARGATE_SERVICES is not "):
        read_services(text)


@given(
    st.dictionaries(
        st.text("abc-", min_size=1), st.tuples(st.integers(1, 3), st.integers(1, 64)), min_size=1, max_size=5
    )
)
def test_pools_are_read_as_they_were_written(pools: dict[str, tuple[int, int]]) -> None:
    written = {
        service: {"queues": [f"{service}{number}" for number in range(queues)], "concurrency": concurrency}
        for service, (queues, concurrency) in pools.items()
    }

    read = read_pools(json.dumps(written))

    assert {pool.service: {"queues": list(pool.queues), "concurrency": pool.concurrency} for pool in read} == written
    assert [pool.service for pool in read] == sorted(written)


def test_the_dimension_of_a_pool_is_the_list_of_its_queues() -> None:
    assert Pool("worker", ("default", "reports"), 4).queue == "default,reports"

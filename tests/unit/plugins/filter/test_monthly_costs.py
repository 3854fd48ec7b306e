"""The estimate of a month's costs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.airflow.fargate.plugins.filter.monthly_costs import monthly_costs
from ansible_collections.airflow.fargate.plugins.plugin_utils._costs import items
from hypothesis import given
from hypothesis import strategies as st

from airflow_fargate.metrics import cloudwatch
from airflow_fargate.metrics.settings import Pool
from airflow_fargate.metrics.vitals import JOB_TYPES, Vitals
from airflow_fargate.metrics.workers import Workers

ROOT = Path(__file__).resolve().parents[4]
COSTS = yaml.safe_load((ROOT / "group_vars/all/costs.yml").read_text())
SETTINGS: dict[str, Any] = {
    **COSTS,
    "airflow_region": "us-east-1",
    "airflow_availability_zones": ["a", "b"],
    "airflow_broker_engine": "valkey",
    "airflow_broker_node_type": "cache.t4g.micro",
    "airflow_broker_nodes": 1,
    "airflow_cpu_architecture": "X86_64",
    "airflow_database_instance_class": "db.t4g.micro",
    "airflow_database_multi_az": False,
    "airflow_database_storage": 20,
    "airflow_load_balancer_scheme": "internet-facing",
    "airflow_nat_gateway": False,
}
POOLS = {"worker": {"queues": ["default"], "concurrency": 4}}


def service(name: str = "api-server", **changed: Any) -> dict[str, Any]:
    return {
        "service_name": name,
        "service_component": name,
        "service_cpu": 1024,
        "service_memory": 2048,
        "service_ephemeral_storage": 20,
        "service_min_count": 1,
        "service_spot_weight": 0,
        **changed,
    }


def costs(*services: dict[str, Any], **settings: Any) -> dict[str, Any]:
    found = monthly_costs({**SETTINGS, **settings}, services, POOLS)
    return {**found, "of": {item["what"]: item["costs"] for item in found["items"]}}


def test_a_task_all_month() -> None:
    [fargate] = [value for what, value in costs(service())["of"].items() if what.startswith("api-server")]
    assert fargate["always"] == pytest.approx(730 * (0.04048 + 2 * 0.004445))
    assert fargate["business"] == pytest.approx(217 * (0.04048 + 2 * 0.004445))
    assert fargate["hibernated"] == 0


def test_workers_that_come_and_go_are_charged_for_the_assumed_hours() -> None:
    found = costs(service("worker", service_min_count=0))["of"]
    assert found["worker: 1 vCPU, 2 GiB, 120 h"]["always"] == pytest.approx(120 * (0.04048 + 2 * 0.004445))


def test_the_publisher_knows_no_business_hours() -> None:
    found = costs(service("metrics", service_cpu=256, service_memory=512))["of"]["metrics: 1 x 0.25 vCPU, 0.5 GiB"]
    assert found["always"] == found["business"] > found["hibernated"] == 0


def test_spot_and_arm_and_storage() -> None:
    task = costs(service())["of"]["api-server: 1 x 1 vCPU, 2 GiB"]["always"]
    spot = costs(service(service_spot_weight=50))["of"]["api-server: 1 x 1 vCPU, 2 GiB"]["always"]
    arm = costs(service(), airflow_cpu_architecture="ARM64")["of"]["api-server: 1 x 1 vCPU, 2 GiB"]["always"]
    more = costs(service(service_ephemeral_storage=120))["of"]["api-server: 1 x 1 vCPU, 2 GiB"]["always"]
    assert spot == pytest.approx(task * 0.65)
    assert arm == pytest.approx(task * 0.8, rel=0.01)
    assert more == pytest.approx(task + 730 * 100 * 0.000111)


def test_data_stores() -> None:
    found = costs(airflow_database_multi_az=True, airflow_broker_engine="redis", airflow_broker_nodes=2)["of"]
    assert found["Database: db.t4g.micro, in two zones"] == pytest.approx(
        {"always": 730 * 0.032, "business": 730 * 0.032, "hibernated": 0}
    )
    assert found["Database: 20 GiB, in two zones"]["hibernated"] == pytest.approx(4.6)
    assert found["Broker: 2 x cache.t4g.micro"]["hibernated"] == pytest.approx(730 * 0.032)


def test_a_nat_gateway_takes_the_addresses_of_the_tasks_away() -> None:
    public, private = costs(service()), costs(service(), airflow_nat_gateway=True)
    assert public["of"]["Public addresses"]["always"] == pytest.approx(730 * 0.005 * 3)
    assert private["of"]["Public addresses"]["always"] == pytest.approx(730 * 0.005 * 3)
    assert private["of"]["NAT gateway"]["always"] == pytest.approx(730 * 0.045)
    assert costs(airflow_load_balancer_scheme="internal")["of"]["Public addresses"]["always"] == 0


def test_what_has_no_price_is_said_and_not_added() -> None:
    found = costs(airflow_database_instance_class="db.x9.huge")
    assert found["of"]["Database: db.x9.huge"] is None
    assert found["sentence"].endswith(", without Database: db.x9.huge")
    assert any("not in the price table" in line for line in found["text"])


def test_another_region_is_said() -> None:
    assert "at the prices of us-east-1" in costs(airflow_region="eu-central-1")["sentence"]
    assert "at the prices of" not in costs()["sentence"]


def test_a_price_that_is_missing_altogether_is_named() -> None:
    prices = {key: value for key, value in COSTS["airflow_prices"].items() if key != "nat_gateway"}
    with pytest.raises(AnsibleFilterError, match="'nat_gateway'"):
        costs(airflow_nat_gateway=True, airflow_prices=prices)


def test_the_tables_say_the_same() -> None:
    found = costs(service())
    assert len(found["text"]) == len(found["items"]) + 2
    assert len({len(line) for line in found["text"]}) == 1
    assert found["markdown"].count("\n") == len(found["items"]) + 2
    assert found["markdown"].splitlines()[-1].startswith("| **Together** | **")
    assert f"{found['total']['always']:.2f}" in found["text"][-1]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 100)), max_size=5))
def test_every_mode_costs_less_than_the_one_before(services: list[tuple[int, int]]) -> None:
    found = [service("worker", service_min_count=count, service_spot_weight=weight) for count, weight in services]
    total = costs(*found)["total"]
    assert total["always"] >= total["business"] >= total["hibernated"] > 0


def test_as_many_metrics_as_are_published() -> None:
    now = datetime.now(UTC)
    pools = [Pool("worker", ("default",), 4), Pool("reports", ("small", "large"), 4)]
    workers = {pool.service: Workers(1, 1, 1) for pool in pools}
    data = cloudwatch.metric_data("prod", pools, {}, workers, now)
    data += cloudwatch.vital_data("prod", Vitals(now, dict.fromkeys(JOB_TYPES, 1.0)), now)
    counted = items.METRICS_OF_QUEUE * 3 + items.METRICS_OF_POOL * 2 + items.METRICS_OF_ENVIRONMENT
    assert len(data) == counted


def test_a_metric_more_for_every_service_that_may_be_at_zero() -> None:
    services = ["api-server", "scheduler", "metrics", "worker"]
    data = cloudwatch.desired_data(
        "prod", services[:2], {name: Workers(1, 1, 1) for name in services}, datetime.now(UTC)
    )
    assert len(data) == 2 * items.METRICS_OF_SERVICE
    counted = items.METRICS_OF_QUEUE + items.METRICS_OF_POOL + items.METRICS_OF_ENVIRONMENT + len(data)
    assert f"Metrics: {counted}, every ten seconds" in costs(*(service(name) for name in services))["of"]


def test_as_many_alarms_as_the_role_sets() -> None:
    variables = yaml.safe_load((ROOT / "roles/monitoring/vars/main.yml").read_text())
    assert len(variables["__monitoring_other_alarms"]) + len(JOB_TYPES) + 1 == items.ALARMS
    one, two = (costs(*[service()] * number)["of"]["Alarms and dashboard"]["always"] for number in (1, 2))
    assert two - one == pytest.approx(COSTS["airflow_prices"]["alarm_month"])


def test_as_many_secrets_as_the_role_makes() -> None:
    tasks = [task for path in (ROOT / "roles/secrets/tasks").glob("*.yml") for task in yaml.safe_load(path.read_text())]
    made = [secret["name"] for task in tasks for secret in task["airflow.fargate.generated_secret"]["secrets"]]
    assert len(made) == items.SECRETS

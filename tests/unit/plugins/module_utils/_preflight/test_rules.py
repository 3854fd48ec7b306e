from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.airflow.fargate.plugins.module_utils._preflight import image, services, settings
from ansible_collections.airflow.fargate.plugins.module_utils._preflight.rules import (
    RULES,
    Deployment,
    check_deployment,
)

ROOT = Path(__file__).resolve().parents[5]
REGIONS = ["eu-central-1", "us-east-1"]


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


DEFAULTS = {
    name: value
    for path in ROOT.glob("group_vars/all/*.yml")
    for name, value in yaml.safe_load(path.read_text()).items()
    if name.startswith("airflow_")
}
SERVICE_OPTIONS = load("roles/service/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
DEPLOYMENT = Deployment(
    names=["airflow_environment", "airflow_region"],
    settings={"airflow_environment": "dev", "airflow_region": "us-east-1"},
    defaults=DEFAULTS,
    services={
        "api-server": {},
        "scheduler": {},
        "dag-processor": {},
        "metrics": {},
        "worker": {"service_queues": ["default"]},
    },
    workers=["worker"],
    service_options=SERVICE_OPTIONS,
    components=load("group_vars/all/components.yml")["airflow_components"],
)


def problems(**changes: Any) -> list[str]:
    deployment = dataclasses.replace(DEPLOYMENT, **changes)
    return [problem.setting for problem in check_deployment(deployment, REGIONS, with_image=False)]


def test_every_rule_reads_settings_that_exist() -> None:
    """A rule whose setting was renamed would silently never run."""
    read = {name for rule in (*RULES, *image.RULES) for name in inspect.signature(rule).parameters}
    assert read - DEFAULTS.keys() == set()
    assert (settings.CHOICES.keys() | settings.LIMITS.keys()) - DEFAULTS.keys() == set()
    read_of_services = {name for rule in services.RULES for name in inspect.signature(rule).parameters}
    assert read_of_services - SERVICE_OPTIONS.keys() == set()


def test_a_good_deployment() -> None:
    assert problems() == []


def test_the_components_defaults_are_good() -> None:
    """An empty host has nothing but its component's defaults."""
    assert (
        problems(
            services={
                name: {"service_queues": ["default"]} if name == "worker" else {} for name in DEPLOYMENT.components
            }
        )
        == []
    )


def test_problems_of_all_kinds_are_told_together() -> None:
    assert problems(
        names=["airflow_regoin"],
        settings={"airflow_environment": "", "airflow_region": "moon-1", "airflow_broker_nodes": 0},
        services={"scheduler": {"service_memory": 1}, "worker": {}},
    ) == [
        "airflow_regoin",
        "airflow_broker_nodes",
        "airflow_region",
        "airflow_environment",
        "airflow_services",
        "airflow_services",
        "service_memory",
        "service_queues",
        "service_queues",
        "airflow_services",
    ]


def test_a_pool_that_scales_needs_the_publisher() -> None:
    hosts = {name: values for name, values in DEPLOYMENT.services.items() if name != "metrics"}
    assert problems(services=hosts) == ["airflow_services"]
    assert problems(services={**hosts, "worker": {**hosts["worker"], "service_min_count": 5}}) == []


def test_time_outs_follow_the_longest_task() -> None:
    """A shorter one is refused, of whichever component it is."""
    options = {"execution_api": {"jwt_expiration_time": 600}}
    hosts = {
        **DEPLOYMENT.services,
        "scheduler": {"service_airflow_options": options},
        "worker": {
            **DEPLOYMENT.services["worker"],
            "service_environment": {"AIRFLOW_FARGATE_PROTECTION_MINUTES": "10"},
        },
    }
    changed = {**DEPLOYMENT.settings, "airflow_longest_task": 3600, "airflow_options": options}
    assert problems(settings=changed, services=hosts) == [
        "airflow_options",
        "service_airflow_options",
        "service_environment",
    ]
    changed["airflow_longest_task"] = 600
    assert problems(settings=changed, services=hosts) == []


def test_a_worker_pool_of_another_name() -> None:
    hosts = {**DEPLOYMENT.services, "gpu": {"service_queues": ["gpu"], "service_max_count": 3}}
    assert problems(services=hosts, workers=["worker", "gpu"]) == []
    assert problems(services=hosts, workers=["worker"]) == ["service_component", "service_queues"]
    hosts["gpu"] = {**hosts["gpu"], "service_component": "worker"}
    assert problems(services=hosts, workers=["worker"]) == []


def test_the_image_is_checked_when_one_may_be_built(tmp_path: Path) -> None:
    deployment = dataclasses.replace(
        DEPLOYMENT, settings={**DEPLOYMENT.settings, "airflow_image_context": str(tmp_path)}
    )
    assert [problem.setting for problem in check_deployment(deployment, REGIONS, with_image=True)] == [
        "airflow_image_context"
    ]
    assert list(check_deployment(deployment, REGIONS, with_image=False)) == []

"""A service that cannot run fails the play in bounded time, says why, and the previous version keeps running."""

from __future__ import annotations

import re

import pytest

from tests.e2e.airflow_api import Airflow
from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run, wait_until
from tests.e2e.snapshot import Reader
from tests.e2e.test_2_changes import running_revisions

BROKEN = ("triggerer", "dag-processor")
# Far below the rollout's own limit: the circuit breaker ends it.
LONGEST = 390


@pytest.fixture(scope="module")
def previous(airflow: Airflow, environment: Environment, aws: EmbeddedAws) -> dict[str, set[str]]:
    return {service: running_revisions(aws, environment.prefix, service) for service in BROKEN}


@pytest.fixture(scope="module")
def failed(previous: dict[str, set[str]], environment: Environment, aws: EmbeddedAws) -> Run:
    image = Reader(aws, environment.name).task_definitions()[f"{environment.prefix}-triggerer"]["containers"][0][
        "image"
    ]
    environment.set_host_vars("triggerer", task_definition_image=f"{image.rpartition(':')[0]}:missing")
    environment.set_host_vars("dag-processor", service_command=["bash", "-c", "echo famous last words; exit 3"])
    return environment.play("--tags", "services", "--limit", ",".join(BROKEN))


def message(run: Run, host: str) -> str:
    """What the run says about a host that failed."""
    found = re.search(rf"^fatal: \[{host}\].*?(?=^(?:fatal|changed|ok|failed): |^PLAY |\Z)", run.output, re.M | re.S)
    assert found, run
    return found[0]


def test_the_run_fails_in_bounded_time(failed: Run) -> None:
    assert failed.code == 2, failed
    assert failed.seconds < LONGEST
    assert {host for host, counts in failed.recap.items() if counts["failed"]} == set(BROKEN)


def test_an_image_that_cannot_be_pulled_is_named(failed: Run) -> None:
    text = message(failed, "triggerer")
    assert "CannotPullContainerError" in text
    assert ":missing" in text


def test_exit_code_and_last_log_lines_are_shown(failed: Run) -> None:
    text = message(failed, "dag-processor")
    assert re.search(r"exit(ed)?( with)?( code)? 3", text), text
    assert "famous last words" in text


@pytest.mark.parametrize("service", BROKEN)
def test_the_previous_version_keeps_running(
    failed: Run, previous: dict[str, set[str]], environment: Environment, aws: EmbeddedAws, service: str
) -> None:
    assert running_revisions(aws, environment.prefix, service) == previous[service]


def test_airflow_stays_healthy(failed: Run, airflow: Airflow) -> None:
    wait_until(lambda: set(airflow.health().values()) == {"healthy"}, 180, "every component is healthy")

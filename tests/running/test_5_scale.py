"""Services go to nothing and come back as they were: at once, at a time, and for a while."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.embedded_aws import EmbeddedAws
from tests.e2e.playbooks import Environment, Run, wait_until
from tests.running.numbers import Numbers, acting_alarms, actions, move_clock, read, records, running

NOTHING_SCALES = {
    "DynamicScalingInSuspended": True,
    "DynamicScalingOutSuspended": True,
    "ScheduledScalingSuspended": True,
}


def operate(environment: Environment, tag: str, *arguments: str) -> Run:
    return environment.deploy("--tags", tag, *arguments)


@pytest.fixture(scope="module")
def down(environment: Environment, former: Numbers) -> Run:
    return operate(environment, "scale-down")


def test_everything_is_down_and_nothing_wakes_it(environment: Environment, former: Numbers, down: Run) -> None:
    assert len(down.changed_hosts) == 1
    assert set(running(environment).values()) == {0}
    # Without the publisher they would go off.
    assert acting_alarms(environment) == {False}
    for numbers in read(environment).values():
        assert numbers == {"bounds": (0, 0), "suspended": NOTHING_SCALES, "desired": 0}
    kept = {service: json.loads(value) for service, value in records(environment).items()}
    assert {name: (kept[name]["min"], kept[name]["max"]) for name in kept} == {
        name: numbers["bounds"] for name, numbers in former.items()
    }


@pytest.mark.usefixtures("down")
def test_a_repetition_changes_nothing(environment: Environment) -> None:
    before = records(environment)
    assert operate(environment, "scale-down").changed_hosts == set()
    assert records(environment) == before


@pytest.mark.usefixtures("down")
def test_a_deployment_wakes_nothing(environment: Environment) -> None:
    assert environment.deploy().changed_hosts == set()
    assert set(running(environment).values()) == {0}


@pytest.mark.usefixtures("down")
def test_one_service_comes_back_and_then_the_others(environment: Environment, former: Numbers) -> None:
    operate(environment, "scale-up", "--limit", "metrics")
    assert {name for name, count in running(environment).items() if count} == {"metrics"}
    assert acting_alarms(environment) == {True}
    operate(environment, "scale-up")
    assert read(environment) == former
    assert all(running(environment)[name] >= numbers["desired"] for name, numbers in former.items())
    assert records(environment) == {}
    assert operate(environment, "scale-up").changed_hosts == set()


@pytest.fixture
def clock(aws: EmbeddedAws) -> Iterator[None]:
    yield
    move_clock(aws, 0)


@pytest.mark.usefixtures("clock")
def test_after_a_while_aws_brings_it_back_by_itself(
    environment: Environment, aws: EmbeddedAws, former: Numbers
) -> None:
    only = ("--limit", "metrics", "-e", "scale_for=2h")
    operate(environment, "scale-down", *only)
    assert running(environment)["metrics"] == 0
    assert operate(environment, "scale-down", *only).changed_hosts == set()
    mark = aws.mark()
    move_clock(aws, 2 * 3600 + 60)
    wait_until(lambda: running(environment)["metrics"] == 1, 300, "the service runs")
    assert read(environment)["metrics"] == former["metrics"]
    assert aws.writes(mark) == []
    # The parameter's own time is that of this machine, which was not moved.
    operate(environment, "scale-up", "--limit", "metrics")
    assert (records(environment), actions(environment)) == ({}, [])


def test_at_a_time_of_a_zone_and_called_off(environment: Environment, former: Numbers) -> None:
    only = ("--limit", "metrics", "-e", '{"capacity_timezone": "Europe/Berlin"}')
    operate(environment, "scale-down", *only, "-e", "scale_at=2051-07-01T20:00:00", "-e", "scale_for=12h")
    assert {
        action["ScheduledActionName"]: (action["Schedule"], action["Timezone"]) for action in actions(environment)
    } == {
        "scale-down": ("at(2051-07-01T20:00:00)", "Europe/Berlin"),
        "scale-up": ("at(2051-07-02T08:00:00)", "Europe/Berlin"),
    }
    assert read(environment) == former
    operate(environment, "scale-up", *only)
    assert (records(environment), actions(environment)) == ({}, [])

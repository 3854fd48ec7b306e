"""How long AWS takes to make things."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tools.local_aws import instance
from tools.local_aws.console import LocalAwsError
from tools.local_aws.patches import creation
from tools.local_aws.settings import Settings, creation_seconds


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    yield
    creation.install({})


def test_the_variable() -> None:
    assert creation_seconds("rds=360,elasticache=480,elbv2=1.5") == {"rds": 360, "elasticache": 480, "elbv2": 1.5}
    assert creation_seconds("") == {}


@pytest.mark.parametrize("text", ["ec2=1", "rds", "rds=", "rds=-1", "rds=1.2.3", "rds=soon", "rds 360"])
def test_the_variable_with_a_mistake(text: str) -> None:
    with pytest.raises(LocalAwsError, match="LOCAL_AWS_CREATION_SECONDS"):
        instance.from_environment({"LOCAL_AWS_CREATION_SECONDS": text})


def test_the_server_learns_of_it() -> None:
    settings = instance.from_environment({"LOCAL_AWS_CREATION_SECONDS": "rds=18"})
    assert Settings.from_json(settings.to_json()).creation_seconds == {"rds": 18}


def test_at_once_unless_something_is_said() -> None:
    creation.install({"rds": 18})
    assert (creation.seconds("rds"), creation.seconds("elbv2")) == (18, 0)


def test_it_ends() -> None:
    ended = threading.Event()
    creation.install({"elbv2": 0.01})
    creation.finish_later("elbv2", ended.set)
    assert ended.wait(60)


def test_it_can_be_changed_while_it_runs() -> None:
    assert creation.endpoint("PUT", "", {"rds": 18}) == (200, {"rds": 18})
    assert creation.endpoint("GET", "", {}) == (200, {"rds": 18})
    assert creation.endpoint("PUT", "", {"ec2": 18})[0] == 400
    assert creation.endpoint("PUT", "", {"rds": "soon"})[0] == 400
    assert creation.seconds("rds") == 18

"""One image and one stack of Airflow for all tests.

IMAGE_ENGINE: the container engine. IMAGE_REF: an image to test instead of the one of this checkout.
IMAGE_POSTGRES and IMAGE_VALKEY: other images of the database and the broker.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.embedded_aws import running
from tests.image.airflow_stack import COMMANDS, Stack
from tests.image.engine import Containers, Result, wait_until


@pytest.fixture(scope="session", autouse=True)
def engine() -> Iterator[None]:
    """The engine of the embedded AWS has the base image, PostgreSQL and Valkey; IMAGE_ENGINE is somebody's own."""
    if os.environ.get("IMAGE_ENGINE"):
        yield
    else:
        with running():
            yield


@pytest.fixture(scope="session")
def containers() -> Iterator[Containers]:
    # Not at the top: pytest reads this file before pytest-ansible makes the collections known.
    from tests.image.image_under_test import engine_command

    result = Containers(engine_command())
    yield result
    result.remove_all()


@pytest.fixture(scope="session")
def image(containers: Containers) -> str:
    from tests.image.image_under_test import build_image

    return os.environ.get("IMAGE_REF") or build_image(containers.command)


@pytest.fixture(scope="session")
def empty_stack(containers: Containers, image: str) -> Stack:
    """A migrated database and a broker; no component runs."""
    stack = Stack(containers, image)
    migration = stack.run("airflow", "db", "migrate")
    assert migration.code == 0, migration
    return stack


@pytest.fixture(scope="session")
def stack(empty_stack: Stack) -> Stack:
    """All components, healthy, a session of the admin user, and the DAG of the image."""
    empty_stack.create_admin()
    for component in COMMANDS:
        empty_stack.start(component)
    for component in COMMANDS:
        empty_stack.wait_healthy(component)
    empty_stack.log_in()

    def dag() -> Result:
        return empty_stack.call("GET", "/api/v2/dags/hello_fargate", empty_stack.token)

    # The DAG processor is healthy before it has read a file.
    wait_until(lambda: dag().code == 0, what=lambda: str(dag()))
    return empty_stack

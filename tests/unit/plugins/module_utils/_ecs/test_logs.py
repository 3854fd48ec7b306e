"""Where a container's lines are, and how they are read."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.logs import (
    LogStream,
    last_lines,
    log_router,
    log_stream,
)
from botocore.stub import Stubber

STREAM = LogStream("/airflow-x/scheduler", "ecs/airflow/1", "us-east-1")
PARAMETERS = {
    "logGroupName": "/airflow-x/scheduler",
    "logStreamName": "ecs/airflow/1",
    "limit": 2,
    "startFromHead": False,
}


@pytest.fixture
def logs() -> Any:
    return boto3.client("logs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


def container(driver: str = "awslogs", **options: str) -> dict[str, Any]:
    return {"name": "airflow", "logConfiguration": {"logDriver": driver, "options": options}}


def test_the_name_of_the_stream() -> None:
    options = {"awslogs-group": "/g", "awslogs-stream-prefix": "ecs", "awslogs-region": "eu-west-1"}
    assert log_stream(container(**options), "1") == LogStream("/g", "ecs/airflow/1", "eu-west-1")


def test_what_a_router_routes_is_in_its_own_group() -> None:
    options = {"awslogs-group": "/g", "awslogs-stream-prefix": "ecs", "awslogs-region": "eu-west-1"}
    router = {**container(**options), "name": "log_router", "firelensConfiguration": {"type": "fluentbit"}}
    routed = container("awsfirelens", Name="kinesis_firehose")
    assert log_router([routed, router]) is router
    assert log_stream(routed, "1", router) == LogStream("/g", "ecs/airflow/1", "eu-west-1")
    assert log_stream(router, "1", router) == LogStream("/g", "ecs/log_router/1", "eu-west-1")
    assert log_router([container(**options)]) is None


@pytest.mark.parametrize(
    "definition",
    [
        {"name": "airflow"},
        container("awsfirelens", **{"awslogs-group": "/g", "awslogs-stream-prefix": "ecs"}),
        container(**{"awslogs-group": "/g"}),
        container(**{"awslogs-stream-prefix": "ecs"}),
    ],
)
def test_no_stream_that_could_be_named(definition: dict[str, Any]) -> None:
    assert log_stream(definition, "1") is None


def test_the_last_lines_in_their_order(logs: Any) -> None:
    regions = []

    def factory(region: str | None) -> Any:
        regions.append(region)
        return logs

    events = [{"timestamp": number, "message": f"line {number}\n"} for number in range(3)]
    with Stubber(logs) as stubber:
        stubber.add_response("get_log_events", {"events": events}, PARAMETERS)
        assert last_lines(factory, STREAM, 2) == ["line 1", "line 2"]
    assert regions == ["us-east-1"]


def test_a_container_that_never_wrote(logs: Any) -> None:
    with Stubber(logs) as stubber:
        stubber.add_client_error("get_log_events", "ResourceNotFoundException")
        assert last_lines(lambda _region: logs, STREAM, 2) == []


def test_what_may_not_be_read(logs: Any) -> None:
    with Stubber(logs) as stubber:
        stubber.add_client_error("get_log_events", "AccessDeniedException")
        with pytest.raises(AnsibleECSError, match="Failed to read the log stream ecs/airflow/1 of /airflow-x"):
            last_lines(lambda _region: logs, STREAM, 2)

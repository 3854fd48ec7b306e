"""Log groups of a list, with a stubbed CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._logs.log_groups import common_beginning
from ansible_collections.airflow.fargate.plugins.modules.cloudwatch_log_groups import main

Run = Callable[..., dict[str, Any]]
OPTIONS: dict[str, Any] = {
    "log_groups": [{"name": "/a/scheduler", "tags": {"part": "scheduler"}}, {"name": "/a/worker"}],
    "retention_days": 30,
    "tags": {"env": "x"},
}


@pytest.fixture
def logs(aws: Any) -> Any:
    return aws["logs"]


def arn(name: str) -> str:
    return f"arn:aws:logs:eu-west-1:123456789012:log-group:{name}"


def there(logs: Any, *groups: tuple[str, int | None]) -> None:
    described = [
        {"logGroupName": name, "arn": f"{arn(name)}:*", **({"retentionInDays": days} if days else {})}
        for name, days in groups
    ]
    logs.add_response("describe_log_groups", {"logGroups": described}, {"logGroupNamePrefix": "/a/"})


def tagged(logs: Any, name: str, **tags: str) -> None:
    logs.add_response("list_tags_for_resource", {"tags": tags}, {"resourceArn": arn(name)})


def test_unchanged_groups_are_only_read(logs: Any, run_module: Run) -> None:
    there(logs, ("/a/scheduler", 30), ("/a/worker", 30), ("/a/worker-of-somebody-else", None))
    tagged(logs, "/a/scheduler", env="x", part="scheduler")
    tagged(logs, "/a/worker", env="x")

    assert not run_module(main, **OPTIONS)["changed"]


def test_each_group_gets_what_it_lacks(logs: Any, run_module: Run) -> None:
    there(logs, ("/a/worker", 7))
    tagged(logs, "/a/worker", env="y", old="1")
    tags = {"env": "x", "part": "scheduler"}
    logs.add_response("create_log_group", {}, {"logGroupName": "/a/scheduler", "tags": tags})
    logs.add_response("put_retention_policy", {}, {"logGroupName": "/a/scheduler", "retentionInDays": 30})
    logs.add_response("put_retention_policy", {}, {"logGroupName": "/a/worker", "retentionInDays": 30})
    logs.add_response("untag_resource", {}, {"resourceArn": arn("/a/worker"), "tagKeys": ["old"]})
    logs.add_response("tag_resource", {}, {"resourceArn": arn("/a/worker"), "tags": {"env": "x"}})

    result = run_module(main, **OPTIONS)

    assert result["changed"]
    assert result["diff"]["before"] == {"/a/worker": {"retention_days": 7, "tags": {"env": "y", "old": "1"}}}
    assert result["diff"]["after"]["/a/worker"] == {"retention_days": 30, "tags": {"env": "x"}}


def test_check_mode_writes_nothing(logs: Any, run_module: Run) -> None:
    there(logs)

    result = run_module(main, True, **OPTIONS)

    assert result["changed"]
    assert result["diff"]["after"]["/a/scheduler"]["retention_days"] == 30


def test_without_a_retention_it_is_left_as_it_is(logs: Any, run_module: Run) -> None:
    there(logs, ("/a/scheduler", 7), ("/a/worker", None))
    tagged(logs, "/a/scheduler", env="x", part="scheduler")
    tagged(logs, "/a/worker", env="x")

    assert not run_module(main, **{**OPTIONS, "retention_days": None})["changed"]


def test_a_group_given_twice_is_refused(run_module: Run, aws: Any) -> None:
    result = run_module(main, log_groups=[{"name": "/a"}, {"name": "/a"}])
    assert result["failed"]
    assert "more than one log group /a" in result["msg"]


@pytest.mark.parametrize(
    ("names", "beginning"),
    [(["/a/x", "/a/y"], "/a/"), (["/a/worker", "/a/worker-2"], "/a/worker"), (["/a"], "/a"), (["x", "y"], "")],
)
def test_what_names_have_in_common(names: list[str], beginning: str) -> None:
    assert common_beginning(names) == beginning

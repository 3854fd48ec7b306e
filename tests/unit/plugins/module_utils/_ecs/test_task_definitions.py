"""Which calls bring a task definition to the wanted state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import AnsibleECSError
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.task_definitions import (
    ensure_absent,
    ensure_present,
    family_of,
    register_request,
    revisions_to_retire,
)
from botocore.stub import Stubber

Make = Callable[..., dict[str, Any]]
Resource = dict[str, Any]
FAMILY = "airflow-x-scheduler"
ARN = f"arn:aws:ecs:us-east-1:123456789012:task-definition/{FAMILY}"
CONTAINER: Resource = {
    "name": "airflow",
    "image": "airflow:1",
    "command": ["airflow", "scheduler"],
    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
}
OPTIONS: Resource = {
    "family": FAMILY,
    "containers": [CONTAINER],
    "cpu": 512,
    "memory": 1024,
    "execution_role_arn": None,
    "task_role_arn": None,
    "runtime_platform": {"cpu_architecture": "X86_64", "operating_system_family": "LINUX"},
    "ephemeral_storage": None,
    "volumes": [],
    "keep_revisions": None,
    "tags": None,
    "purge_tags": True,
}
REQUEST: Resource = {
    "family": FAMILY,
    "containerDefinitions": [CONTAINER],
    "cpu": "512",
    "memory": "1024",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
}


def describes(stubber: Stubber, definition: Resource | None, tags: dict[str, str] | None = None) -> None:
    parameters = {"taskDefinition": FAMILY, "include": ["TAGS"]}
    if definition is None:
        message = "Unable to describe task definition."
        stubber.add_client_error("describe_task_definition", "ClientException", message, expected_params=parameters)
        return
    api_tags = [{"key": key, "value": value} for key, value in (tags or {}).items()]
    stubber.add_response("describe_task_definition", {"taskDefinition": definition, "tags": api_tags}, parameters)


def lists(stubber: Stubber, status: str, *revisions: int, more: tuple[str, ...] = ()) -> None:
    stubber.add_response(
        "list_task_definitions",
        {"taskDefinitionArns": [*(f"{ARN}:{revision}" for revision in revisions), *more]},
        {"familyPrefix": FAMILY, "status": status, "sort": "DESC"},
    )


def changed_image() -> Resource:
    return {**OPTIONS, "containers": [{**CONTAINER, "image": "airflow:2"}]}


def test_an_unchanged_definition_takes_one_read(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    describes(stubber, make_definition(3))
    result = ensure_present(ecs, {**OPTIONS, "keep_revisions": 3}, check_mode=False)
    assert not result["changed"]
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["revision"] == 3
    assert result["task_definition_arn"] == f"{ARN}:3"


def test_the_first_revision(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    describes(stubber, None)
    tags = [{"key": "a", "value": "b"}]
    stubber.add_response("register_task_definition", {"taskDefinition": make_definition()}, {**REQUEST, "tags": tags})
    result = ensure_present(ecs, {**OPTIONS, "tags": {"a": "b"}}, check_mode=False)
    assert result["changed"]
    assert result["diff"]["before"] == {}
    assert result["task_definition"]["tags"] == {"a": "b"}


def test_a_change_is_registered_and_keeps_unmanaged_tags(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    describes(stubber, make_definition(), {"a": "b"})
    request = {**REQUEST, "containerDefinitions": [{**CONTAINER, "image": "airflow:2"}]}
    stubber.add_response(
        "register_task_definition",
        {"taskDefinition": make_definition(2, {"image": "airflow:2"})},
        {**request, "tags": [{"key": "a", "value": "b"}]},
    )
    result = ensure_present(ecs, changed_image(), check_mode=False)
    assert result["changed"]
    assert result["revision"] == 2
    before, after = (result["diff"][key]["containers"]["airflow"]["image"] for key in ("before", "after"))
    assert (before, after) == ("airflow:1", "airflow:2")


def test_an_inactive_revision_is_none(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    describes(stubber, make_definition(status="INACTIVE"))
    stubber.add_response("register_task_definition", {"taskDefinition": make_definition(2)}, REQUEST)
    assert ensure_present(ecs, OPTIONS, check_mode=False)["changed"]


def test_new_tags_need_no_new_revision(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    describes(stubber, make_definition(), {"old": "1", "kept": "1"})
    stubber.add_response("tag_resource", {}, {"resourceArn": f"{ARN}:1", "tags": [{"key": "new", "value": "1"}]})
    stubber.add_response("untag_resource", {}, {"resourceArn": f"{ARN}:1", "tagKeys": ["old"]})
    result = ensure_present(ecs, {**OPTIONS, "tags": {"kept": "1", "new": 1}}, check_mode=False)
    assert result["changed"]
    assert result["revision"] == 1
    assert result["diff"]["after"]["tags"] == {"kept": "1", "new": "1"}


@pytest.mark.parametrize(("latest", "arn", "revision"), [(None, f"{FAMILY}:1", 1), (4, f"{ARN}:5", 5)])
def test_check_mode_foretells(
    ecs: Any, stubber: Stubber, make_definition: Make, latest: int | None, arn: str, revision: int
) -> None:
    describes(stubber, make_definition(latest) if latest else None)
    result = ensure_present(ecs, changed_image(), check_mode=True)
    assert result["changed"]
    assert (result["task_definition_arn"], result["revision"]) == (arn, revision)
    assert result["task_definition"]["container_definitions"][0]["image"] == "airflow:2"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_misspelt_field_is_refused_before_any_call(ecs: Any, stubber: Stubber, check_mode: bool) -> None:
    options = {**OPTIONS, "containers": [{**CONTAINER, "comand": ["airflow"]}]}
    with pytest.raises(AnsibleECSError, match="comand"):
        ensure_present(ecs, options, check_mode)


def test_old_revisions_are_retired_with_a_new_one(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    describes(stubber, make_definition(4))
    request = {**REQUEST, "containerDefinitions": [{**CONTAINER, "image": "airflow:2"}]}
    stubber.add_response("register_task_definition", {"taskDefinition": make_definition(5)}, request)
    lists(stubber, "ACTIVE", 4, 3, 2, more=(f"{ARN}-other:1",))
    for revision in (2, 3):
        stubber.add_response(
            "deregister_task_definition",
            {"taskDefinition": make_definition(revision)},
            {"taskDefinition": f"{FAMILY}:{revision}"},
        )
    result = ensure_present(ecs, {**changed_image(), "keep_revisions": 2}, check_mode=False)
    assert result["diff"]["before"]["old_revisions"] == [2, 3]


def test_check_mode_retires_nothing(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    describes(stubber, make_definition(3))
    lists(stubber, "ACTIVE", 3, 2)
    result = ensure_present(ecs, {**OPTIONS, "keep_revisions": 1}, check_mode=True)
    assert result["changed"]
    assert result["revision"] == 3


@pytest.mark.parametrize(
    ("active", "latest", "keep", "retired"),
    [([1, 2, 3], 3, 2, [1]), ([3, 1, 2], 4, 2, [1, 2]), ([2, 3], 3, 5, []), ([], 9, 1, [])],
)
def test_revisions_to_retire(active: list[int], latest: int, keep: int, retired: list[int]) -> None:
    assert revisions_to_retire(active, latest, keep) == retired


def test_absent_deregisters_and_deletes_in_batches(ecs: Any, stubber: Stubber, make_definition: Make) -> None:
    lists(stubber, "ACTIVE", 12)
    lists(stubber, "INACTIVE", *range(11, 0, -1))
    stubber.add_response(
        "deregister_task_definition", {"taskDefinition": make_definition(12)}, {"taskDefinition": f"{FAMILY}:12"}
    )
    for batch in (range(1, 11), range(11, 13)):
        names = [f"{FAMILY}:{revision}" for revision in batch]
        stubber.add_response("delete_task_definitions", {"taskDefinitions": []}, {"taskDefinitions": names})
    assert ensure_absent(ecs, OPTIONS, check_mode=False)["changed"]


@pytest.mark.parametrize(("revisions", "changed"), [((1,), True), ((), False)])
def test_absent_in_check_mode(ecs: Any, stubber: Stubber, revisions: tuple[int, ...], changed: bool) -> None:
    lists(stubber, "ACTIVE")
    lists(stubber, "INACTIVE", *revisions)
    assert ensure_absent(ecs, OPTIONS, check_mode=True)["changed"] is changed


def test_a_deletion_that_fails_is_told(ecs: Any, stubber: Stubber) -> None:
    lists(stubber, "ACTIVE")
    lists(stubber, "INACTIVE", 1)
    failure = {"arn": f"{ARN}:1", "reason": "ACCESS_DENIED"}
    stubber.add_response("delete_task_definitions", {"failures": [failure]}, {"taskDefinitions": [f"{FAMILY}:1"]})
    with pytest.raises(AnsibleECSError, match=f"{FAMILY}:1: ACCESS_DENIED"):
        ensure_absent(ecs, OPTIONS, check_mode=False)


@pytest.mark.parametrize(("size", "wanted"), [(None, None), (20, None), (50, {"sizeInGiB": 50})])
def test_ephemeral_storage(size: int | None, wanted: Resource | None) -> None:
    assert register_request({**OPTIONS, "ephemeral_storage": size}).get("ephemeralStorage") == wanted


@pytest.mark.parametrize("reference", [FAMILY, f"{FAMILY}:3", f"{ARN}:3"])
def test_family_of(reference: str) -> None:
    assert family_of(reference) == FAMILY

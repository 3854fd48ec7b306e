# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ECS task definitions: register a revision only when it differs from the latest, and retire old ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.clusters import update_tags
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    Client,
    ECSErrorHandler,
    Resource,
    TaskDefinitionErrorHandler,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.container_definitions import (
    EPHEMERAL_STORAGE_GIB,
    canonical_task_definition,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.parameters import coerce, invalid_parameters
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import (
    last_part,
    tags_from_api,
    tags_to_api,
    task_definition_result,
)
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import tag_changes

# DeleteTaskDefinitions takes no more at a time.
DELETE_BATCH = 10


def family_of(reference: str) -> str:
    """The family in ``family``, ``family:revision`` or an ARN."""
    return last_part(reference).split(":")[0]


def describe_task_definition(client: Client, reference: str) -> Resource | None:
    """The task definition with its tags; by family it is the latest ACTIVE revision. None when there is none."""
    answer = find(
        TaskDefinitionErrorHandler,
        f"describe task definition {reference}",
        client.describe_task_definition,
        taskDefinition=reference,
        include=["TAGS"],
    )
    return {**answer["taskDefinition"], "tags": answer.get("tags", [])} if answer else None


def _latest_active(client: Client, family: str) -> Resource | None:
    latest = describe_task_definition(client, family)
    return latest if latest and latest["status"] == "ACTIVE" else None


def register_request(params: Mapping[str, Any]) -> Resource:
    """The arguments of RegisterTaskDefinition, without tags. Fargate fixes the network mode."""
    request = {
        "family": params["family"],
        "containerDefinitions": params["containers"],
        "cpu": params["cpu"],
        "memory": params["memory"],
        "executionRoleArn": params["execution_role_arn"],
        "taskRoleArn": params["task_role_arn"],
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "runtimePlatform": {
            "cpuArchitecture": params["runtime_platform"]["cpu_architecture"],
            "operatingSystemFamily": params["runtime_platform"]["operating_system_family"],
        },
        "ephemeralStorage": _storage(params["ephemeral_storage"]),
        "volumes": params["volumes"],
    }
    return {key: value for key, value in request.items() if value}


def _storage(size: int | None) -> Resource | None:
    """What Fargate gives anyway need not be asked for, and in some regions cannot be."""
    return None if size in (None, EPHEMERAL_STORAGE_GIB) else {"sizeInGiB": size}


def revisions_to_retire(active: list[int], latest: int, keep: int) -> list[int]:
    """The oldest ACTIVE revisions beyond the number to keep. The latest counts even where a listing lags behind."""
    newest_first = sorted({*active, latest}, reverse=True)
    return sorted(newest_first[keep:])


def ensure_present(client: Client, params: Mapping[str, Any], check_mode: bool) -> Resource:
    shape = client.meta.service_model.operation_model("RegisterTaskDefinition").input_shape
    request = coerce(register_request(params), shape)
    if problems := invalid_parameters(request, shape):
        raise AnsibleECSError(message=f"Task definition {params['family']} is not valid: {problems}")

    latest = _latest_active(client, params["family"])
    before = _comparable(latest) if latest else {}
    current_tags = before.get("tags", {})
    tags = tag_changes(current_tags, params["tags"], params["purge_tags"]).applied_to(current_tags)
    after = {**canonical_task_definition(request), "tags": tags}

    registering = {**before, "tags": tags} != after
    changed = before != after
    if check_mode:
        definition = _planned(request, latest, tags) if registering or latest is None else {**latest}
    elif registering or latest is None:
        definition = _register(client, request, tags)
    else:
        definition = latest
        update_tags(client, latest["taskDefinitionArn"], current_tags, tags)
    definition["tags"] = tags_to_api(tags)

    retiring = _retire(client, params["family"], params["keep_revisions"], definition["revision"])
    if retiring:
        changed = True
        before = {**before, "old_revisions": retiring}
        if not check_mode:
            for revision in retiring:
                _deregister(client, f"{params['family']}:{revision}")
    return {
        "changed": changed,
        "task_definition": task_definition_result(definition),
        "task_definition_arn": definition["taskDefinitionArn"],
        "revision": definition["revision"],
        "diff": {"before": before, "after": after},
    }


def _comparable(definition: Resource) -> Resource:
    return {**canonical_task_definition(definition), "tags": tags_from_api(definition["tags"])}


def _planned(request: Resource, latest: Resource | None, tags: Mapping[str, str]) -> Resource:
    """What would be registered. Without an earlier revision the account is unknown, so is the ARN."""
    revision = latest["revision"] + 1 if latest else 1
    prefix = latest["taskDefinitionArn"].rsplit(":", 1)[0] if latest else request["family"]
    return {**request, "revision": revision, "taskDefinitionArn": f"{prefix}:{revision}", "status": "ACTIVE"}


def _register(client: Client, request: Resource, tags: Mapping[str, str]) -> Resource:
    # ECS refuses an empty list of tags.
    tagging = {"tags": tags_to_api(tags)} if tags else {}
    return aws_call(
        ECSErrorHandler,
        f"register task definition {request['family']}",
        client.register_task_definition,
        **request,
        **tagging,
    )["taskDefinition"]


def _revisions(client: Client, family: str, status: str) -> list[int]:
    arns = list_all(
        ECSErrorHandler,
        client,
        "list_task_definitions",
        "taskDefinitionArns",
        familyPrefix=family,
        status=status,
        sort="DESC",
    )
    names = [last_part(str(arn)) for arn in arns]
    return sorted(int(name.rsplit(":", 1)[1]) for name in names if family_of(name) == family)


def _retire(client: Client, family: str, keep: int | None, latest: int) -> list[int]:
    # With so few revisions ever made there cannot be too many, which spares the call.
    if keep is None or latest <= keep:
        return []
    return revisions_to_retire(_revisions(client, family, "ACTIVE"), latest, keep)


def _deregister(client: Client, name: str) -> None:
    aws_call(
        ECSErrorHandler,
        f"deregister task definition {name}",
        client.deregister_task_definition,
        taskDefinition=name,
    )


def ensure_absent(client: Client, params: Mapping[str, Any], check_mode: bool) -> Resource:
    """Deregister every revision, and delete them all. ECS finishes the deletion when no task uses them any more."""
    family = params["family"]
    active = _revisions(client, family, "ACTIVE")
    inactive = _revisions(client, family, "INACTIVE")
    if not check_mode:
        for revision in active:
            _deregister(client, f"{family}:{revision}")
        _delete(client, [f"{family}:{revision}" for revision in sorted({*active, *inactive})])
    return {
        "changed": bool(active or inactive),
        "diff": {"before": {"active": active, "inactive": inactive} if active or inactive else {}, "after": {}},
    }


def _delete(client: Client, names: list[str]) -> None:
    for start in range(0, len(names), DELETE_BATCH):
        batch = names[start : start + DELETE_BATCH]
        answer = aws_call(
            ECSErrorHandler,
            f"delete task definitions {', '.join(batch)}",
            client.delete_task_definitions,
            taskDefinitions=batch,
        )
        if answer.get("failures"):
            reasons = ", ".join(f"{last_part(item['arn'])}: {item['reason']}" for item in answer["failures"])
            raise AnsibleECSError(message=f"Failed to delete task definitions: {reasons}")

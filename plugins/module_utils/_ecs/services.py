# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ECS services: create, update, delete, and wait until a rollout has succeeded or cannot any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.clusters import update_tags
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    Client,
    ECSErrorHandler,
    Resource,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.diagnosis import (
    TaskReader,
    deployment_tasks,
    render_service,
    service_report,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.predicates import (
    Rollout,
    deployment_by_id,
    new_tasks_run,
    primary_deployment,
    rollout_state,
    task_healthy,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.service_settings import (
    NEEDS_DEPLOYMENT,
    bounded,
    changed_settings,
    current_settings,
    to_api,
    wanted_settings,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.task_definitions import describe_task_definition
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import (
    last_part,
    service_result,
    tags_from_api,
    tags_to_api,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import tag_changes


def describe_service(client: Client, cluster: str, name: str) -> Resource | None:
    """The service, also while it drains. None when there is none, or only the memory of a deleted one."""
    answer = find(
        ECSErrorHandler,
        f"describe service {name}",
        client.describe_services,
        cluster=cluster,
        services=[name],
        include=["TAGS"],
    )
    services = answer["services"] if answer else []
    return next((service for service in services if service["status"] != "INACTIVE"), None)


def ensure_present(client: Client, reader: TaskReader, params: Mapping[str, Any], check_mode: bool) -> Resource:
    cluster, name = params["cluster"], params["name"]
    service = describe_service(client, cluster, name)
    if service and service["status"] == "DRAINING":
        if not check_mode:
            _wait_drained(client, cluster, name, params["wait_timeout"])
        service = None

    before = current_settings(service) if service else {}
    wanted = _wanted(client, params, service, check_mode)
    changes = changed_settings(before, wanted)
    # A deployment that ECS gave up stays given up until somebody asks again.
    retry = bool(service and (primary_deployment(service) or {}).get("rolloutState") == "FAILED")
    deploy = bool(service) and (params["force_new_deployment"] or retry)
    diff = {"before": before, "after": {**before, **wanted}}
    if deploy:
        diff["after"]["force_new_deployment"] = True
    result: Resource = {"changed": bool(changes) or deploy, "diff": diff}
    if check_mode:
        planned = service_result(service) if service else {"service_name": name, **wanted}
        return {**result, "service": planned}

    if service is None:
        service = _create(client, cluster, name, wanted)
    elif result["changed"]:
        service = _update(client, cluster, service, before, wanted, changes, deploy)
    if params["wait"]:
        service = _wait_rollout(client, reader, params, service, result)
    return {**result, "service": service_result(service)}


def _wanted(client: Client, params: Mapping[str, Any], service: Resource | None, check_mode: bool) -> Resource:
    minimum, maximum = params["min_count"], params["max_count"]
    if service:
        count = bounded(service["desiredCount"], minimum, maximum)
    else:
        count = bounded(1 if params["desired_count"] is None else params["desired_count"], minimum, maximum)
    current_tags = tags_from_api(service.get("tags")) if service else {}
    tags = tag_changes(current_tags, params["tags"], params["purge_tags"]).applied_to(current_tags)
    task_definition = _resolve(client, params["task_definition"], check_mode)
    return wanted_settings(params, task_definition, count, tags)


def _resolve(client: Client, reference: str, check_mode: bool) -> str:
    """family:revision. A bare family stands for its latest ACTIVE revision, and costs a call."""
    name = last_part(reference)
    if ":" in name:
        return name
    definition = describe_task_definition(client, name)
    if definition is None or definition["status"] != "ACTIVE":
        if check_mode:
            return name
        raise AnsibleECSError(message=f"Task definition family {name} has no ACTIVE revision")
    return last_part(definition["taskDefinitionArn"])


def _create(client: Client, cluster: str, name: str, wanted: Mapping[str, Any]) -> Resource:
    tagging = {"tags": tags_to_api(wanted["tags"])} if wanted["tags"] else {}
    return aws_call(
        ECSErrorHandler,
        f"create service {name}",
        client.create_service,
        cluster=cluster,
        serviceName=name,
        **to_api(wanted),
        **tagging,
    )["service"]


def _update(
    client: Client,
    cluster: str,
    service: Resource,
    before: Mapping[str, Any],
    wanted: Mapping[str, Any],
    changes: set[str],
    deploy: bool,
) -> Resource:
    # Tags first: tasks that a deployment starts inherit them.
    if "tags" in changes:
        update_tags(client, service["serviceArn"], before["tags"], wanted["tags"])
    arguments = to_api({key: wanted[key] for key in changes})
    if deploy or changes & NEEDS_DEPLOYMENT:
        arguments["forceNewDeployment"] = True
    if not arguments:
        return {**service, "tags": tags_to_api(wanted["tags"])}
    name = service["serviceName"]
    updated = aws_call(
        ECSErrorHandler,
        f"update service {name}",
        client.update_service,
        cluster=cluster,
        service=name,
        **arguments,
    )["service"]
    return {**updated, "tags": tags_to_api(wanted["tags"])}


def _wait_drained(client: Client, cluster: str, name: str, timeout: int) -> None:
    """A deleted service keeps its name until its last task has stopped."""
    for service in poll(lambda: describe_service(client, cluster, name), timeout):
        if service is None:
            return
    raise AnsibleECSError(message=f"Service {name} is being deleted, and still DRAINING after {timeout} s")


def _wait_rollout(
    client: Client, reader: TaskReader, params: Mapping[str, Any], service: Resource, result: Resource
) -> Resource:
    cluster, name, timeout = params["cluster"], params["name"], params["wait_timeout"]
    # What was just read or answered is the first look.
    deployment = primary_deployment(service)
    if deployment is None:
        raise AnsibleECSError(message=f"Service {name} has no deployment that ECS works on", **result)
    if _look(client, reader, params, service, deployment).state == "completed":
        return service

    rollout = Rollout("in_progress", "ECS does not list the deployment yet")
    listed = False
    for seen in poll(lambda: describe_service(client, cluster, name), timeout):
        if seen is None:
            continue
        latest = deployment_by_id(seen, deployment["id"])
        # An answer may lag behind the update; only once the deployment was listed does its absence mean something.
        if latest:
            deployment, listed = latest, True
        if listed:
            service, rollout = seen, _look(client, reader, params, seen, deployment)
        if rollout.state == "completed":
            return seen
        if rollout.state == "failed":
            break
    else:
        rollout = Rollout("failed", f"not finished after {timeout} s: {rollout.reason}")
    report = {
        "reason": rollout.reason,
        "deployment_id": deployment["id"],
        "task_definition": deployment["taskDefinition"],
    }
    report.update(service_report(client, reader, service, deployment))
    headline = f"Rollout of {last_part(deployment['taskDefinition'])} to service {name} failed: {rollout.reason}"
    raise AnsibleECSError(
        message="\n".join([headline, *render_service(report)]),
        failure=report,
        **result,
    )


def _look(
    client: Client, reader: TaskReader, params: Mapping[str, Any], service: Resource, deployment: Resource
) -> Rollout:
    """How the rollout stands, as far as it is waited for."""
    rollout = rollout_state(service, deployment)
    if rollout.state != "in_progress" or params["wait_for"] == "rollout" or not new_tasks_run(service, deployment):
        return rollout
    desired = service["desiredCount"]
    tasks = deployment_tasks(client, service, deployment, "RUNNING") if desired else []
    healthy = sum(task_healthy(task, reader.containers(task["taskDefinitionArn"])) for task in tasks)
    state: Literal["completed", "in_progress"] = "completed" if healthy >= desired else "in_progress"
    return Rollout(state, f"{healthy} of {desired} new tasks are healthy; {rollout.reason}")


def ensure_absent(client: Client, params: Mapping[str, Any], check_mode: bool) -> Resource:
    cluster, name = params["cluster"], params["name"]
    service = describe_service(client, cluster, name)
    if service is None:
        return {"changed": False, "diff": {"before": {}, "after": {}}}
    draining = service["status"] == "DRAINING"
    if not check_mode:
        if not draining:
            # force lets ECS stop the tasks itself instead of asking for a desired count of 0 first.
            find(
                ECSErrorHandler,
                f"delete service {name}",
                client.delete_service,
                cluster=cluster,
                service=name,
                force=True,
            )
        if params["wait"]:
            _wait_drained(client, cluster, name, params["wait_timeout"])
    return {"changed": not draining, "diff": {"before": {} if draining else current_settings(service), "after": {}}}

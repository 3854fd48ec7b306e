# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ECS clusters: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.common import (
    AnsibleECSError,
    Client,
    ECSErrorHandler,
    Resource,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.transformations import (
    canonical_strategy,
    last_part,
    strategy_from_api,
    strategy_to_api,
    tags_from_api,
    tags_to_api,
    to_result,
)
from ansible_collections.airflow.fargate.plugins.module_utils._ecs.waiters import poll
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import tag_changes
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import (
    is_ansible_aws_error_code,
    is_ansible_aws_error_message,
)
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

# ECS refuses to touch a cluster whose capacity providers are still being attached.
RETRY_CODES = ["UpdateInProgressException"]
# The first cluster of an account makes ECS create its service-linked role, which cannot be used at once.
FIRST_USE_PATIENCE = 60
STILL_IN_USE = ["ClusterContainsServicesException", "ClusterContainsTasksException", "UpdateInProgressException"]


def describe_cluster(client: Client, name: str) -> Resource | None:
    """The cluster, or None: ECS goes on describing a deleted one as INACTIVE for a while."""
    answer = aws_call(
        ECSErrorHandler,
        f"describe cluster {name}",
        client.describe_clusters,
        clusters=[name],
        include=["TAGS", "SETTINGS"],
    )
    return next((cluster for cluster in answer["clusters"] if cluster["status"] != "INACTIVE"), None)


def current_settings(cluster: Resource) -> Resource:
    settings = {item["name"]: item["value"] for item in cluster.get("settings", [])}
    return {
        "container_insights": settings.get("containerInsights", "disabled"),
        "capacity_providers": sorted(cluster.get("capacityProviders", [])),
        "default_capacity_provider_strategy": strategy_from_api(cluster.get("defaultCapacityProviderStrategy")),
        "tags": tags_from_api(cluster.get("tags")),
    }


def wanted_settings(params: Mapping[str, Any], current: Mapping[str, Any]) -> Resource:
    """What the cluster shall look like; an option that was not given stays as it is."""
    wanted = dict(current)
    if params["container_insights"] is not None:
        wanted["container_insights"] = params["container_insights"]
    if params["capacity_providers"] is not None:
        wanted["capacity_providers"] = sorted(params["capacity_providers"])
    if params["default_capacity_provider_strategy"] is not None:
        wanted["default_capacity_provider_strategy"] = canonical_strategy(params["default_capacity_provider_strategy"])
    wanted["tags"] = tag_changes(current["tags"], params["tags"], params["purge_tags"]).applied_to(current["tags"])
    return wanted


# What a new cluster has when nothing is asked for.
NEW_CLUSTER: Resource = {
    "container_insights": "disabled",
    "capacity_providers": [],
    "default_capacity_provider_strategy": [],
    "tags": {},
}


def ensure_present(client: Client, params: Mapping[str, Any], check_mode: bool) -> Resource:
    name = params["name"]
    cluster = describe_cluster(client, name)
    before = current_settings(cluster) if cluster else {}
    wanted = wanted_settings(params, before or NEW_CLUSTER)
    changed = before != wanted
    if changed and not check_mode:
        if cluster:
            _update(client, cluster["clusterArn"], before, wanted)
        else:
            _create(client, name, wanted)
        cluster = describe_cluster(client, name)
    if cluster and params["wait"] and not check_mode:
        cluster = _wait_active(client, name, cluster, params["wait_timeout"])
    result = to_result(cluster) if cluster else {"cluster_name": name, **wanted}
    return {"changed": changed, "cluster": result, "diff": {"before": before, "after": wanted}}


def _settings_to_api(wanted: Mapping[str, Any]) -> list[Resource]:
    return [{"name": "containerInsights", "value": wanted["container_insights"]}]


def _create(client: Client, name: str, wanted: Mapping[str, Any]) -> None:
    problem: AnsibleECSError | None = None
    for problem in poll(lambda: _try_to_create(client, name, wanted), FIRST_USE_PATIENCE):
        if problem is None:
            return
    if problem:
        raise problem


def _try_to_create(client: Client, name: str, wanted: Mapping[str, Any]) -> AnsibleECSError | None:
    """The error, if it is the one that passes by itself."""
    tagging = {"tags": tags_to_api(wanted["tags"])} if wanted["tags"] else {}
    try:
        aws_call(
            ECSErrorHandler,
            f"create cluster {name}",
            client.create_cluster,
            clusterName=name,
            settings=_settings_to_api(wanted),
            capacityProviders=wanted["capacity_providers"],
            defaultCapacityProviderStrategy=strategy_to_api(wanted["default_capacity_provider_strategy"]),
            **tagging,
        )
    except is_ansible_aws_error_message("service linked role") as error:
        return error
    return None


def _update(client: Client, arn: str, before: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    name = last_part(arn)
    if wanted["container_insights"] != before["container_insights"]:
        aws_call(
            ECSErrorHandler,
            f"update the settings of cluster {name}",
            client.update_cluster_settings,
            cluster=name,
            settings=_settings_to_api(wanted),
        )
    providers = ("capacity_providers", "default_capacity_provider_strategy")
    if any(wanted[key] != before[key] for key in providers):
        aws_call(
            ECSErrorHandler,
            f"set the capacity providers of cluster {name}",
            AWSRetry.jittered_backoff(catch_extra_error_codes=RETRY_CODES)(client.put_cluster_capacity_providers),
            cluster=name,
            capacityProviders=wanted["capacity_providers"],
            defaultCapacityProviderStrategy=strategy_to_api(wanted["default_capacity_provider_strategy"]),
        )
    update_tags(client, arn, before["tags"], wanted["tags"])


def update_tags(client: Client, arn: str, before: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Tags of any ECS resource."""
    to_set = {key: value for key, value in wanted.items() if before.get(key) != value}
    to_unset = sorted(before.keys() - wanted.keys())
    if to_set:
        aws_call(ECSErrorHandler, f"tag {arn}", client.tag_resource, resourceArn=arn, tags=tags_to_api(to_set))
    if to_unset:
        aws_call(ECSErrorHandler, f"untag {arn}", client.untag_resource, resourceArn=arn, tagKeys=to_unset)


def _wait_active(client: Client, name: str, cluster: Resource, timeout: int) -> Resource:
    if cluster["status"] == "ACTIVE":
        return cluster
    for seen in poll(lambda: describe_cluster(client, name), timeout):
        if seen and seen["status"] == "ACTIVE":
            return seen
        if seen and seen["status"] == "FAILED":
            raise AnsibleECSError(message=f"ECS could not create the resources of cluster {name}: its status is FAILED")
    raise AnsibleECSError(message=f"Cluster {name} did not become ACTIVE within {timeout} s")


def ensure_absent(client: Client, params: Mapping[str, Any], check_mode: bool) -> Resource:
    name = params["name"]
    cluster = describe_cluster(client, name)
    if cluster is None:
        return {"changed": False, "diff": {"before": {}, "after": {}}}
    if not check_mode:
        _refuse_services(client, name, cluster)
        _delete(client, name, params["wait_timeout"] if params["wait"] else 0)
    return {"changed": True, "diff": {"before": current_settings(cluster), "after": {}}}


def _refuse_services(client: Client, name: str, cluster: Resource) -> None:
    """A service does not go by itself: waiting for it would be in vain."""
    if cluster["activeServicesCount"]:
        arns = [str(arn) for arn in list_all(ECSErrorHandler, client, "list_services", "serviceArns", cluster=name)]
        services = ", ".join(sorted(last_part(arn) for arn in arns))
        raise AnsibleECSError(message=f"Cluster {name} is not deleted: it still has the services {services}")


def _delete(client: Client, name: str, timeout: int) -> None:
    """Tasks that are ending and services that are draining are given their time."""
    remaining = ""
    for cluster in poll(lambda: describe_cluster(client, name), timeout):
        if cluster is None:
            return
        tasks = cluster["runningTasksCount"] + cluster["pendingTasksCount"]
        remaining = f"{tasks} of its tasks have not stopped" if tasks else f"its status is {cluster['status']}"
        if tasks or cluster["status"] == "DEPROVISIONING":
            continue
        try:
            answer = find(ECSErrorHandler, f"delete cluster {name}", client.delete_cluster, cluster=name)
        except is_ansible_aws_error_code(STILL_IN_USE) as error:
            remaining = str(error)
            continue
        if answer is None or answer["cluster"]["status"] == "INACTIVE":
            return
    raise AnsibleECSError(message=f"Cluster {name} was not deleted within {timeout} s: {remaining}")

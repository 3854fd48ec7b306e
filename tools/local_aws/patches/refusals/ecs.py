"""What ECS refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.local_aws.patches.refusals import fargate
from tools.local_aws.patches.refusals.checks import (
    Check,
    Params,
    Refusal,
    known_security_groups,
    known_subnets,
    matches,
    role_exists,
)

NAME = "[A-Za-z0-9_-]{1,255}"
INVALID = "InvalidParameterException"
PROVIDER_MISSING = "The specified capacity provider '{}' was not found. Specify a valid name or ARN and try again."
FARGATE_PROVIDERS = {"FARGATE", "FARGATE_SPOT"}


def invalid(message: str) -> Refusal:
    return Refusal(INVALID, message)


def cluster_record(params: Params) -> Any:
    from ministack.services import ecs

    return ecs._clusters.get(ecs._resolve_cluster_name(params.get("cluster") or "default"))


def cluster_exists(params: Params) -> Refusal | None:
    if cluster_record(params) is None:
        return Refusal("ClusterNotFoundException", "Cluster not found.")
    return None


def task_definition_of(params: Params) -> Any:
    from ministack.services import ecs

    reference = params.get("taskDefinition")
    return ecs._task_defs.get(ecs._resolve_td_key(reference)) if reference else None


def active_task_definition(params: Params) -> Refusal | None:
    if not params.get("taskDefinition"):
        return None
    definition = task_definition_of(params)
    if definition is None:
        return Refusal("ClientException", "TaskDefinition not found.")
    if definition["status"] != "ACTIVE":
        return Refusal("ClientException", "TaskDefinition is inactive")
    return None


def role_problem(task_definition: Mapping[str, Any]) -> str | None:
    """ECS assumes the roles of a task definition when it starts a task, not when it is registered."""
    for field in ("executionRoleArn", "taskRoleArn"):
        arn = task_definition.get(field)
        if arn and not role_exists(arn):
            return (
                f"ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the "
                "role being passed has the proper trust relationship and permissions and that your IAM user has "
                "permissions to pass this role."
            )
    return None


def roles_can_be_assumed(params: Params) -> Refusal | None:
    definition = task_definition_of(params)
    overrides = {key: value for key, value in (params.get("overrides") or {}).items() if key.endswith("RoleArn")}
    problem = role_problem({**(definition or {}), **overrides})
    return Refusal("ClientException", problem) if problem else None


def network(params: Params) -> Refusal | None:
    configuration = (params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    definition = task_definition_of(params)
    if configuration is None:
        if definition is not None and definition.get("networkMode") == "awsvpc":
            return invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
        return None
    if not configuration.get("subnets"):
        return invalid("subnets can not be empty.")
    if configuration.get("assignPublicIp") not in (None, "ENABLED", "DISABLED"):
        return invalid(f"Invalid value for assignPublicIp: {configuration['assignPublicIp']}")
    return known_subnets(
        configuration["subnets"],
        INVALID,
        "Error retrieving subnet information for [{0}]: The subnet ID '{0}' does not exist "
        "(ErrorCode: InvalidSubnetID.NotFound)",
    ) or known_security_groups(
        configuration.get("securityGroups") or [],
        INVALID,
        "Error retrieving security group information for [{0}]: The security group '{0}' does not exist "
        "(ErrorCode: InvalidGroup.NotFound)",
    )


def network_when_given(params: Params) -> Refusal | None:
    return network(params) if params.get("networkConfiguration") else None


def launch(params: Params) -> Refusal | None:
    if params.get("launchType") and params.get("capacityProviderStrategy"):
        return invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
        )
    return strategy(params.get("capacityProviderStrategy") or [], cluster_record(params))


def compatible(params: Params) -> Refusal | None:
    """There are no container instances here: what does not run on Fargate does not run."""
    definition = task_definition_of(params)
    launch_type = params.get("launchType")
    providers = params.get("capacityProviderStrategy") or (cluster_record(params) or {}).get(
        "defaultCapacityProviderStrategy"
    )
    if launch_type != "FARGATE" and (launch_type or not providers):
        return invalid("No Container Instances were found in your cluster.")
    if definition is not None and not fargate.is_fargate(definition):
        return invalid("Task definition does not support launch_type FARGATE.")
    return None


def strategy(items: list[Any], cluster: Any) -> Refusal | None:
    available = set((cluster or {}).get("capacityProviders") or [])
    for item in items:
        if item["capacityProvider"] not in available:
            return invalid(PROVIDER_MISSING.format(item["capacityProvider"]))
    if sum(bool(item.get("base")) for item in items) > 1:
        return invalid("Only one capacity provider in a capacity provider strategy can have a base value defined.")
    if items and not any(item.get("weight") for item in items):
        return invalid("At least one capacity provider in the strategy must have a weight greater than zero.")
    return None


def providers_exist(params: Params) -> Refusal | None:
    from ministack.services import ecs

    names = list(params.get("capacityProviders") or [])
    missing = [name for name in names if name not in FARGATE_PROVIDERS and name not in ecs._capacity_providers]
    if missing:
        return invalid(PROVIDER_MISSING.format(missing[0]))
    return strategy(list(params.get("defaultCapacityProviderStrategy") or []), {"capacityProviders": names})


def task_count(params: Params) -> Refusal | None:
    count = params.get("count")
    return None if count is None or 1 <= count <= 10 else invalid("count must be between 1 and 10.")


def overrides(params: Params) -> Refusal | None:
    definition, given = task_definition_of(params), params.get("overrides") or {}
    names = {container["name"] for container in (definition or {}).get("containerDefinitions", [])}
    for override in given.get("containerOverrides") or []:
        if override.get("name") not in names:
            return invalid(
                f"Override for container named {override.get('name')} is not a container in the TaskDefinition."
            )
    if (given.get("cpu") or given.get("memory")) and definition is not None and fargate.is_fargate(definition):
        problem = fargate.size_problem(
            given.get("cpu") or definition.get("cpu"), given.get("memory") or definition.get("memory")
        )
        if problem:
            return Refusal("ClientException", problem)
    return None


def load_balancers(params: Params) -> Refusal | None:
    from ministack.services import alb

    definition = task_definition_of(params)
    containers = {
        container["name"]: [mapping["containerPort"] for mapping in container.get("portMappings") or []]
        for container in (definition or {}).get("containerDefinitions", [])
    }
    for balancer in params.get("loadBalancers") or []:
        arn, name, port = (balancer.get(key) for key in ("targetGroupArn", "containerName", "containerPort"))
        group = alb._tgs.get(arn)
        if group is None:
            return invalid(f"The specified target group does not exist. (target group {arn})")
        if definition is not None and name not in containers:
            return invalid(f"The container {name} does not exist in the task definition.")
        if definition is not None and port not in containers[name]:
            return invalid(f"The container {name} did not have a container port {port} defined.")
        if group["TargetType"] != "ip":
            return invalid(
                f"The provided target group {arn} has target type {group['TargetType']}, which is incompatible with "
                "the awsvpc network mode specified in the task definition."
            )
        if not group["LoadBalancerArns"]:
            return invalid(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")
    return None


def registries(params: Params) -> Refusal | None:
    from ministack.services import servicediscovery

    for registry in params.get("serviceRegistries") or []:
        if registry.get("registryArn", "").rsplit("/", 1)[-1] not in servicediscovery._services:
            return invalid(f"The service registry {registry.get('registryArn')} does not exist.")
    return None


def deployment_configuration(params: Params) -> Refusal | None:
    configuration = params.get("deploymentConfiguration") or {}
    fewest = configuration.get("minimumHealthyPercent", 100)
    most = configuration.get("maximumPercent", 200)
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    if breaker.get("rollback") and not breaker.get("enable"):
        return invalid("Rollback can not be enabled when the deployment circuit breaker is disabled.")
    if most < fewest or (most <= 100 and fewest >= 100):
        return invalid(
            f"Both maximumPercent cannot be 100 or less and minimumHealthyPercent be 100 or more: {most}, {fewest}"
        )
    return None


def new_service(params: Params) -> Refusal | None:
    from ministack.services import ecs

    if not params.get("taskDefinition"):
        return invalid("TaskDefinition cannot be blank.")
    key = f"{ecs._resolve_cluster_name(params.get('cluster') or 'default')}/{params.get('serviceName')}"
    existing = ecs._services.get(key)
    if existing is None or existing["status"] == "INACTIVE":
        return None
    if existing["status"] == "DRAINING":
        return invalid("Unable to Start a service that is still Draining.")
    return invalid("Creation of service was not idempotent.")


def same_target_groups_container(params: Params) -> Refusal | None:
    """UpdateService checks load balancers against the task definition it keeps, unless it gets a new one."""
    from ministack.services import ecs

    if not params.get("loadBalancers"):
        return None
    if params.get("taskDefinition"):
        return load_balancers(params)
    key = f"{ecs._resolve_cluster_name(params.get('cluster') or 'default')}/{params.get('service')}"
    service = ecs._services.get(key) or {}
    return load_balancers({**params, "taskDefinition": service.get("taskDefinition")})


def cluster_is_empty(params: Params) -> Refusal | None:
    from ministack.services import ecs

    cluster = cluster_record(params)
    if cluster is None:
        return Refusal("ClusterNotFoundException", "Cluster not found.")
    arn = cluster["clusterArn"]
    if any(service["clusterArn"] == arn and service["status"] != "INACTIVE" for service in ecs._services.values()):
        return Refusal("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
    if any(task["clusterArn"] == arn and task["lastStatus"] != "STOPPED" for task in ecs._tasks.values()):
        return Refusal("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
    return None


def latest_stays_registered(params: Params) -> Refusal | None:
    """DeleteTaskDefinitions takes INACTIVE revisions only."""
    from ministack.services import ecs

    for reference in params.get("taskDefinitions") or []:
        definition = ecs._task_defs.get(ecs._resolve_td_delete_key(reference))
        if definition is not None and definition["status"] == "ACTIVE":
            return invalid(
                "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
            )
    return None


def exec_session(params: Params) -> Refusal | None:
    from ministack.services import ecs

    from tools.local_aws.patches.ecs import exec_command

    if not params.get("interactive"):
        return invalid("Interactive is the only mode supported currently.")
    if not params.get("command"):
        return invalid("Command cannot be blank.")
    task = ecs._resolve_task(params.get("task", ""), ecs._resolve_cluster_name(params.get("cluster") or "default"))
    if task is None:
        return invalid("The referenced task was not found.")
    if len(task["containers"]) > 1 and not params.get("container"):
        return invalid("The container name must be given for a task with several containers.")
    container = exec_command.container_of(task, params.get("container"))
    if container is None:
        return invalid(f"The container {params['container']} does not exist in the task.")
    if task["lastStatus"] != "RUNNING" or not exec_command.agent_runs(container):
        return invalid(exec_command.NOT_RUNNING)
    return None


FAMILY = matches("family", NAME, "ClientException", "Family name contains invalid characters: {}")
CLUSTER_NAME = matches("clusterName", NAME, INVALID, "Invalid identifier: Identifier is for {}. The name is not valid.")
SERVICE_NAME = matches("serviceName", NAME, INVALID, "Invalid service name: {}")

CHECKS: dict[str, list[Check]] = {
    "CreateCluster": [CLUSTER_NAME, providers_exist],
    "PutClusterCapacityProviders": [cluster_exists, providers_exist],
    "DeleteCluster": [cluster_is_empty],
    "RegisterTaskDefinition": [FAMILY, fargate.register],
    "DeleteTaskDefinitions": [latest_stays_registered],
    "RunTask": [
        cluster_exists,
        active_task_definition,
        network,
        launch,
        compatible,
        task_count,
        overrides,
        roles_can_be_assumed,
    ],
    "CreateService": [
        cluster_exists,
        SERVICE_NAME,
        new_service,
        active_task_definition,
        network,
        launch,
        compatible,
        load_balancers,
        registries,
        deployment_configuration,
    ],
    "UpdateService": [
        cluster_exists,
        active_task_definition,
        network_when_given,
        launch,
        same_target_groups_container,
        registries,
        deployment_configuration,
    ],
    "ExecuteCommand": [cluster_exists, exec_session],
    "ListTasks": [cluster_exists],
    "DescribeTasks": [cluster_exists],
    "StopTask": [cluster_exists],
}

"""CreateService, UpdateService, DeleteService and what DescribeServices shows.

AWS: the operations record what is wanted and return; the scheduler does the rest. Changes to certain parameters
start a new deployment. A deleted service drains before it is INACTIVE.
ministack: carries everything out inside the call, keeps a deployment for most configuration changes, and reports
the operations' result before anything has happened.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable

from ministack.core.concurrency import resource_lock
from ministack.core.responses import get_account_id, get_region, json_response, now_iso
from ministack.services import ecs

from tools.local_aws.patches.ecs import deployments, service_events
from tools.local_aws.patches.ecs.tasks import Record, Response, error

SIMPLE_FIELDS = (
    "networkConfiguration",
    "healthCheckGracePeriodSeconds",
    "enableExecuteCommand",
    "enableECSManagedTags",
    "propagateTags",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "placementConstraints",
    "placementStrategy",
    "availabilityZoneRebalancing",
)
"""Parameters of UpdateService that are stored as they are given."""


def new_deployment(task_definition: str, desired: int, status: str = "PRIMARY") -> Record:
    """A deployment at its beginning (in place of ministack's, which begins COMPLETED)."""
    identifier = f"ecs-svc/{uuid.uuid4().int % 10**19:019d}"
    now = now_iso()
    return {
        "id": identifier,
        "status": status,
        "taskDefinition": task_definition,
        "desiredCount": desired,
        "runningCount": 0,
        "pendingCount": 0,
        "failedTasks": 0,
        "createdAt": now,
        "updatedAt": now,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {identifier} in progress.",
    }


def describe_deployment(service: Record, deployment: Record) -> None:
    """The part of a deployment that repeats its service's configuration."""
    for field in ("networkConfiguration", "capacityProviderStrategy", "launchType", "serviceRegistries"):
        deployment[field] = copy.deepcopy(service.get(field))
    deployment["platformVersion"] = service.get("platformVersion") or "1.4.0"
    deployment["platformFamily"] = "Linux"


class Services:
    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._create = ecs._create_service

    def create(self, data: Record) -> Response:
        response: Response = self._create(data)
        if response[0] != 200:
            return response
        key = f"{ecs._resolve_cluster_name(data.get('cluster', 'default'))}/{data['serviceName']}"
        service = ecs._services[key]
        with resource_lock("ecs-service", key):
            service["deploymentConfiguration"] = complete(service["deploymentConfiguration"])
            service["platformVersion"] = service.get("platformVersion") or "LATEST"
            service["platformFamily"] = "Linux"
            describe_deployment(service, service["deployments"][0])
        self._wake()
        return answer(service)

    def update(self, data: Record) -> Response:
        found = find(data)
        if isinstance(found, tuple):
            return found
        key, service = found["key"], found["service"]
        if service["status"] != "ACTIVE":
            return error("ServiceNotActiveException", "Service was not ACTIVE.")
        request = dict(data)
        if request.get("taskDefinition"):
            definition = ecs._task_defs.get(ecs._resolve_td_key(request["taskDefinition"]))
            if definition is None:
                return error("ClientException", f"Unable to find task definition: {request['taskDefinition']}")
            request["taskDefinition"] = definition["taskDefinitionArn"]
        with resource_lock("ecs-service", key):
            redeploy = deployments.starts_deployment(service, request)
            if redeploy and len(service["deployments"]) >= deployments.MOST:
                message = f"{deployments.MOST} active deployments exist, unable to create new deployment."
                return error("InvalidParameterException", message)
            self._apply(service, request)
            if redeploy:
                for deployment in service["deployments"]:
                    deployment["status"] = "ACTIVE"
                deployment = new_deployment(service["taskDefinition"], service["desiredCount"])
                describe_deployment(service, deployment)
                service["deployments"] = [deployment, *service["deployments"]]
                service.update(_failures=0, _not_before=0.0, _steady=False)
            else:
                describe_deployment(service, service["deployments"][0])
        self._wake()
        return answer(service)

    @staticmethod
    def _apply(service: Record, request: Record) -> None:
        for field in (*SIMPLE_FIELDS, "taskDefinition"):
            if request.get(field) is not None:
                service[field] = request[field]
        if request.get("desiredCount") is not None:
            service["desiredCount"] = int(request["desiredCount"])
            service["_not_before"] = 0.0
        if request.get("deploymentConfiguration") is not None:
            merged = {**service["deploymentConfiguration"], **request["deploymentConfiguration"]}
            service["deploymentConfiguration"] = complete(merged)
        if request.get("capacityProviderStrategy") is not None:
            service["capacityProviderStrategy"] = request["capacityProviderStrategy"] or None
            service["launchType"] = None if request["capacityProviderStrategy"] else "FARGATE"

    def delete(self, data: Record) -> Response:
        found = find(data)
        if isinstance(found, tuple):
            return found
        service = found["service"]
        if service["status"] == "INACTIVE":
            return error("ServiceNotFoundException", "Service not found.")
        if not data.get("force") and service["desiredCount"] > 0 and service.get("schedulingStrategy") != "DAEMON":
            return error("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.")
        with resource_lock("ecs-service", found["key"]):
            service.update(status="DRAINING", desiredCount=0)
            for deployment in service["deployments"]:
                deployment["desiredCount"] = 0
            service_events.add(service, "has begun draining.")
        self._wake()
        return answer(service)

    @staticmethod
    def list(data: Record) -> Response:
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        if cluster not in ecs._clusters:
            return error("ClusterNotFoundException", "Cluster not found.")
        arns = sorted(
            service["serviceArn"]
            for key, service in ecs._services.items()
            if key.startswith(f"{cluster}/")
            and service["status"] != "INACTIVE"
            and data.get("launchType") in (None, service.get("launchType"))
        )
        start, size = int(data.get("nextToken") or 0), int(data.get("maxResults") or 10)
        more = {"nextToken": str(start + size)} if start + size < len(arns) else {}
        response: Response = json_response({"serviceArns": arns[start : start + size], **more})
        return response


def complete(configuration: Record) -> Record:
    """The deployment configuration with the API's defaults."""
    breaker = {"enable": False, "rollback": False, **(configuration.get("deploymentCircuitBreaker") or {})}
    return {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
        **configuration,
        "deploymentCircuitBreaker": breaker,
    }


def find(data: Record) -> Record | Response:
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    if cluster not in ecs._clusters:
        return error("ClusterNotFoundException", "Cluster not found.")
    reference = ecs._resolve_service_ref(data.get("service", ""))
    key = f"{cluster}/{reference[0]}" if reference else ""
    service = ecs._services.get(key)
    if service is None or (reference[1] or cluster) != cluster:
        return error("ServiceNotFoundException", "Service not found.")
    return {"key": key, "service": service}


def answer(service: Record) -> Response:
    shown = {**service, "tags": ecs._tags.get(service["serviceArn"], [])}
    response: Response = json_response({"service": ecs._sanitize(shown)})
    return response


def service_revision(service: Record, deployment: Record) -> str:
    number = deployment["id"].rsplit("/", 1)[-1]
    cluster = service["clusterArn"].rsplit("/", 1)[-1]
    return f"arn:aws:ecs:{get_region()}:{get_account_id()}:service-revision/{cluster}/{service['serviceName']}/{number}"


def install(wake: Callable[[], None]) -> None:
    ecs._make_deployment = new_deployment
    ecs._reconcile_service_tasks = lambda cluster, key: wake()
    ecs._refresh_service_state = lambda cluster, group: None
    services = Services(wake)
    ecs._ACTION_MAP.update(
        CreateService=services.create,
        UpdateService=services.update,
        DeleteService=services.delete,
        ListServices=services.list,
    )
    ecs._update_service = services.update

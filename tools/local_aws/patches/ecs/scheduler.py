"""The service scheduler: brings every service to its desired count and every deployment to its end.

One thread looks at all services whenever something changed, and once a second. Decisions are pure functions in
`deployments` and `service_health`; here they are carried out and reported as events.
ministack: reports a deployment COMPLETED with no task running, relaunches failing tasks without a pause, and
replaces old tasks before the new ones are healthy.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.core.responses import now_iso, request_scope
from ministack.services import ecs

from tools.local_aws.patches import cloud_map
from tools.local_aws.patches.ecs import deployments, protection, service_events, service_health
from tools.local_aws.patches.ecs.tasks import Tasks
from tools.local_aws.patches.elbv2.targets import Targets

logger = logging.getLogger("local_aws.scheduler")

TICK = 1.0
Record = dict[str, Any]
INCONSISTENT = (
    "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of "
    "the Amazon ECS Developer Guide."
)


class Scheduler:
    def __init__(self, tasks: Tasks, targets: Targets) -> None:
        self._tasks = tasks
        self._targets = targets
        self._changed = threading.Event()

    def wake(self) -> None:
        self._changed.set()

    def start(self) -> None:
        threading.Thread(target=self._loop, name="ecs-scheduler", daemon=True).start()

    def _loop(self) -> None:
        while True:
            self._changed.wait(TICK)
            self._changed.clear()
            for (account, region, key), service in ecs._services.all_items():
                try:
                    with request_scope(account, region):
                        self.reconcile(key, service)
                except Exception:
                    logger.exception("service %s", key)
            self._tasks.forget_old()

    # -- one service
    def reconcile(self, key: str, service: Record) -> None:
        with resource_lock("ecs-service", key):
            if ecs._services.get(key) is not service or service["status"] == "INACTIVE":
                return
            group = f"service:{service['serviceName']}"
            mine = [
                task
                for task in ecs._tasks.values()
                if task.get("group") == group
                and task["clusterArn"] == service["clusterArn"]
                and task.get("_service_created") == service["createdAt"]
            ]
            self._observe(service, mine)
            if service["status"] == "DRAINING":
                self._drain(service, mine)
            else:
                self._replace_unhealthy(service, mine)
                self._count_failures(service, mine)
                mine = self._roll(key, service, mine)
                self._conclude(service, mine)
            self._count(service, mine)
        ecs._recount_cluster(key.split("/", 1)[0])

    def _observe(self, service: Record, tasks: list[Record]) -> None:
        for task in tasks:
            if service_health.running(task) and "_running_since" not in task:
                task["_running_since"] = time.time()
                cloud_map.register(task)
                for target in service_health.targets(task, service):
                    if self._targets.register(*target):
                        service_events.add(service, f"registered 1 targets in (target-group {target[0]})")
                if not service_health.alive(task):
                    # It was told to stop meanwhile, and may have left before it was registered.
                    self._tasks.leave(task)

    def _drain(self, service: Record, tasks: list[Record]) -> None:
        for task in tasks:
            if service_health.alive(task):
                self._stop(task, service, "Service deleted")
        if not any(service_health.alive(task) for task in tasks):
            service.update(status="INACTIVE", deployments=[])

    def _replace_unhealthy(self, service: Record, tasks: list[Record]) -> None:
        for task in tasks:
            reason = service_health.failure(task, service, self._targets.state)
            if reason:
                task["_failed"] = True
                self._tasks.stop(task, reason, "ServiceSchedulerInitiated")
                service_events.add(
                    service, f"{service_events.names([task])} {reason.removeprefix('Task ')}, it will be replaced."
                )

    def _count_failures(self, service: Record, tasks: list[Record]) -> None:
        primary = service["deployments"][0]
        for task in tasks:
            failed = task.get("_failed") or task.get("stopCode") in ("TaskFailedToStart", "EssentialContainerExited")
            if service_health.alive(task) or task.get("_counted") or not failed:
                continue
            task["_counted"] = True
            if task["_deployment_id"] == primary["id"]:
                self._failed(service, primary)

    def _failed(self, service: Record, deployment: Record) -> None:
        service["_failures"] = service.get("_failures", 0) + 1
        service["_not_before"] = time.time() + deployments.restart_delay(service["_failures"])
        service["_steady"] = False
        if service["_failures"] == 5:
            service_events.add(service, INCONSISTENT)
        if deployment["rolloutState"] != "IN_PROGRESS":
            return
        deployment.update(failedTasks=deployment["failedTasks"] + 1, updatedAt=now_iso())
        configuration = service["deploymentConfiguration"]
        breaker = configuration.get("deploymentCircuitBreaker") or {}
        limit = deployments.threshold(service["desiredCount"], configuration)
        if breaker.get("enable") and deployment["failedTasks"] >= limit:
            self._break(service, deployment, bool(breaker.get("rollback")))

    def _break(self, service: Record, deployment: Record, rollback: bool) -> None:
        reason = "ECS deployment circuit breaker: tasks failed to start."
        deployment.update(rolloutState="FAILED", rolloutStateReason=reason, desiredCount=0, updatedAt=now_iso())
        service_events.add(service, f"(deployment {deployment['id']}) deployment failed: tasks failed to start.")
        previous = service.get("_completed")
        if not rollback or previous is None or previous["id"] == deployment["id"]:
            return
        service_events.add(service, f"rolling back to deployment {previous['id']}.")
        deployment["status"] = "ACTIVE"
        restored = {
            **previous,
            "status": "PRIMARY",
            "desiredCount": service["desiredCount"],
            "failedTasks": 0,
            "rolloutState": "IN_PROGRESS",
            "rolloutStateReason": f"ECS deployment circuit breaker: rolling back to deploymentId {previous['id']}.",
            "updatedAt": now_iso(),
        }
        others = [entry for entry in service["deployments"] if entry["id"] != previous["id"]]
        service["deployments"] = deployments.ordered([restored, *others])
        service.update(previous["_configuration"], _failures=0, _not_before=0.0)

    def _roll(self, key: str, service: Record, tasks: list[Record]) -> list[Record]:
        """Start and stop tasks; answers with the tasks, the new ones included."""
        primary, desired = service["deployments"][0], service["desiredCount"]
        configuration = service["deploymentConfiguration"]
        alive = [task for task in tasks if service_health.alive(task)]
        current = [task for task in alive if task["_deployment_id"] == primary["id"]]
        older = [task for task in alive if task["_deployment_id"] != primary["id"]]
        started: list[Record] = []
        if primary["rolloutState"] != "FAILED" and time.time() >= service.get("_not_before", 0.0):
            for dummy in range(deployments.to_start(desired, len(current), len(older), configuration)):
                started += self._launch(key, service, primary, current + started)
                if not started:
                    break
        if started:
            service["_steady"] = False
            service_events.add(service, f"has started {len(started)} tasks: {service_events.names(started)}.")
        surplus = self._by_usefulness(service, current)[desired:]
        healthy = sum(self._healthy(task, service) for task in current)
        healthy_older = sum(service_health.running(task) for task in older)
        if primary["rolloutState"] != "FAILED":
            count = deployments.older_to_stop(desired, healthy, healthy_older, len(older), configuration)
            surplus += list(reversed(self._by_usefulness(service, older)))[:count]
        with protection.lock:
            self._scale_in(service, [task for task in surplus if not protection.protected(task["taskArn"])])
        return tasks + started

    def _healthy(self, task: Record, service: Record) -> bool:
        definition = ecs._task_defs[ecs._resolve_td_key(task["taskDefinitionArn"])]
        return service_health.healthy(task, service, definition, self._targets.state)

    def _by_usefulness(self, service: Record, tasks: list[Record]) -> list[Record]:
        """Protected and healthy tasks first, then the oldest."""
        return sorted(
            tasks,
            key=lambda task: (
                not protection.protected(task["taskArn"]),
                not self._healthy(task, service),
                not service_health.running(task),
                str(task["createdAt"]),
            ),
        )

    def _launch(self, key: str, service: Record, deployment: Record, current: list[Record]) -> list[Record]:
        from tools.local_aws.patches.refusals import ecs as refusals

        problem = refusals.role_problem(ecs._task_defs[ecs._resolve_td_key(deployment["taskDefinition"])])
        if problem:
            service_events.add(service, f"failed to launch a task with (error {problem}).")
            self._failed(service, deployment)
            return []
        strategy = service.get("capacityProviderStrategy") or []
        provider = deployments.next_provider(strategy, [task.get("capacityProviderName") for task in current])
        status, dummy, body = self._tasks.create(
            {
                "cluster": key.split("/", 1)[0],
                "taskDefinition": deployment["taskDefinition"],
                "count": 1,
                "group": f"service:{service['serviceName']}",
                "startedBy": deployment["id"],
                "launchType": None if provider else service.get("launchType"),
                "capacityProviderStrategy": [{"capacityProvider": provider, "weight": 1}] if provider else None,
                "platformVersion": service.get("platformVersion", ""),
                "networkConfiguration": service.get("networkConfiguration", {}),
                "enableExecuteCommand": service.get("enableExecuteCommand", False),
                "tags": self._tags(service, deployment),
                "_deploymentId": deployment["id"],
            }
        )
        if status != 200:
            service_events.add(service, f"was unable to place a task. Reason: {body.decode(errors='replace')}.")
            self._failed(service, deployment)
            return []
        tasks = [ecs._tasks[task["taskArn"]] for task in json.loads(body)["tasks"]]
        for task in tasks:
            task["_service_created"] = service["createdAt"]
        return tasks

    @staticmethod
    def _tags(service: Record, deployment: Record) -> list[dict[str, str]]:
        source = {"SERVICE": service["serviceArn"], "TASK_DEFINITION": deployment["taskDefinition"]}.get(
            str(service.get("propagateTags", "NONE"))
        )
        tags = [dict(tag) for tag in ecs._tags.get(source, [])] if source else []
        if service.get("enableECSManagedTags"):
            cluster = service["clusterArn"].rsplit("/", 1)[-1]
            tags += [
                {"key": "aws:ecs:clusterName", "value": cluster},
                {"key": "aws:ecs:serviceName", "value": service["serviceName"]},
            ]
        return tags

    def _scale_in(self, service: Record, tasks: list[Record]) -> None:
        if not tasks:
            return
        service["_steady"] = False
        for task in tasks:
            reason = f"Scaling activity initiated by (deployment {service['deployments'][0]['id']})"
            self._stop(task, service, reason)
        service_events.add(service, f"has stopped {len(tasks)} running tasks: {service_events.names(tasks)}.")

    def _stop(self, task: Record, service: Record, reason: str) -> None:
        if service_health.running(task) and service_health.targets(task, service):
            service_events.add(service, "has begun draining connections on 1 tasks.")
        self._tasks.stop(task, reason, "ServiceSchedulerInitiated")

    # -- the end of a deployment
    def _conclude(self, service: Record, tasks: list[Record]) -> None:
        primary, desired = service["deployments"][0], service["desiredCount"]
        alive = [task for task in tasks if service_health.alive(task)]
        current = [task for task in alive if task["_deployment_id"] == primary["id"]]
        with_tasks = {task["_deployment_id"] for task in alive}
        steady = (
            len(alive) == len(current) == desired
            and all(self._healthy(task, service) for task in current)
            and primary["rolloutState"] != "FAILED"
        )
        if steady and primary["rolloutState"] == "IN_PROGRESS":
            primary.update(
                rolloutState="COMPLETED",
                rolloutStateReason=f"ECS deployment {primary['id']} completed.",
                updatedAt=now_iso(),
            )
            primary["_configuration"] = configuration(service)
            service["_completed"] = dict(primary)
            service_events.add(service, f"(deployment {primary['id']}) deployment completed.")
        if steady and not service.get("_steady"):
            service_events.add(service, "has reached a steady state.")
            service.update(_steady=True, _failures=0, _not_before=0.0)
        service["deployments"] = deployments.ordered(
            entry
            for entry in service["deployments"]
            if entry["status"] == "PRIMARY" or entry["id"] in with_tasks or self._still_of_interest(entry, primary)
        )

    @staticmethod
    def _still_of_interest(deployment: Record, primary: Record) -> bool:
        """A failed deployment stays visible until its rollback is complete."""
        return deployment["rolloutState"] == "FAILED" and primary["rolloutState"] == "IN_PROGRESS"

    @staticmethod
    def _count(service: Record, tasks: list[Record]) -> None:
        alive = [task for task in tasks if service_health.alive(task)]
        running = [task["_deployment_id"] for task in alive if service_health.running(task)]
        pending = [task["_deployment_id"] for task in alive if not service_health.running(task)]
        service.update(runningCount=len(running), pendingCount=len(pending))
        for deployment in service["deployments"]:
            deployment["runningCount"] = running.count(deployment["id"])
            deployment["pendingCount"] = pending.count(deployment["id"])
            if deployment["status"] == "PRIMARY" and deployment["rolloutState"] != "FAILED":
                deployment["desiredCount"] = service["desiredCount"]


def configuration(service: Record) -> Record:
    """What a rollback restores."""
    return {field: service.get(field) for field in deployments.TRIGGERS if service.get(field) is not None}

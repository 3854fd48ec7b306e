# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The calls to ECS and SSM; scalable targets and scheduled actions are those of _application_autoscaling."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import api as scaling
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import scheduled_actions
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.targets import SUSPENDED
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.validation import Identity
from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.common import CapacityErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.plan import DOWN, UP, Bounds, Observed
from ansible_collections.airflow.fargate.plugins.module_utils._capacity.record import Record, by_service, to_json
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

Config = dict[str, t.Any]
# DescribeServices and DescribeTasks take no more.
MOST_SERVICES = 10
MOST_TASKS = 100


class Clients(t.NamedTuple):
    ecs: t.Any
    scaling: t.Any
    ssm: t.Any


def list_parameters(client: t.Any, path: str) -> list[Config]:
    return list_all(CapacityErrorHandler, client, "get_parameters_by_path", "Parameters", Path=path)


def describe_services(client: t.Any, cluster: str, names: t.Sequence[str]) -> dict[str, Config]:
    """Those that exist."""
    found: list[Config] = []
    for start in range(0, len(names), MOST_SERVICES):
        part = list(names[start : start + MOST_SERVICES])
        answer = find(
            CapacityErrorHandler, "describe services", client.describe_services, cluster=cluster, services=part
        )
        found += answer["services"] if answer else []
    return {service["serviceName"]: service for service in found if service["status"] == "ACTIVE"}


def observe(clients: Clients, cluster: str, path: str, names: t.Sequence[str]) -> list[Observed]:
    """The services that exist, in the order of their names in the list."""
    identities = [Identity(cluster, name) for name in names]
    target_clients = scaling.Clients(clients.scaling, None)
    interest = scaling.Interest(policies=False, actions=True, alarms=False)
    reads: list[t.Callable[[], t.Any]] = [
        lambda: describe_services(clients.ecs, cluster, names),
        lambda: scaling.read(target_clients, identities, interest) if names else scaling.Found([], [], [], []),
        lambda: by_service(list_parameters(clients.ssm, path)),
    ]
    services, found, records = side_by_side(lambda read: read(), reads)
    targets = {target["ResourceId"]: _bounds(target) for target in found.targets}
    return [
        Observed(
            service=identity.service,
            desired=services[identity.service]["desiredCount"],
            running=services[identity.service]["runningCount"],
            target=targets.get(identity.resource_id),
            actions=_actions(found.actions, identity),
            record=records.get(identity.service),
        )
        for identity in identities
        if identity.service in services
    ]


def _bounds(target: Config) -> Bounds:
    suspended = target.get("SuspendedState", {})
    return Bounds(
        target["MinCapacity"],
        target["MaxCapacity"],
        {name: bool(suspended.get(key)) for key, name in SUSPENDED.items()},
    )


def _actions(actions: t.Iterable[Config], identity: Identity) -> dict[str, Config]:
    return {
        action["ScheduledActionName"]: scheduled_actions.observed(action)
        for action in actions
        if action["ResourceId"] == identity.resource_id and action["ScheduledActionName"] in (DOWN, UP)
    }


class Service:
    """The calls about one service."""

    def __init__(self, clients: Clients, cluster: str, path: str, name: str) -> None:
        self.clients = clients
        self.cluster = cluster
        self.name = name
        self.parameter = f"{path}/{name}"
        self.target = scaling.Target(scaling.Clients(clients.scaling, None), Identity(cluster, name))

    def create_record(self, record: Record, tags: t.Mapping[str, str]) -> None:
        """Refused by AWS when there is one already: it may hold the numbers of a time before this run."""
        aws_call(
            CapacityErrorHandler,
            f"write parameter {self.parameter}",
            self.clients.ssm.put_parameter,
            Name=self.parameter,
            Value=to_json(record),
            Type="String",
            Overwrite=False,
            **({"Tags": ansible_dict_to_boto3_tag_list(dict(tags))} if tags else {}),
        )

    def update_record(self, record: Record) -> None:
        aws_call(
            CapacityErrorHandler,
            f"write parameter {self.parameter}",
            self.clients.ssm.put_parameter,
            Name=self.parameter,
            Value=to_json(record),
            Type="String",
            Overwrite=True,
        )

    def delete_record(self) -> None:
        method = self.clients.ssm.delete_parameter
        find(CapacityErrorHandler, f"delete parameter {self.parameter}", method, Name=self.parameter)

    def register(self, bounds: Bounds) -> None:
        suspended = {key: bounds.suspended[name] for key, name in SUSPENDED.items()}
        self.target.register({"MinCapacity": bounds.min, "MaxCapacity": bounds.max}, suspended, {})

    def set_count(self, count: int) -> None:
        aws_call(
            CapacityErrorHandler,
            f"set the count of service {self.name}",
            self.clients.ecs.update_service,
            cluster=self.cluster,
            service=self.name,
            desiredCount=count,
        )

    def tasks(self, desired_status: str = "RUNNING") -> list[str]:
        arguments = {"cluster": self.cluster, "serviceName": self.name, "desiredStatus": desired_status}
        return list_all(CapacityErrorHandler, self.clients.ecs, "list_tasks", "taskArns", **arguments)

    def healthy(self) -> int:
        """How many tasks have passed their health check."""
        return sum(task.get("healthStatus") == "HEALTHY" for task in self._described(self.tasks()))

    def ending(self) -> int:
        """How many tasks have been told to stop and have not. ECS does not count them as running any more."""
        stopped = self._described(self.tasks("STOPPED"))
        return sum(task["lastStatus"] not in ("STOPPED", "DELETED") for task in stopped)

    def _described(self, arns: list[str]) -> list[Config]:
        tasks: list[Config] = []
        for start in range(0, len(arns), MOST_TASKS):
            part = arns[start : start + MOST_TASKS]
            method = self.clients.ecs.describe_tasks
            what = f"describe the tasks of service {self.name}"
            tasks += aws_call(CapacityErrorHandler, what, method, cluster=self.cluster, tasks=part)["tasks"]
        return tasks

    def stop_task(self, arn: str, reason: str) -> None:
        aws_call(
            CapacityErrorHandler,
            f"stop task {arn}",
            self.clients.ecs.stop_task,
            cluster=self.cluster,
            task=arn,
            reason=reason,
        )

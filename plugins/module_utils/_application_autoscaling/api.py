# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The calls to Application Auto Scaling, and to CloudWatch about the alarms of step scaling policies."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import alarms
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.common import (
    AutoscalingErrorHandler,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.validation import Identity
from ansible_collections.airflow.fargate.plugins.module_utils._calls import call_on_new, find, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._changes import Config
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Tags = dict[str, str]
NAMESPACE = "ecs"
DIMENSION = "ecs:service:DesiredCount"
MOST_RESOURCE_IDS = 50
# Something else is being changed of the same scalable target.
BUSY = ["ConcurrentUpdateException"]


class Clients(t.NamedTuple):
    scaling: t.Any
    cloudwatch: t.Any


class Found(t.NamedTuple):
    """What AWS has for the services of the list."""

    targets: list[Config]
    policies: list[Config]
    actions: list[Config]
    alarms: list[Config]


class Interest(t.NamedTuple):
    """What is to be read beside the scalable targets themselves."""

    policies: bool
    actions: bool
    alarms: bool


def read(clients: Clients, targets: t.Sequence[Identity], interest: Interest) -> Found:
    """Each kind for all services together, and all kinds at once."""
    scaling, cloudwatch = clients
    listings: list[t.Callable[[], list[Config]]] = [
        lambda: _targets(scaling, targets),
        lambda: _of_targets(scaling, "describe_scaling_policies", "ScalingPolicies", targets, interest.policies),
        lambda: _of_targets(scaling, "describe_scheduled_actions", "ScheduledActions", targets, interest.actions),
        lambda: _alarms(cloudwatch, targets) if interest.alarms else [],
    ]
    return Found(*side_by_side(lambda listing: listing(), listings))


def _targets(client: t.Any, targets: t.Sequence[Identity]) -> list[Config]:
    ids = [target.resource_id for target in targets]
    return [
        found
        for start in range(0, len(ids), MOST_RESOURCE_IDS)
        for found in list_all(
            AutoscalingErrorHandler,
            client,
            "describe_scalable_targets",
            "ScalableTargets",
            ServiceNamespace=NAMESPACE,
            ResourceIds=ids[start : start + MOST_RESOURCE_IDS],
            ScalableDimension=DIMENSION,
        )
    ]


def _of_targets(
    client: t.Any, operation: str, key: str, targets: t.Sequence[Identity], wanted: bool
) -> list[dict[str, t.Any]]:
    """Of one service, or of all that there are: AWS takes no list."""
    if not wanted:
        return []
    one = {"ResourceId": targets[0].resource_id, "ScalableDimension": DIMENSION} if len(targets) == 1 else {}
    return list_all(AutoscalingErrorHandler, client, operation, key, ServiceNamespace=NAMESPACE, **one)


def _alarms(client: t.Any, targets: t.Sequence[Identity]) -> list[Config]:
    prefixes = (
        {alarms.prefix(*targets[0])} if len(targets) == 1 else {alarms.prefix(target.cluster) for target in targets}
    )
    return [
        alarm
        for prefix in sorted(prefixes)
        for alarm in list_all(
            AutoscalingErrorHandler,
            client,
            "describe_alarms",
            "MetricAlarms",
            AlarmNamePrefix=prefix,
            AlarmTypes=["MetricAlarm"],
        )
    ]


class Target:
    """The calls about one scalable target."""

    def __init__(self, clients: Clients, identity: Identity) -> None:
        self.clients = clients
        self.identity = identity
        self.which = {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": identity.resource_id,
            "ScalableDimension": DIMENSION,
        }

    def _call(self, what: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        return call_on_new(AutoscalingErrorHandler, BUSY, f"{what} of service {self.identity}", method, **arguments)

    def register(self, bounds: Config, suspended: Config, tags: Tags) -> str:
        answer = self._call(
            "register the scalable target",
            self.clients.scaling.register_scalable_target,
            **self.which,
            **bounds,
            **({"SuspendedState": suspended} if suspended else {}),
            **({"Tags": tags} if tags else {}),
        )
        return answer["ScalableTargetARN"]

    def deregister(self) -> None:
        """Takes policies and scheduled actions along."""
        description = f"deregister the scalable target of service {self.identity}"
        find(AutoscalingErrorHandler, description, self.clients.scaling.deregister_scalable_target, **self.which)

    def tags(self, arn: str) -> Tags:
        what, method = "list the tags of the scalable target", self.clients.scaling.list_tags_for_resource
        return self._call(what, method, ResourceARN=arn).get("Tags", {})

    def tag(self, arn: str, changes: TagChanges) -> None:
        client = self.clients.scaling
        if changes.remove:
            self._call("untag the scalable target", client.untag_resource, ResourceARN=arn, TagKeys=changes.remove)
        if changes.add:
            self._call("tag the scalable target", client.tag_resource, ResourceARN=arn, Tags=changes.add)

    def put_policy(self, name: str, config: Config) -> str:
        method = self.clients.scaling.put_scaling_policy
        return self._call(f"put scaling policy {name}", method, PolicyName=name, **self.which, **config)["PolicyARN"]

    def delete_policy(self, name: str) -> None:
        method = self.clients.scaling.delete_scaling_policy
        find(
            AutoscalingErrorHandler,
            f"delete scaling policy {name} of service {self.identity}",
            method,
            PolicyName=name,
            **self.which,
        )

    def put_action(self, name: str, config: Config) -> None:
        times: Config = {key: datetime.fromisoformat(config[key]) for key in ("StartTime", "EndTime") if key in config}
        method = self.clients.scaling.put_scheduled_action
        what = f"put scheduled action {name}"
        self._call(what, method, ScheduledActionName=name, **self.which, **{**config, **times})

    def delete_action(self, name: str) -> None:
        method = self.clients.scaling.delete_scheduled_action
        find(
            AutoscalingErrorHandler,
            f"delete scheduled action {name} of service {self.identity}",
            method,
            ScheduledActionName=name,
            **self.which,
        )

    def put_alarm(self, name: str, config: Config, tags: Tags) -> None:
        """CloudWatch heeds tags only for an alarm that is new."""
        tagging = {"Tags": ansible_dict_to_boto3_tag_list(tags)} if tags else {}
        self._call(f"put alarm {name}", self.clients.cloudwatch.put_metric_alarm, AlarmName=name, **config, **tagging)

    def alarm_tags(self, arn: str) -> Tags:
        what, method = f"list the tags of alarm {arn}", self.clients.cloudwatch.list_tags_for_resource
        return boto3_tag_list_to_ansible_dict(self._call(what, method, ResourceARN=arn).get("Tags", []))

    def tag_alarm(self, arn: str, changes: TagChanges) -> None:
        client = self.clients.cloudwatch
        if changes.remove:
            self._call(f"untag alarm {arn}", client.untag_resource, ResourceARN=arn, TagKeys=changes.remove)
        if changes.add:
            added = ansible_dict_to_boto3_tag_list(changes.add)
            self._call(f"tag alarm {arn}", client.tag_resource, ResourceARN=arn, Tags=added)

    def delete_alarms(self, names: t.Sequence[str]) -> None:
        if names:
            method = self.clients.cloudwatch.delete_alarms
            self._call(f"delete alarms {', '.join(names)}", method, AlarmNames=list(names))

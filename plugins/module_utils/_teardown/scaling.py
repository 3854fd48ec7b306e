# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What scales the services: Application Auto Scaling, the alarms, and what is kept while they are scaled down."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .compute import cluster, pages
from .model import Kind, Resource, Scope, tag_dict


def find_alarms(scope: Scope) -> Iterator[Resource]:
    """Of every kind and purpose. Those that AWS makes for target tracking go with the scalable target."""
    client = scope.client("cloudwatch")
    kinds = {"MetricAlarms": "MetricAlarm", "CompositeAlarms": "CompositeAlarm"}
    for key, kind in kinds.items():
        for alarm in pages(client, "describe_alarms", key, AlarmNamePrefix=scope.name, AlarmTypes=[kind]):
            try:
                tags = client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
            except is_boto3_error_code(["ResourceNotFound", "ResourceNotFoundException"]):
                continue  # It went while we looked
            if scope.owns(tag_dict(tags)):
                yield Resource("alarm", alarm["AlarmName"], alarm["AlarmName"])


def delete_alarm(scope: Scope, resource: Resource) -> None:
    scope.client("cloudwatch").delete_alarms(AlarmNames=[resource.id])


def find_scalable_targets(scope: Scope) -> Iterator[Resource]:
    """Those of the environment's cluster; and when it is gone, those of a cluster of its name that have the tag."""
    client = scope.client("application-autoscaling")
    named = [
        target
        for target in pages(client, "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs")
        if target["ResourceId"].startswith(f"service/{scope.name}/")
    ]
    all_own = bool(named and cluster(scope))
    for target in named:
        if all_own or _is_own(scope, target["ScalableTargetARN"]):
            yield Resource("scalable target", target["ResourceId"], target["ResourceId"])


def _is_own(scope: Scope, arn: str) -> bool:
    try:
        return scope.owns(scope.client("application-autoscaling").list_tags_for_resource(ResourceARN=arn)["Tags"])
    except is_boto3_error_code("ResourceNotFoundException"):
        return False


def delete_scalable_target(scope: Scope, resource: Resource) -> None:
    """Takes scaling policies and scheduled actions along."""
    scope.client("application-autoscaling").deregister_scalable_target(
        ServiceNamespace="ecs", ResourceId=resource.id, ScalableDimension="ecs:service:DesiredCount"
    )


def find_parameters(scope: Scope) -> Iterator[Resource]:
    """Below the environment's own path; no other environment's is."""
    for parameter in pages(
        scope.client("ssm"), "get_parameters_by_path", "Parameters", Path=f"/{scope.name}", Recursive=True
    ):
        yield Resource("parameter", parameter["Name"], parameter["Name"])


def delete_parameter(scope: Scope, resource: Resource) -> None:
    scope.client("ssm").delete_parameter(Name=resource.id)


PARAMETERS = Kind(find_parameters, delete_parameter)
ALARMS = Kind(find_alarms, delete_alarm)
SCALABLE_TARGETS = Kind(find_scalable_targets, delete_scalable_target)

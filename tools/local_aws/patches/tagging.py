"""Resource Groups Tagging API: GetResources finds everything that is tagged.

AWS: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
ministack: leaves out EC2, ELB, RDS, Secrets Manager, CloudWatch Logs, Cloud Map and Application Auto Scaling, and
keeps showing ECS resources that are gone.

A collector yields (ARN, tags) of the request's account and region.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ministack.core.responses import get_account_id, get_region
from ministack.services import tagging

Tags = list[dict[str, str]]
Tagged = Iterator[tuple[str, Tags]]

EC2_STORES = {
    "vpc": "_vpcs",
    "subnet": "_subnets",
    "internet-gateway": "_internet_gateways",
    "route-table": "_route_tables",
    "security-group": "_security_groups",
    "elastic-ip": "_addresses",
    "natgateway": "_nat_gateways",
    "vpc-endpoint": "_vpc_endpoints",
    "network-interface": "_network_interfaces",
    "network-acl": "_network_acls",
}
"""Resource type in an ARN -> ministack's store."""


def from_mapping(tags: dict[str, str]) -> Tags:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def here(arns: Iterable[tuple[str, Tags]]) -> Tagged:
    """Only what lives in the request's region; ministack keeps some tags per account."""
    for arn, tags in arns:
        if arn.split(":")[3] in ("", get_region()):
            yield arn, tags


def ec2() -> Tagged:
    from ministack.services import ec2

    for kind, store in EC2_STORES.items():
        for identifier, record in getattr(ec2, store).items():
            if record.get("State") != "deleted":
                arn = f"arn:aws:ec2:{get_region()}:{get_account_id()}:{kind}/{identifier}"
                yield arn, ec2._tags.get(identifier, [])


def ecs() -> Tagged:
    from ministack.services import ecs

    existing = {cluster["clusterArn"] for cluster in ecs._clusters.values()}
    existing |= {service["serviceArn"] for service in ecs._services.values() if service["status"] != "INACTIVE"}
    existing |= {
        definition["taskDefinitionArn"] for definition in ecs._task_defs.values() if definition["status"] == "ACTIVE"
    }
    existing |= {task["taskArn"] for task in ecs._tasks.values() if task["lastStatus"] != "STOPPED"}
    for arn, tags in ecs._tags.items():
        if arn in existing:
            yield arn, [{"Key": tag["key"], "Value": tag.get("value", "")} for tag in tags]


def rds() -> Tagged:
    from ministack.services import rds

    return here(rds._tags.items())


def elastic_load_balancing() -> Tagged:
    from ministack.services import alb

    return here(alb._tags.items())


def secrets_manager() -> Tagged:
    from ministack.services import secretsmanager

    for secret in secretsmanager._secrets.values():
        if not secret.get("DeletedDate"):
            yield secret["ARN"], secret.get("Tags", [])


def logs() -> Tagged:
    from ministack.services import cloudwatch_logs

    for name, group in cloudwatch_logs._log_groups.items():
        arn = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{name}"
        yield arn, from_mapping(group.get("tags", {}))


def service_discovery() -> Tagged:
    from ministack.services import servicediscovery

    return here(servicediscovery._resource_tags.items())


def application_auto_scaling() -> Tagged:
    from tools.local_aws.patches.application_autoscaling import store

    for target in store.targets_here():
        yield target.arn, from_mapping(target.tags)


def firehose() -> Tagged:
    from ministack.services import firehose

    for stream in firehose._streams.values():
        yield stream["arn"], from_mapping(stream["tags"])


def systems_manager() -> Tagged:
    from ministack.services import ssm

    return here((arn, from_mapping(tags)) for arn, tags in ssm._tags.items())


COLLECTORS: dict[str, Callable[[], Tagged]] = {
    "ec2": ec2,
    "ecs": ecs,
    "rds": rds,
    "elasticloadbalancing": elastic_load_balancing,
    "secretsmanager": secrets_manager,
    "logs": logs,
    "servicediscovery": service_discovery,
    "application-autoscaling": application_auto_scaling,
    "firehose": firehose,
    "ssm": systems_manager,
}


def tagged_only(collector: Callable[[], Tagged]) -> Callable[[], Tagged]:
    """GetResources never shows what has no tags."""

    def collect() -> Tagged:
        for arn, tags in collector():
            if tags:
                yield arn, tags

    return collect


def install() -> None:
    tagging._COLLECTORS.update({service: tagged_only(collector) for service, collector in COLLECTORS.items()})

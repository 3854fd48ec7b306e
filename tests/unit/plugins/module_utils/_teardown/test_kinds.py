"""What counts as an environment's own, and what is asked of AWS to remove it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from ansible_collections.airflow.fargate.plugins.module_utils._teardown import (
    compute,
    data,
    logs,
    monitoring,
    network,
    scaling,
)
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.model import Resource, Scope
from ansible_collections.airflow.fargate.plugins.module_utils._teardown.stages import STAGES
from botocore.stub import Stubber

OWN = [{"Key": "airflow:environment", "Value": "test"}]
OTHER = [{"Key": "airflow:environment", "Value": "test2"}]


class Stubs:
    def __init__(self) -> None:
        self.stubbers: dict[str, Stubber] = {}

    def __getitem__(self, service: str) -> Stubber:
        if service not in self.stubbers:
            client = boto3.client(
                service, region_name="eu-west-1", aws_access_key_id="AKIATEST", aws_secret_access_key="stubbed-key"
            )
            self.stubbers[service] = Stubber(client)
            self.stubbers[service].activate()
        return self.stubbers[service]

    def scope(self, snapshot: str | None = None, window: int = 0) -> Scope:
        return Scope("test", "airflow-test", lambda service: self[service].client, snapshot, window)


@pytest.fixture
def stubs() -> Any:
    made = Stubs()
    yield made
    for stubber in made.stubbers.values():
        stubber.assert_no_pending_responses()


def test_databases_are_found_by_tag(stubs: Stubs) -> None:
    instances = [
        {"DBInstanceIdentifier": "mine", "DBInstanceStatus": "available", "TagList": OWN},
        {"DBInstanceIdentifier": "going", "DBInstanceStatus": "deleting", "TagList": OWN},
        {"DBInstanceIdentifier": "others", "DBInstanceStatus": "available", "TagList": OTHER},
    ]
    stubs["rds"].add_response("describe_db_instances", {"DBInstances": instances})
    assert [(r.name, r.deleting) for r in data.find_databases(stubs.scope())] == [("mine", False), ("going", True)]


def test_a_protected_database_is_named(stubs: Stubs) -> None:
    instances = [
        {"DBInstanceIdentifier": "mine", "TagList": OWN, "DeletionProtection": True},
        {"DBInstanceIdentifier": "others", "TagList": OTHER, "DeletionProtection": True},
    ]
    stubs["rds"].add_response("describe_db_instances", {"DBInstances": instances})
    assert data.protected_databases(stubs.scope()) == ["mine"]


@pytest.mark.parametrize(
    ("snapshot", "expected"),
    [
        ("last", {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": "last"}),
        (None, {"SkipFinalSnapshot": True}),
    ],
)
def test_the_last_snapshot(stubs: Stubs, snapshot: str | None, expected: dict[str, Any]) -> None:
    request = {"DBInstanceIdentifier": "mine", "DeleteAutomatedBackups": True, **expected}
    stubs["rds"].add_response("delete_db_instance", {}, request)
    data.delete_database(stubs.scope(snapshot), Resource("database", "mine", "mine"))


@pytest.mark.parametrize(
    ("window", "expected"), [(0, {"ForceDeleteWithoutRecovery": True}), (7, {"RecoveryWindowInDays": 7})]
)
def test_the_recovery_window_of_secrets(stubs: Stubs, window: int, expected: dict[str, Any]) -> None:
    stubs["secretsmanager"].add_response("delete_secret", {}, {"SecretId": "arn", **expected})
    data.delete_secret(stubs.scope(window=window), Resource("secret", "s", "arn"))


def test_secrets_that_go_already_are_left_alone(stubs: Stubs) -> None:
    secrets = [
        {"Name": "airflow-test/a", "ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:a", "Tags": OWN},
        {"Name": "airflow-test/b", "ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:b", "Tags": OTHER},
        {"Name": "airflow-test/c", "ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:c", "Tags": OWN, "DeletedDate": 1},
    ]
    stubs["secretsmanager"].add_response("list_secrets", {"SecretList": secrets})
    assert [r.name for r in data.find_secrets(stubs.scope())] == ["airflow-test/a"]


def test_a_bucket_is_emptied_of_every_version(stubs: Stubs) -> None:
    versions = {
        "Versions": [{"Key": "a", "VersionId": "1"}],
        "DeleteMarkers": [{"Key": "b", "VersionId": "2"}],
    }
    objects = [{"Key": "a", "VersionId": "1"}, {"Key": "b", "VersionId": "2"}]
    s3 = stubs["s3"]
    s3.add_response("list_object_versions", versions, {"Bucket": "bucket"})
    s3.add_response("delete_objects", {}, {"Bucket": "bucket", "Delete": {"Objects": objects, "Quiet": True}})
    s3.add_response("delete_bucket", {}, {"Bucket": "bucket"})
    data.delete_bucket(stubs.scope(), Resource("bucket", "bucket", "bucket"))


def test_security_groups_lose_their_rules_first(stubs: Stubs) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": "sg-2"}]}
    ec2 = stubs["ec2"]
    ec2.add_response(
        "describe_security_groups",
        {"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [rule]}]},
        {"GroupIds": ["sg-1"]},
    )
    ec2.add_response("revoke_security_group_ingress", {}, {"GroupId": "sg-1", "IpPermissions": [rule]})
    ec2.add_response("delete_security_group", {}, {"GroupId": "sg-1"})
    network.delete_security_group(stubs.scope(), Resource("security group", "a", "sg-1"))


def test_deleted_nat_gateways_do_not_count(stubs: Stubs) -> None:
    gateways = [
        {"NatGatewayId": "nat-1", "State": "available", "Tags": [{"Key": "Name", "Value": "one"}]},
        {"NatGatewayId": "nat-2", "State": "deleted", "Tags": []},
        {"NatGatewayId": "nat-3", "State": "deleting", "Tags": []},
    ]
    filters = [{"Name": "tag:airflow:environment", "Values": ["test"]}]
    stubs["ec2"].add_response("describe_nat_gateways", {"NatGateways": gateways}, {"Filters": filters})
    found = [(r.name, r.deleting) for r in network.find_nat_gateways(stubs.scope())]
    assert found == [("one", False), ("nat-3", True)]


def test_load_balancers_are_found_by_tag(stubs: Stubs) -> None:
    arns = [f"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/{name}/1" for name in ("mine", "others")]
    elbv2 = stubs["elbv2"]
    balancers = [{"LoadBalancerName": arn.split("/")[2], "LoadBalancerArn": arn} for arn in arns]
    elbv2.add_response("describe_load_balancers", {"LoadBalancers": balancers})
    elbv2.add_response(
        "describe_tags",
        {"TagDescriptions": [{"ResourceArn": arns[0], "Tags": OWN}, {"ResourceArn": arns[1], "Tags": OTHER}]},
        {"ResourceArns": arns},
    )
    assert [r.name for r in compute.find_load_balancers(stubs.scope())] == ["mine"]


def test_without_the_cluster_there_are_no_services(stubs: Stubs) -> None:
    stubs["ecs"].add_response(
        "describe_clusters", {"clusters": []}, {"clusters": ["airflow-test"], "include": ["TAGS"]}
    )
    assert list(compute.find_services(stubs.scope())) == []


ALARM = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:"
TARGET = "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/"


def test_alarms_are_found_by_name_and_tag(stubs: Stubs) -> None:
    cloudwatch = stubs["cloudwatch"]
    for key, kind, names in (
        ("MetricAlarms", "MetricAlarm", {"airflow-test/worker/out": OWN, "airflow-test2/worker/out": OTHER}),
        ("CompositeAlarms", "CompositeAlarm", {"airflow-test-all": OWN}),
    ):
        alarms = [{"AlarmName": name, "AlarmArn": ALARM + name} for name in names]
        request = {"AlarmNamePrefix": "airflow-test", "AlarmTypes": [kind]}
        cloudwatch.add_response("describe_alarms", {key: alarms}, request)
        for name, tags in names.items():
            cloudwatch.add_response("list_tags_for_resource", {"Tags": tags}, {"ResourceARN": ALARM + name})
    found = list(scaling.find_alarms(stubs.scope()))
    assert [alarm.name for alarm in found] == ["airflow-test/worker/out", "airflow-test-all"]

    cloudwatch.add_response("delete_alarms", {}, {"AlarmNames": ["airflow-test-all"]})
    scaling.delete_alarm(stubs.scope(), found[1])


def test_an_alarm_that_goes_meanwhile_is_none(stubs: Stubs) -> None:
    alarm = {"AlarmName": "airflow-test/a", "AlarmArn": ALARM + "airflow-test/a"}
    stubs["cloudwatch"].add_response("describe_alarms", {"MetricAlarms": [alarm]})
    stubs["cloudwatch"].add_client_error("list_tags_for_resource", "ResourceNotFoundException")
    stubs["cloudwatch"].add_response("describe_alarms", {})
    assert list(scaling.find_alarms(stubs.scope())) == []


def scalable(resource_id: str) -> dict[str, Any]:
    ids = {"ServiceNamespace": "ecs", "ResourceId": resource_id, "ScalableDimension": "ecs:service:DesiredCount"}
    more = {"MinCapacity": 0, "MaxCapacity": 1, "RoleARN": "arn:aws:iam::123456789012:role/x", "CreationTime": 1}
    return {**ids, **more, "ScalableTargetARN": TARGET + resource_id.rsplit("/", 1)[-1]}


SCALABLE = [scalable(f"service/{name}") for name in ("airflow-test/a", "airflow-test/b", "airflow-test2/c")]


def test_scalable_targets_of_the_cluster(stubs: Stubs) -> None:
    stubs["application-autoscaling"].add_response("describe_scalable_targets", {"ScalableTargets": SCALABLE})
    own = [{"key": "airflow:environment", "value": "test"}]
    cluster = {"clusterName": "airflow-test", "status": "ACTIVE", "tags": own}
    stubs["ecs"].add_response("describe_clusters", {"clusters": [cluster]})
    found = [target.id for target in scaling.find_scalable_targets(stubs.scope())]
    assert found == ["service/airflow-test/a", "service/airflow-test/b"]


def test_scalable_targets_that_a_cluster_left_behind(stubs: Stubs) -> None:
    client = stubs["application-autoscaling"]
    client.add_response("describe_scalable_targets", {"ScalableTargets": SCALABLE})
    stubs["ecs"].add_response("describe_clusters", {"clusters": []})
    tags = {"airflow:environment": "test"}
    client.add_response("list_tags_for_resource", {"Tags": tags}, {"ResourceARN": TARGET + "a"})
    client.add_client_error("list_tags_for_resource", "ResourceNotFoundException")
    assert [target.id for target in scaling.find_scalable_targets(stubs.scope())] == ["service/airflow-test/a"]


def test_without_scalable_targets_nobody_asks_for_the_cluster(stubs: Stubs) -> None:
    stubs["application-autoscaling"].add_response("describe_scalable_targets", {"ScalableTargets": []})
    assert list(scaling.find_scalable_targets(stubs.scope())) == []


def test_an_inactive_task_definition_is_not_deregistered_again(stubs: Stubs) -> None:
    stubs["ecs"].add_response("delete_task_definitions", {}, {"taskDefinitions": ["arn"]})
    compute.delete_task_definition(stubs.scope(), Resource("inactive task definition", "a:1", "arn"))


def test_users_go_before_what_they_use() -> None:
    order = {kind: number for number, stage in enumerate(STAGES) for kind in stage}
    for user, used in [
        (scaling.ALARMS, compute.SERVICES),
        (scaling.SCALABLE_TARGETS, compute.SERVICES),
        (compute.SERVICES, compute.CLUSTERS),
        (compute.SERVICES, data.DATABASES),
        (compute.LOAD_BALANCERS, compute.TARGET_GROUPS),
        (compute.REGISTRY_SERVICES, compute.NAMESPACES),
        (data.DATABASES, data.DATABASE_SUBNET_GROUPS),
        (data.BROKERS, data.BROKER_SUBNET_GROUPS),
        (data.DATABASE_SUBNET_GROUPS, network.SUBNETS),
        (network.NAT_GATEWAYS, network.ADDRESSES),
        (network.SECURITY_GROUPS, network.VPCS),
        (network.SUBNETS, network.VPCS),
    ]:
        assert order[user] < order[used]


def test_parameters_are_those_below_the_environments_path(stubs: Stubs) -> None:
    name = "/airflow-test/capacity/worker"
    answer = {"Parameters": [{"Name": name}]}
    stubs["ssm"].add_response("get_parameters_by_path", answer, {"Path": "/airflow-test", "Recursive": True})
    (found,) = scaling.find_parameters(stubs.scope())
    assert str(found) == f"parameter {name}"
    stubs["ssm"].add_response("delete_parameter", {}, {"Name": name})
    scaling.delete_parameter(stubs.scope(), found)


def test_delivery_streams_of_all_pages_are_found_by_tag(stubs: Stubs) -> None:
    firehose = stubs["firehose"]
    pages = (["airflow-test-standalone", "airflow-test-x"], ["other"])
    firehose.add_response("list_delivery_streams", {"DeliveryStreamNames": pages[0], "HasMoreDeliveryStreams": True})
    for name, tags in zip(pages[0], (OWN, OTHER), strict=True):
        listed = {"Tags": tags, "HasMoreTags": False}
        firehose.add_response("list_tags_for_delivery_stream", listed, {"DeliveryStreamName": name})
        if tags is OWN:
            stream = {
                "DeliveryStreamName": name,
                "DeliveryStreamARN": "arn",
                "DeliveryStreamStatus": "DELETING",
                "DeliveryStreamType": "DirectPut",
                "VersionId": "1",
                "Destinations": [],
                "HasMoreDestinations": False,
            }
            firehose.add_response("describe_delivery_stream", {"DeliveryStreamDescription": stream})
    firehose.add_response(
        "list_delivery_streams",
        {"DeliveryStreamNames": pages[1], "HasMoreDeliveryStreams": False},
        {"Limit": 100, "ExclusiveStartDeliveryStreamName": "airflow-test-x"},
    )
    assert [(r.name, r.deleting) for r in logs.find_delivery_streams(stubs.scope())] == [
        ("airflow-test-standalone", True)
    ]


def test_glue_databases_have_underscores(stubs: Stubs) -> None:
    names = ["airflow_test", "airflow_test2", "airflow"]
    listed = [{"Name": name, "CatalogId": "123456789012"} for name in names]
    stubs["glue"].add_response("get_databases", {"DatabaseList": listed})
    for name, environment in (("airflow_test", "test"), ("airflow_test2", "test2")):
        arn = {"ResourceArn": f"arn:aws:glue:eu-west-1:123456789012:database/{name}"}
        stubs["glue"].add_response("get_tags", {"Tags": {"airflow:environment": environment}}, arn)
    assert [r.name for r in logs.find_databases(stubs.scope())] == ["airflow_test"]


def test_workgroups_go_with_their_queries(stubs: Stubs) -> None:
    athena = stubs["athena"]
    athena.add_response("list_work_groups", {"WorkGroups": [{"Name": "primary"}], "NextToken": "n"}, {})
    athena.add_response("list_work_groups", {"WorkGroups": [{"Name": "airflow-test-logs"}]}, {"NextToken": "n"})
    stubs["sts"].add_response("get_caller_identity", {"Account": "123456789012"})
    arn = {"ResourceARN": "arn:aws:athena:eu-west-1:123456789012:workgroup/airflow-test-logs"}
    athena.add_response("list_tags_for_resource", {"Tags": OWN}, arn)
    (found,) = logs.find_workgroups(stubs.scope())
    request = {"WorkGroup": "airflow-test-logs", "RecursiveDeleteOption": True}
    athena.add_response("delete_work_group", {}, request)
    logs.delete_workgroup(stubs.scope(), found)


def test_the_dashboard_is_the_one_of_that_name(stubs: Stubs) -> None:
    cloudwatch = stubs["cloudwatch"]
    entries = [{"DashboardName": name} for name in ("airflow-test", "airflow-test2")]
    cloudwatch.add_response("list_dashboards", {"DashboardEntries": entries}, {"DashboardNamePrefix": "airflow-test"})
    [found] = monitoring.find_dashboards(stubs.scope())
    cloudwatch.add_response("delete_dashboards", {}, {"DashboardNames": ["airflow-test"]})
    monitoring.delete_dashboard(stubs.scope(), found)


def test_topics_are_found_by_name_and_tag(stubs: Stubs) -> None:
    sns = stubs["sns"]
    prefix = "arn:aws:sns:eu-west-1:123456789012:"
    names = ("airflow-test-alarms", "airflow-test-2-alarms", "airflow-test-gone", "other")
    sns.add_response("list_topics", {"Topics": [{"TopicArn": prefix + name} for name in names]})
    for name, tags in zip(names[:2], (OWN, OTHER), strict=True):
        sns.add_response("list_tags_for_resource", {"Tags": tags}, {"ResourceArn": prefix + name})
    sns.add_client_error("list_tags_for_resource", "ResourceNotFoundException")
    [found] = monitoring.find_topics(stubs.scope())
    assert found.name == "airflow-test-alarms"
    sns.add_response("delete_topic", {}, {"TopicArn": prefix + found.name})
    monitoring.delete_topic(stubs.scope(), found)

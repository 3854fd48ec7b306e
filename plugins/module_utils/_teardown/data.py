# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The database, the broker, the bucket, secrets, logs, images and roles."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .compute import pages
from .model import Kind, Resource, Scope, tag_dict


def find_databases(scope: Scope) -> Iterator[Resource]:
    for instance in pages(scope.client("rds"), "describe_db_instances", "DBInstances"):
        if scope.owns(tag_dict(instance.get("TagList", []))):
            yield Resource(
                "database",
                instance["DBInstanceIdentifier"],
                instance["DBInstanceIdentifier"],
                instance["DBInstanceStatus"] == "deleting",
            )


def protected_databases(scope: Scope) -> list[str]:
    """Databases that AWS refuses to delete."""
    return [
        instance["DBInstanceIdentifier"]
        for instance in pages(scope.client("rds"), "describe_db_instances", "DBInstances")
        if scope.owns(tag_dict(instance.get("TagList", []))) and instance.get("DeletionProtection")
    ]


def delete_database(scope: Scope, resource: Resource) -> None:
    snapshot = (
        {"SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": scope.final_snapshot_id}
        if scope.final_snapshot_id
        else {"SkipFinalSnapshot": True}
    )
    scope.client("rds").delete_db_instance(DBInstanceIdentifier=resource.id, DeleteAutomatedBackups=True, **snapshot)


def find_database_subnet_groups(scope: Scope) -> Iterator[Resource]:
    client = scope.client("rds")
    for group in pages(client, "describe_db_subnet_groups", "DBSubnetGroups"):
        tags = client.list_tags_for_resource(ResourceName=group["DBSubnetGroupArn"])["TagList"]
        if scope.owns(tag_dict(tags)):
            yield Resource("database subnet group", group["DBSubnetGroupName"], group["DBSubnetGroupName"])


def delete_database_subnet_group(scope: Scope, resource: Resource) -> None:
    scope.client("rds").delete_db_subnet_group(DBSubnetGroupName=resource.id)


def find_brokers(scope: Scope) -> Iterator[Resource]:
    client = scope.client("elasticache")
    for group in pages(client, "describe_replication_groups", "ReplicationGroups"):
        # A group that is being created or deleted answers no tag request; its name is the environment's own.
        if group["ReplicationGroupId"] != scope.name:
            continue
        yield Resource(
            "broker", group["ReplicationGroupId"], group["ReplicationGroupId"], group["Status"] == "deleting"
        )


def delete_broker(scope: Scope, resource: Resource) -> None:
    scope.client("elasticache").delete_replication_group(ReplicationGroupId=resource.id, RetainPrimaryCluster=False)


def find_broker_subnet_groups(scope: Scope) -> Iterator[Resource]:
    # community.aws creates it without tags: it is known by the environment's name.
    for group in pages(scope.client("elasticache"), "describe_cache_subnet_groups", "CacheSubnetGroups"):
        if group["CacheSubnetGroupName"] == scope.name:
            yield Resource("broker subnet group", group["CacheSubnetGroupName"], group["CacheSubnetGroupName"])


def delete_broker_subnet_group(scope: Scope, resource: Resource) -> None:
    scope.client("elasticache").delete_cache_subnet_group(CacheSubnetGroupName=resource.id)


def find_buckets(scope: Scope) -> Iterator[Resource]:
    client = scope.client("s3")
    for bucket in client.list_buckets()["Buckets"]:
        if not bucket["Name"].startswith(f"{scope.name}-"):
            continue
        try:
            tags = client.get_bucket_tagging(Bucket=bucket["Name"])["TagSet"]
        except is_boto3_error_code(["NoSuchTagSet", "NoSuchBucket"]):
            continue
        if scope.owns(tag_dict(tags)):
            yield Resource("bucket", bucket["Name"], bucket["Name"])


def delete_bucket(scope: Scope, resource: Resource) -> None:
    client = scope.client("s3")
    for page in client.get_paginator("list_object_versions").paginate(Bucket=resource.id):
        versions = page.get("Versions", []) + page.get("DeleteMarkers", [])
        if versions:
            objects = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in versions]
            client.delete_objects(Bucket=resource.id, Delete={"Objects": objects, "Quiet": True})
    client.delete_bucket(Bucket=resource.id)


def find_secrets(scope: Scope) -> Iterator[Resource]:
    filters = [{"Key": "name", "Values": [f"{scope.name}/"]}]
    for secret in pages(scope.client("secretsmanager"), "list_secrets", "SecretList", Filters=filters):
        if scope.owns(tag_dict(secret.get("Tags", []))) and not secret.get("DeletedDate"):
            yield Resource("secret", secret["Name"], secret["ARN"])


def delete_secret(scope: Scope, resource: Resource) -> None:
    recovery = (
        {"RecoveryWindowInDays": scope.recovery_window_in_days}
        if scope.recovery_window_in_days
        else {"ForceDeleteWithoutRecovery": True}
    )
    scope.client("secretsmanager").delete_secret(SecretId=resource.id, **recovery)


def find_log_groups(scope: Scope) -> Iterator[Resource]:
    client = scope.client("logs")
    for group in pages(client, "describe_log_groups", "logGroups", logGroupNamePrefix=f"/{scope.name}/"):
        tags = client.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
        if scope.owns(tags):
            yield Resource("log group", group["logGroupName"], group["logGroupName"])


def delete_log_group(scope: Scope, resource: Resource) -> None:
    scope.client("logs").delete_log_group(logGroupName=resource.id)


def find_repositories(scope: Scope) -> Iterator[Resource]:
    client = scope.client("ecr")
    for repository in pages(client, "describe_repositories", "repositories"):
        if scope.owns(tag_dict(client.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"])):
            yield Resource("repository", repository["repositoryName"], repository["repositoryName"])


def delete_repository(scope: Scope, resource: Resource) -> None:
    scope.client("ecr").delete_repository(repositoryName=resource.id, force=True)


def find_roles(scope: Scope) -> Iterator[Resource]:
    client = scope.client("iam")
    for role in pages(client, "list_roles", "Roles"):
        name = role["RoleName"]
        if name.startswith(f"{scope.name}-") and scope.owns(tag_dict(client.list_role_tags(RoleName=name)["Tags"])):
            yield Resource("role", name, name)


def delete_role(scope: Scope, resource: Resource) -> None:
    client = scope.client("iam")
    for policy in pages(client, "list_role_policies", "PolicyNames", RoleName=resource.id):
        client.delete_role_policy(RoleName=resource.id, PolicyName=policy)
    for policy in pages(client, "list_attached_role_policies", "AttachedPolicies", RoleName=resource.id):
        client.detach_role_policy(RoleName=resource.id, PolicyArn=policy["PolicyArn"])
    client.delete_role(RoleName=resource.id)


DATABASES = Kind(find_databases, delete_database)
DATABASE_SUBNET_GROUPS = Kind(find_database_subnet_groups, delete_database_subnet_group)
BROKERS = Kind(find_brokers, delete_broker)
BROKER_SUBNET_GROUPS = Kind(find_broker_subnet_groups, delete_broker_subnet_group)
BUCKETS = Kind(find_buckets, delete_bucket)
SECRETS = Kind(find_secrets, delete_secret)
LOG_GROUPS = Kind(find_log_groups, delete_log_group)
REPOSITORIES = Kind(find_repositories, delete_repository)
ROLES = Kind(find_roles, delete_role)

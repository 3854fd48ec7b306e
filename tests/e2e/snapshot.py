"""What an environment has in AWS, read with boto3 and without what AWS makes up, so that two can be compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.e2e.embedded_aws import ACCOUNT, EmbeddedAws

Snapshot = dict[str, Any]

# Ids that AWS makes up.
IDS = re.compile(r"\b(vpc|subnet|sg|sgr|igw|rtb|rtbassoc|vpce|acl|dopt|ns|srv|cluster)-[0-9a-z]{6,}\b")
LOAD_BALANCING_IDS = re.compile(r"(app|targetgroup)/([\w<>-]+)/[0-9a-z]{16}\b")
CONTAINER_FIELDS = """
    name image command cpu environment secrets essential healthCheck logConfiguration portMappings stopTimeout ulimits
    firelensConfiguration
"""


def pick(resource: Mapping[str, Any], fields: str) -> dict[str, Any]:
    return {name: resource.get(name) for name in fields.split()}


def tags(entries: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    return {entry.get("Key") or entry["key"]: entry.get("Value") or entry["value"] for entry in entries or ()}


def normalised(snapshot: Snapshot, name: str, environment: str) -> Snapshot:
    """Without made-up ids, and with a placeholder for the environment's name."""
    text = json.dumps(snapshot, sort_keys=True, default=str)
    # Glue knows the name with underscores.
    text = IDS.sub(r"\1-id", text).replace(name, "<name>").replace(name.replace("-", "_"), "<name>")
    text = LOAD_BALANCING_IDS.sub(r"\1/\2/id", text)
    # As a value: of a tag, a dimension, a variable.
    text = text.replace(f'"{environment}"', '"<environment>"').replace(f'\\"{environment}\\"', '\\"<environment>\\"')
    return dict(json.loads(text))


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """The places where two snapshots differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted({*left, *right})
        return [line for key in keys for line in differences(left.get(key), right.get(key), f"{path}/{key}")]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return [line for index, pair in pairs for line in differences(*pair, f"{path}[{index}]")]
    return [] if left == right else [f"{path}: {left!r} != {right!r}"]


class Reader:
    """Reads one environment, by its tag where there are tags and by its name where there are none.

    The name of an environment may be the beginning of another's: that must not matter here either.
    """

    def __init__(self, aws: EmbeddedAws, environment: str) -> None:
        self.aws = aws
        self.environment = environment
        self.name = f"airflow-{environment}"

    def read(self) -> Snapshot:
        """Everything. Lists and dictionaries are empty where there is nothing."""
        return {
            **self.network(),
            "roles": self.roles(),
            "buckets": self.buckets(),
            "repositories": self.repositories(),
            "secrets": self.secrets(),
            "log_groups": self.log_groups(),
            "parameters": self.parameters(),
            **self.log_delivery(),
            "databases": self.databases(),
            "brokers": self.brokers(),
            **self.load_balancing(),
            "namespaces": self.namespaces(),
            **self.compute(),
            **self.scaling(),
            **self.monitoring(),
        }

    def comparable(self) -> Snapshot:
        return normalised(self.read(), self.name, self.environment)

    def owns(self, its_tags: Mapping[str, str]) -> bool:
        return its_tags.get("airflow:environment") == self.environment

    def network(self) -> Snapshot:
        filters = [{"Name": "tag:airflow:environment", "Values": [self.environment]}]

        def tagged(operation: str, key: str) -> list[dict[str, Any]]:
            return self.aws.pages("ec2", operation, key, Filters=filters)

        subnets = {subnet["SubnetId"]: subnet["CidrBlock"] for subnet in tagged("describe_subnets", "Subnets")}
        groups = tagged("describe_security_groups", "SecurityGroups")
        names = {group["GroupId"]: group["GroupName"] for group in groups}
        return {
            "vpcs": [{"cidr": vpc["CidrBlock"], "tags": tags(vpc["Tags"])} for vpc in tagged("describe_vpcs", "Vpcs")],
            "subnets": {
                subnet["CidrBlock"]: {"zone": subnet["AvailabilityZone"], "tags": tags(subnet["Tags"])}
                for subnet in tagged("describe_subnets", "Subnets")
            },
            "route_tables": {
                tags(table["Tags"])["Name"]: {
                    "routes": sorted(json.dumps(route, sort_keys=True) for route in table["Routes"]),
                    "subnets": sorted(
                        subnets[link["SubnetId"]] for link in table["Associations"] if link.get("SubnetId")
                    ),
                }
                for table in tagged("describe_route_tables", "RouteTables")
            },
            "gateways": [tags(item["Tags"]) for item in tagged("describe_internet_gateways", "InternetGateways")],
            "endpoints": [
                {**pick(item, "ServiceName State VpcEndpointType"), "route_tables": len(item["RouteTableIds"])}
                for item in tagged("describe_vpc_endpoints", "VpcEndpoints")
            ],
            "security_groups": {
                group["GroupName"]: {
                    "tags": tags(group["Tags"]),
                    "in": sorted(
                        f"{rule.get('FromPort')} from {[item['CidrIp'] for item in rule['IpRanges']]} "
                        f"{sorted(names[pair['GroupId']] for pair in rule['UserIdGroupPairs'])}"
                        for rule in group["IpPermissions"]
                    ),
                }
                for group in groups
            },
        }

    def roles(self) -> Snapshot:
        iam = self.aws.client("iam")
        named = [
            role
            for role in self.aws.pages("iam", "list_roles", "Roles")
            if role["RoleName"].startswith(f"{self.name}-")
        ]
        tags_of = {role["RoleName"]: tags(iam.list_role_tags(RoleName=role["RoleName"])["Tags"]) for role in named}
        return {
            role["RoleName"]: {
                "trust": role["AssumeRolePolicyDocument"],
                "policies": {
                    policy: iam.get_role_policy(RoleName=role["RoleName"], PolicyName=policy)["PolicyDocument"]
                    for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
                },
                "tags": tags_of[role["RoleName"]],
            }
            for role in named
            if self.owns(tags_of[role["RoleName"]])
        }

    def buckets(self) -> Snapshot:
        s3 = self.aws.client("s3")
        wanted = f"{self.name}-{ACCOUNT}-"
        names = [item["Name"] for item in s3.list_buckets()["Buckets"] if item["Name"].startswith(wanted)]
        return {
            name: {
                "tags": tags(s3.get_bucket_tagging(Bucket=name)["TagSet"]),
                "versioning": s3.get_bucket_versioning(Bucket=name)["Status"],
                "policy": json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]),
                "lifecycle": s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"],
                "public": s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
            }
            for name in names
        }

    def repositories(self) -> Snapshot:
        found = self.aws.pages("ecr", "describe_repositories", "repositories")
        return {
            item["repositoryName"]: {
                "mutability": item["imageTagMutability"],
                "resource_tags": tags(
                    self.aws.client("ecr").list_tags_for_resource(resourceArn=item["repositoryArn"])["tags"]
                ),
                "tags": sorted(
                    image["imageTag"]
                    for image in self.aws.pages("ecr", "list_images", "imageIds", repositoryName=item["repositoryName"])
                    if "imageTag" in image
                ),
            }
            for item in found
            if item["repositoryName"] == self.name
        }

    def secrets(self) -> Snapshot:
        found = self.aws.pages("secretsmanager", "list_secrets", "SecretList")
        return {
            item["Name"]: {"tags": tags(item.get("Tags")), "description": item.get("Description")}
            for item in found
            if item["Name"].startswith(f"{self.name}/") and not item.get("DeletedDate")
        }

    def parameters(self) -> Snapshot:
        path = f"/{self.name}"
        found = self.aws.pages("ssm", "get_parameters_by_path", "Parameters", Path=path, Recursive=True)
        return {parameter["Name"]: parameter["Value"] for parameter in found}

    def log_groups(self) -> Snapshot:
        found = self.aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=f"/{self.name}/")
        return {item["logGroupName"]: item.get("retentionInDays") for item in found}

    def log_delivery(self) -> Snapshot:
        firehose, glue, athena = (self.aws.client(service) for service in ("firehose", "glue", "athena"))
        streams = [
            name
            for name in firehose.list_delivery_streams(Limit=100)["DeliveryStreamNames"]
            if name == f"{self.name}-standalone"
        ]
        catalog = self.name.replace("-", "_")
        catalogs = [
            item["Name"] for item in self.aws.pages("glue", "get_databases", "DatabaseList") if item["Name"] == catalog
        ]
        groups = [
            item["Name"] for item in athena.list_work_groups()["WorkGroups"] if item["Name"] == f"{self.name}-logs"
        ]
        return {
            "delivery_streams": {
                name: {
                    "tags": tags(firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]),
                    "destinations": [
                        destination["ExtendedS3DestinationDescription"]
                        for destination in firehose.describe_delivery_stream(DeliveryStreamName=name)[
                            "DeliveryStreamDescription"
                        ]["Destinations"]
                    ],
                }
                for name in streams
            },
            "catalogs": {
                name: [
                    pick(table, "Name Parameters PartitionKeys StorageDescriptor")
                    for table in glue.get_tables(DatabaseName=name)["TableList"]
                ]
                for name in catalogs
            },
            "workgroups": {
                name: {
                    "configuration": athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"],
                    "queries": len(athena.list_named_queries(WorkGroup=name)["NamedQueryIds"]),
                }
                for name in groups
            },
        }

    def databases(self) -> Snapshot:
        found = self.aws.pages("rds", "describe_db_instances", "DBInstances")
        fields = "DBInstanceStatus Engine EngineVersion DBInstanceClass AllocatedStorage StorageEncrypted MultiAZ"
        return {
            item["DBInstanceIdentifier"]: {**pick(item, fields), "tags": tags(item["TagList"])}
            for item in found
            if item["DBInstanceIdentifier"] == self.name
        }

    def brokers(self) -> Snapshot:
        found = self.aws.pages("elasticache", "describe_replication_groups", "ReplicationGroups")
        fields = "Status CacheNodeType TransitEncryptionEnabled AtRestEncryptionEnabled AuthTokenEnabled MemberClusters"
        return {
            item["ReplicationGroupId"]: pick(item, fields) for item in found if item["ReplicationGroupId"] == self.name
        }

    def load_balancing(self) -> Snapshot:
        balancers = [
            item
            for item in self.aws.pages("elbv2", "describe_load_balancers", "LoadBalancers")
            if item["LoadBalancerName"] == self.name
        ]
        groups = self.aws.pages("elbv2", "describe_target_groups", "TargetGroups")
        return {
            "load_balancers": {
                item["LoadBalancerName"]: {
                    **pick(item, "DNSName Scheme Type"),
                    "listeners": [
                        {**pick(listener, "Port Protocol"), "actions": [a["Type"] for a in listener["DefaultActions"]]}
                        for listener in self.aws.pages(
                            "elbv2", "describe_listeners", "Listeners", LoadBalancerArn=item["LoadBalancerArn"]
                        )
                    ],
                }
                for item in balancers
            },
            "target_groups": {
                item["TargetGroupName"]: pick(item, "Port Protocol TargetType HealthCheckPath")
                for item in groups
                if item["TargetGroupName"] == f"{self.name}-api-server"
            },
        }

    def monitoring(self) -> Snapshot:
        cloudwatch, sns = self.aws.client("cloudwatch"), self.aws.client("sns")
        alarms = self.aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=f"{self.name}: ")
        fields = "MetricName Dimensions Threshold ComparisonOperator EvaluationPeriods ActionsEnabled AlarmActions"
        dashboards = self.aws.pages("cloudwatch", "list_dashboards", "DashboardEntries", DashboardNamePrefix=self.name)
        topics = [topic["TopicArn"] for topic in self.aws.pages("sns", "list_topics", "Topics")]
        return {
            "monitoring_alarms": {
                alarm["AlarmName"]: {
                    **pick(alarm, fields),
                    "tags": tags(cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]),
                }
                for alarm in alarms
            },
            "dashboards": {
                item["DashboardName"]: json.loads(
                    cloudwatch.get_dashboard(DashboardName=item["DashboardName"])["DashboardBody"]
                )
                for item in dashboards
                if item["DashboardName"] == self.name
            },
            "topics": {
                arn: tags(sns.list_tags_for_resource(ResourceArn=arn)["Tags"])
                for arn in topics
                if arn.endswith(f":{self.name}-alarms")
            },
        }

    def namespaces(self) -> Snapshot:
        def services(namespace: str) -> list[str]:
            filters = [{"Name": "NAMESPACE_ID", "Values": [namespace]}]
            found = self.aws.pages("servicediscovery", "list_services", "Services", Filters=filters)
            return sorted(service["Name"] for service in found)

        return {
            item["Name"]: services(item["Id"])
            for item in self.aws.pages("servicediscovery", "list_namespaces", "Namespaces")
            if item["Name"] == f"{self.name}.internal"
        }

    def compute(self) -> Snapshot:
        ecs = self.aws.client("ecs")
        clusters = ecs.describe_clusters(clusters=[self.name], include=["TAGS"])["clusters"]
        active = [cluster for cluster in clusters if cluster["status"] == "ACTIVE"]
        arns = self.aws.pages("ecs", "list_services", "serviceArns", cluster=self.name) if active else []
        services = ecs.describe_services(cluster=self.name, services=arns)["services"] if arns else []
        return {
            "clusters": {
                cluster["clusterName"]: {
                    "tags": tags(cluster["tags"]),
                    "capacity_providers": sorted(cluster["capacityProviders"]),
                }
                for cluster in active
            },
            "services": {
                service["serviceName"]: {
                    **pick(service, "status desiredCount runningCount pendingCount enableExecuteCommand"),
                    "task_definition": service["taskDefinition"].rpartition("/")[2],
                    "network": service["networkConfiguration"],
                    "registries": len(service.get("serviceRegistries", [])),
                    "load_balancers": len(service.get("loadBalancers", [])),
                }
                for service in services
            },
            "task_definitions": self.task_definitions(),
        }

    def scaling(self) -> Snapshot:
        """Without the alarms' states, and without ARNs, which hold ids."""

        def listed(operation: str, key: str) -> list[dict[str, Any]]:
            found = self.aws.pages("application-autoscaling", operation, key, ServiceNamespace="ecs")
            return [item for item in found if item["ResourceId"].startswith(f"service/{self.name}/")]

        policies = listed("describe_scaling_policies", "ScalingPolicies")
        actions = listed("describe_scheduled_actions", "ScheduledActions")
        alarms = self.aws.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=f"{self.name}/")
        fields = "Namespace MetricName Dimensions Statistic Period EvaluationPeriods Threshold TreatMissingData"
        return {
            "scalable_targets": {
                item["ResourceId"]: {
                    **pick(item, "MinCapacity MaxCapacity SuspendedState"),
                    "policies": {
                        policy["PolicyName"]: policy["PolicyType"]
                        for policy in policies
                        if policy["ResourceId"] == item["ResourceId"]
                    },
                    "actions": {
                        action["ScheduledActionName"]: pick(action, "Schedule Timezone ScalableTargetAction")
                        for action in actions
                        if action["ResourceId"] == item["ResourceId"]
                    },
                }
                for item in listed("describe_scalable_targets", "ScalableTargets")
            },
            "scaling_alarms": {alarm["AlarmName"]: pick(alarm, fields) for alarm in alarms},
        }

    def task_definitions(self) -> Snapshot:
        """The revision in force of every family, and its content."""
        ecs = self.aws.client("ecs")
        prefix = f"{self.name}-"
        families = ecs.list_task_definition_families(familyPrefix=prefix, status="ACTIVE")["families"]
        found = {}
        for family in families:
            answer = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
            definition = answer["taskDefinition"]
            if not self.owns(tags(answer["tags"])):
                continue
            found[family] = {
                **pick(definition, "revision cpu memory taskRoleArn executionRoleArn runtimePlatform"),
                "containers": [pick(container, CONTAINER_FIELDS) for container in definition["containerDefinitions"]],
            }
        return found

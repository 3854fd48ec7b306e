"""An AWS that takes its time: what it makes is not there before."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local_aws.conftest import until

PORT = os.environ.get("LOCAL_AWS_PORT", "4566")
SECONDS = {"rds": 8, "elasticache": 10, "elbv2": 4}


def take_time(seconds: dict[str, int]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = f"http://127.0.0.1:{PORT}/_local_aws/creation"
    request = urllib.request.Request(url, data=json.dumps(seconds).encode(), method="PUT")
    with opener.open(request, timeout=60) as answer:
        assert json.loads(answer.read()) == seconds


@pytest.fixture
def slow_aws() -> Iterator[None]:
    take_time(SECONDS)
    yield
    take_time({})


class Slow:
    """A database, a broker and a load balancer."""

    def __init__(self, aws: Any) -> None:
        self.name = f"{aws.name}-slow"
        self.rds, self.elasticache, self.elbv2 = (aws.client(name) for name in ("rds", "elasticache", "elbv2"))
        description = "test"
        self.rds.create_db_subnet_group(
            DBSubnetGroupName=self.name, DBSubnetGroupDescription=description, SubnetIds=aws.subnets
        )
        self.elasticache.create_cache_subnet_group(
            CacheSubnetGroupName=self.name, CacheSubnetGroupDescription=description, SubnetIds=aws.subnets
        )
        database = self.rds.create_db_instance(
            DBInstanceIdentifier=self.name,
            DBInstanceClass="db.t4g.micro",
            Engine="postgres",
            EngineVersion="17.6",
            AllocatedStorage=20,
            MasterUsername="airflow",
            MasterUserPassword="Example-1234567",
            DBName="airflow",
            DBSubnetGroupName=self.name,
        )["DBInstance"]
        broker = self.elasticache.create_replication_group(
            ReplicationGroupId=self.name,
            ReplicationGroupDescription=description,
            Engine="valkey",
            EngineVersion="8.1",
            CacheNodeType="cache.t4g.micro",
            CacheSubnetGroupName=self.name,
        )["ReplicationGroup"]
        balancer = self.elbv2.create_load_balancer(Name=self.name, Subnets=aws.subnets)["LoadBalancers"][0]
        self.at_first = (database["DBInstanceStatus"], broker["Status"], balancer["State"]["Code"])
        self.shards_at_first = broker.get("NodeGroups")

    @property
    def group(self) -> dict[str, Any]:
        answer = self.elasticache.describe_replication_groups(ReplicationGroupId=self.name)
        group: dict[str, Any] = answer["ReplicationGroups"][0]
        return group

    @property
    def states(self) -> tuple[str, str, str]:
        return (
            self.rds.describe_db_instances(DBInstanceIdentifier=self.name)["DBInstances"][0]["DBInstanceStatus"],
            self.group["Status"],
            self.elbv2.describe_load_balancers(Names=[self.name])["LoadBalancers"][0]["State"]["Code"],
        )

    def delete(self) -> None:
        balancer = self.elbv2.describe_load_balancers(Names=[self.name])["LoadBalancers"][0]["LoadBalancerArn"]
        self.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
        self.elasticache.delete_replication_group(ReplicationGroupId=self.name)
        self.rds.delete_db_instance(DBInstanceIdentifier=self.name, SkipFinalSnapshot=True)


@pytest.mark.usefixtures("slow_aws")
def test_what_takes_time_is_not_there_at_first(aws: Any) -> None:
    slow = Slow(aws)
    try:
        assert slow.at_first == ("creating", "creating", "provisioning")
        assert not slow.shards_at_first
        until(lambda: slow.states, lambda seen: seen == ("available", "available", "active"))
        assert slow.group["NodeGroups"][0]["PrimaryEndpoint"]["Port"] == 6379
    finally:
        slow.delete()

"""The database and the broker answer over TLS under names that their certificates carry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "test-password-1"
TOKEN = "test-token-1234567"


@pytest.fixture(scope="module")
def stores(aws: Any, until: Any) -> Iterator[tuple[str, str]]:
    """(address of the database, address of the broker)"""
    rds, cache = aws.client("rds"), aws.client("elasticache")
    rds.create_db_subnet_group(DBSubnetGroupName=aws.name, DBSubnetGroupDescription="test", SubnetIds=aws.subnets)
    cache.create_cache_subnet_group(
        CacheSubnetGroupName=aws.name, CacheSubnetGroupDescription="test", SubnetIds=aws.subnets
    )
    rds.create_db_instance(
        DBInstanceIdentifier=aws.name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="17.6",
        MasterUsername="airflow",
        MasterUserPassword=PASSWORD,
        DBName="airflow",
        AllocatedStorage=20,
        DBSubnetGroupName=aws.name,
        VpcSecurityGroupIds=[aws.group],
    )
    cache.create_replication_group(
        ReplicationGroupId=aws.name,
        ReplicationGroupDescription="test",
        Engine="valkey",
        EngineVersion="8.1",
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=1,
        TransitEncryptionEnabled=True,
        AuthToken=TOKEN,
        CacheSubnetGroupName=aws.name,
        SecurityGroupIds=[aws.group],
    )

    def instance() -> dict[str, Any]:
        return dict(rds.describe_db_instances(DBInstanceIdentifier=aws.name)["DBInstances"][0])

    def group() -> dict[str, Any]:
        return dict(cache.describe_replication_groups(ReplicationGroupId=aws.name)["ReplicationGroups"][0])

    database = until(instance, lambda seen: seen["DBInstanceStatus"] == "available")["Endpoint"]["Address"]
    broker = until(group, lambda seen: seen["Status"] == "available")["NodeGroups"][0]["PrimaryEndpoint"]["Address"]
    yield database, broker
    rds.delete_db_instance(DBInstanceIdentifier=aws.name, FinalDBSnapshotIdentifier=f"{aws.name}-final")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=f"{aws.name}-final")["DBSnapshots"]
    cache.delete_replication_group(ReplicationGroupId=aws.name)


def query(aws: Any, address: str, statement: str) -> list[str]:
    """What the database answers to a task."""
    task = aws.run(
        {
            "name": "main",
            "image": "docker.io/library/postgres:17-alpine",
            "entryPoint": ["psql"],
            "command": ["-qtAc", statement],
            "environment": [
                {"name": "PGHOST", "value": address},
                {"name": "PGUSER", "value": "airflow"},
                {"name": "PGPASSWORD", "value": PASSWORD},
                {"name": "PGCONNECT_TIMEOUT", "value": "30"},
                {"name": "PGSSLMODE", "value": "verify-full"},
                {"name": "PGSSLROOTCERT", "value": "/etc/ssl/certs/rds-global-bundle.pem"},
            ],
        }
    )
    return list(aws.logs(task))


def test_the_database_passes_full_verification(aws: Any, stores: tuple[str, str]) -> None:
    assert query(aws, stores[0], "select ssl from pg_stat_ssl where pid = pg_backend_pid()") == ["t"]


def test_a_stopped_database_does_not_answer_and_keeps_its_data(aws: Any, stores: tuple[str, str], until: Any) -> None:
    rds = aws.client("rds")

    def status() -> str:
        return str(rds.describe_db_instances(DBInstanceIdentifier=aws.name)["DBInstances"][0]["DBInstanceStatus"])

    assert query(aws, stores[0], "create table kept as select 'still here' as note") == []
    with pytest.raises(rds.exceptions.InvalidDBInstanceStateFault):
        rds.start_db_instance(DBInstanceIdentifier=aws.name)
    assert rds.stop_db_instance(DBInstanceIdentifier=aws.name)["DBInstance"]["DBInstanceStatus"] == "stopping"
    until(status, lambda seen: seen == "stopped")
    assert "still here" not in query(aws, stores[0], "select note from kept")
    for operation in (rds.stop_db_instance, rds.modify_db_instance):
        with pytest.raises(rds.exceptions.InvalidDBInstanceStateFault):
            operation(DBInstanceIdentifier=aws.name)
    assert rds.start_db_instance(DBInstanceIdentifier=aws.name)["DBInstance"]["DBInstanceStatus"] == "starting"
    until(status, lambda seen: seen == "available")
    assert query(aws, stores[0], "select note from kept") == ["still here"]


def test_the_broker_is_trusted_and_wants_its_token(aws: Any, stores: tuple[str, str]) -> None:
    trust = ["--tls", "--cacert", "/etc/ssl/certs/ca-certificates.crt", "--sni", stores[1]]
    container = {"name": "main", "image": "docker.io/valkey/valkey:8.1-alpine", "entryPoint": ["redis-cli"]}
    known = aws.run({**container, "command": ["-h", stores[1], *trust, "--no-auth-warning", "-a", TOKEN, "ping"]})
    assert aws.logs(known) == ["PONG"]
    unknown = aws.run({**container, "command": ["-h", stores[1], *trust, "ping"]})
    assert any("NOAUTH" in line for line in aws.logs(unknown))


def test_no_server_shows_its_password_on_its_command_line(stores: tuple[str, str]) -> None:
    lines = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                lines.append((folder / "cmdline").read_text(errors="replace"))
            except OSError:  # it has ended meanwhile
                continue
    assert any("valkey-server" in line for line in lines)
    assert not [line for line in lines if TOKEN in line or PASSWORD in line]


def test_a_group_in_use_cannot_be_deleted(aws: Any, stores: tuple[str, str]) -> None:
    ec2 = aws.client("ec2")
    with pytest.raises(ec2.exceptions.ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=aws.group)
    with pytest.raises(ec2.exceptions.ClientError, match="DependencyViolation"):
        ec2.delete_subnet(SubnetId=aws.subnets[0])

"""What RDS refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import (
    Check,
    Params,
    Refusal,
    between,
    known_security_groups,
    known_subnets,
    matches,
    members,
    required,
)

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
IDENTIFIER = r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,62}(?<!-)"


def password(params: Params) -> Refusal | None:
    value = params.get("MasterUserPassword")
    if value is None:
        return None
    if not 8 <= len(value) <= 128:
        return Refusal(
            VALUE, "The parameter MasterUserPassword is not a valid password because it must have 8 to 128 characters."
        )
    if any(character in '/@" ' or not "!" <= character <= "~" for character in value):
        return Refusal(
            VALUE,
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', "
            "'@', '\"', ' ' may be used.",
        )
    return None


def subnet_group_exists(params: Params) -> Refusal | None:
    from ministack.services import rds

    name = params.get("DBSubnetGroupName")
    if not name or name == "default" or name in rds._subnet_groups:
        return None
    return Refusal("DBSubnetGroupNotFoundFault", f"DBSubnetGroup {name} not found.", 404)


def security_groups_exist(params: Params) -> Refusal | None:
    return known_security_groups(
        members(params, "VpcSecurityGroupIds"), VALUE, "Invalid security group , groupId= {}, groupName=."
    )


def zones_covered(params: Params) -> Refusal | None:
    from ministack.services import ec2

    identifiers = members(params, "SubnetIds")
    missing = known_subnets(identifiers, "InvalidSubnet", "Some input subnets in :[{}] are invalid.")
    if missing:
        return missing
    if len({ec2._subnets[identifier]["AvailabilityZone"] for identifier in identifiers}) < 2:
        return Refusal(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at "
            "least 2 AZs.",
        )
    return None


def subnet_group_unused(params: Params) -> Refusal | None:
    from ministack.services import rds

    name = params.get("DBSubnetGroupName")
    if any(instance["DBSubnetGroup"]["DBSubnetGroupName"] == name for instance in rds._instances.values()):
        return Refusal(
            "InvalidDBSubnetGroupStateFault",
            f"Cannot delete the subnet group '{name}' because at least one database instance is still using it.",
        )
    return None


def final_snapshot(params: Params) -> Refusal | None:
    from ministack.services import rds

    skip = str(params.get("SkipFinalSnapshot", "")).lower() == "true"
    snapshot = params.get("FinalDBSnapshotIdentifier")
    if skip and snapshot:
        return Refusal(
            COMBINATION, "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot."
        )
    if not skip and not snapshot:
        return Refusal(COMBINATION, "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if snapshot and snapshot in rds._snapshots:
        return Refusal("DBSnapshotAlreadyExists", f"Cannot create the snapshot because {snapshot} already exists.")
    return None


def is_not_stopped(params: Params) -> Refusal | None:
    from ministack.services import rds

    instance = rds._resolve_instance(params.get("DBInstanceIdentifier"))
    if instance is None or instance["DBInstanceStatus"] not in ("stopping", "stopped", "starting"):
        return None
    return Refusal("InvalidDBInstanceState", "Database instance is not in available state.")


def storage_scale(params: Params) -> Refusal | None:
    allocated, most = params.get("AllocatedStorage"), params.get("MaxAllocatedStorage")
    if allocated and most and int(most) <= int(allocated):
        return Refusal(COMBINATION, "Max storage size must be greater than storage size")
    return None


SHARED: list[Check] = [
    password,
    between("BackupRetentionPeriod", 0, 35, VALUE, "Invalid backup retention period: {}. Must be between 0 and 35."),
    between("AllocatedStorage", 20, 65536, VALUE, "Invalid storage size for engine name postgres: {}"),
    matches("DBInstanceClass", r"db\.[a-z0-9]+\.[a-z0-9]+", VALUE, "Invalid DB Instance class: {}"),
    security_groups_exist,
    storage_scale,
]

CHECKS: dict[str, list[Check]] = {
    "CreateDBInstance": [
        matches(
            "DBInstanceIdentifier",
            IDENTIFIER,
            VALUE,
            "The parameter DBInstanceIdentifier is not a valid identifier: {}. Identifiers must begin with a letter; "
            "must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
            "consecutive hyphens.",
        ),
        required("DBInstanceClass", "MissingParameter", "The parameter DBInstanceClass must be provided."),
        required("Engine", "MissingParameter", "The parameter Engine must be provided."),
        matches("DBName", r"[A-Za-z_][A-Za-z0-9_]{0,62}", VALUE, "DBName must begin with a letter: {}"),
        matches(
            "MasterUsername",
            r"(?!admin$|postgres_|rds)[A-Za-z][A-Za-z0-9_]{0,62}",
            VALUE,
            "MasterUsername {} cannot be used as it is a reserved word used by the engine",
        ),
        subnet_group_exists,
        *SHARED,
    ],
    "ModifyDBInstance": [is_not_stopped, *SHARED],
    "DeleteDBInstance": [final_snapshot],
    "CreateDBSubnetGroup": [zones_covered],
    "ModifyDBSubnetGroup": [zones_covered],
    "DeleteDBSubnetGroup": [subnet_group_unused],
}

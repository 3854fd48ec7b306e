"""What ElastiCache refuses."""

from __future__ import annotations

from tools.local_aws.patches.refusals.checks import (
    Check,
    Params,
    Refusal,
    known_security_groups,
    known_subnets,
    matches,
    members,
)

VALUE = "InvalidParameterValue"
IDENTIFIER = r"(?!.*--)[A-Za-z][A-Za-z0-9-]{0,39}(?<!-)"
TOKEN = r"[A-Za-z0-9!&#$^<>-]{16,128}"
TOKEN_MESSAGE = (
    "Invalid AuthToken provided. A valid AUTH token has 16 to 128 printable characters; the only special characters "
    "allowed are ! & # $ ^ < > -"
)


def yes(params: Params, field: str) -> bool:
    return str(params.get(field, "")).lower() == "true"


def several_nodes(params: Params) -> Refusal | None:
    nodes = int(params.get("NumCacheClusters") or 1)
    if nodes > 1 or params.get("NumNodeGroups") or params.get("ReplicasPerNodeGroup"):
        return None
    if yes(params, "AutomaticFailoverEnabled"):
        return Refusal(VALUE, "When using automatic failover, there must be at least 2 cache clusters in the group.")
    if yes(params, "MultiAZEnabled"):
        return Refusal(VALUE, "Must have at least 2 replicas to enable Multi-AZ.")
    return None


def multi_az_needs_failover(params: Params) -> Refusal | None:
    if yes(params, "MultiAZEnabled") and not yes(params, "AutomaticFailoverEnabled"):
        return Refusal("InvalidParameterCombination", "Automatic failover must be enabled when Multi-AZ is enabled.")
    return None


def token_needs_tls(params: Params) -> Refusal | None:
    if params.get("AuthToken") and not yes(params, "TransitEncryptionEnabled"):
        return Refusal("InvalidParameterCombination", "The AUTH token requires encryption in transit to be enabled.")
    return None


def subnet_group_exists(params: Params) -> Refusal | None:
    from ministack.services import elasticache

    name = params.get("CacheSubnetGroupName")
    if not name or name in elasticache._subnet_groups:
        return None
    return Refusal("CacheSubnetGroupNotFoundFault", f"CacheSubnetGroup {name} not found.", 404)


def security_groups_exist(params: Params) -> Refusal | None:
    return known_security_groups(
        members(params, "SecurityGroupIds"), VALUE, "Some security group Ids are invalid: [{}]"
    )


def subnets_exist(params: Params) -> Refusal | None:
    return known_subnets(members(params, "SubnetIds"), "InvalidSubnet", "Some input subnets are invalid: [{}]")


def subnet_group_unused(params: Params) -> Refusal | None:
    from ministack.services import elasticache

    name = params.get("CacheSubnetGroupName")
    if any(group["CacheSubnetGroupName"] == name for group in elasticache._replication_groups.values()):
        return Refusal("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
    return None


CHECKS: dict[str, list[Check]] = {
    "CreateReplicationGroup": [
        matches(
            "ReplicationGroupId",
            IDENTIFIER,
            VALUE,
            "The parameter ReplicationGroupId must contain at most 40 letters, digits and hyphens: {}",
        ),
        token_needs_tls,
        matches("AuthToken", TOKEN, VALUE, TOKEN_MESSAGE),
        several_nodes,
        multi_az_needs_failover,
        subnet_group_exists,
        security_groups_exist,
    ],
    "ModifyReplicationGroup": [matches("AuthToken", TOKEN, VALUE, TOKEN_MESSAGE), security_groups_exist],
    "CreateCacheSubnetGroup": [subnets_exist],
    "DeleteCacheSubnetGroup": [subnet_group_unused],
}

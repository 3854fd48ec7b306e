"""What Elastic Load Balancing refuses."""

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
)

INVALID = "ValidationError"
NAME = r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)"


def balancer_name(params: Params) -> Refusal | None:
    if str(params.get("Name", "")).startswith("internal-"):
        return Refusal(INVALID, f"The load balancer name '{params['Name']}' cannot begin with 'internal-'")
    return None


def subnets(params: Params) -> Refusal | None:
    from ministack.services import ec2

    identifiers = members(params, "Subnets")
    missing = known_subnets(identifiers, "SubnetNotFound", "The subnet ID '{}' does not exist")
    if missing:
        return missing
    zones = {ec2._subnets[identifier]["AvailabilityZone"] for identifier in identifiers}
    if params.get("Type", "application") == "application" and len(zones) < 2:
        return Refusal(INVALID, "At least two subnets in two different Availability Zones must be specified")
    return None


def security_groups(params: Params) -> Refusal | None:
    return known_security_groups(
        members(params, "SecurityGroups"), "InvalidSecurityGroup", "One or more security groups are invalid: {}"
    )


def vpc(params: Params) -> Refusal | None:
    from ministack.services import ec2

    identifier = params.get("VpcId")
    if params.get("TargetType") == "lambda":
        return None
    if not identifier:
        return Refusal(INVALID, "A VPC ID must be specified")
    return None if identifier in ec2._vpcs else Refusal(INVALID, f"The VPC ID '{identifier}' is not found")


def health_check_times(params: Params) -> Refusal | None:
    timeout = float(params.get("HealthCheckTimeoutSeconds") or 5)
    if timeout >= float(params.get("HealthCheckIntervalSeconds") or 30):
        return Refusal(INVALID, "Health check interval must be greater than the timeout.")
    return None


def forward_targets(params: Params) -> Refusal | None:
    from ministack.services import alb

    for key, arn in params.items():
        if key.endswith("TargetGroupArn") and arn not in alb._tgs:
            return Refusal("TargetGroupNotFound", f"Target groups '{arn}' not found")
    return None


def free_port(params: Params) -> Refusal | None:
    from ministack.services import alb

    balancer, port = params.get("LoadBalancerArn"), str(params.get("Port"))
    for listener in alb._listeners.values():
        if listener["LoadBalancerArn"] == balancer and str(listener["Port"]) == port:
            return Refusal(
                "DuplicateListener", f"A listener already exists on this port for this load balancer '{balancer}'"
            )
    return None


def certificate(params: Params) -> Refusal | None:
    if (
        params.get("Protocol") == "HTTPS"
        and not members(params, "Certificates")
        and not any(key.endswith("CertificateArn") for key in params)
    ):
        return Refusal("CertificateNotFound", "A certificate must be specified for HTTPS listeners")
    return None


def free_priority(params: Params) -> Refusal | None:
    from ministack.services import alb

    for rule in alb._rules.values():
        if rule["ListenerArn"] == params.get("ListenerArn") and str(rule["Priority"]) == str(params.get("Priority")):
            return Refusal("PriorityInUse", f"Priority '{params.get('Priority')}' is currently in use")
    return None


def health_check(name: str) -> list[Check]:
    return [
        between("HealthCheckIntervalSeconds", 5, 300, INVALID, f"{name} interval '{{}}' must be between 5 and 300"),
        between("HealthCheckTimeoutSeconds", 2, 120, INVALID, f"{name} timeout '{{}}' must be between 2 and 120"),
        between("HealthyThresholdCount", 2, 10, INVALID, f"{name} threshold '{{}}' must be between 2 and 10"),
        between("UnhealthyThresholdCount", 2, 10, INVALID, f"{name} threshold '{{}}' must be between 2 and 10"),
        matches("HealthCheckPath", "/.{0,1023}", INVALID, f"{name} path '{{}}' must begin with a '/' character"),
        matches(
            "Matcher.HttpCode",
            r"[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*",
            INVALID,
            f"{name} matcher HTTP code '{{}}' must be within '200-499'",
        ),
    ]


CHECKS: dict[str, list[Check]] = {
    "CreateLoadBalancer": [
        matches(
            "Name",
            NAME,
            INVALID,
            "The load balancer name '{}' can have at most 32 characters, which are alphanumeric or hyphens; it cannot "
            "begin or end with a hyphen",
        ),
        balancer_name,
        subnets,
        security_groups,
    ],
    "SetSecurityGroups": [security_groups],
    "SetSubnets": [subnets],
    "CreateTargetGroup": [
        matches(
            "Name",
            NAME,
            INVALID,
            "Target group name '{}' can have at most 32 characters, which are alphanumeric or hyphens; it cannot begin "
            "or end with a hyphen",
        ),
        vpc,
        between("Port", 1, 65535, INVALID, "Port '{}' must be between 1 and 65535"),
        *health_check("Health check"),
        health_check_times,
    ],
    "ModifyTargetGroup": health_check("Health check"),
    "CreateListener": [forward_targets, free_port, certificate],
    "ModifyListener": [forward_targets],
    "CreateRule": [forward_targets, free_priority],
}

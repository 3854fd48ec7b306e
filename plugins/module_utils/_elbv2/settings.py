# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A load balancer, its target group and its listener: what is wanted of them, and what AWS describes."""

from __future__ import annotations

import typing as t

Resource = dict[str, t.Any]
State = dict[str, t.Any]

IDLE_TIMEOUT = "idle_timeout.timeout_seconds"
DROP_INVALID_HEADERS = "routing.http.drop_invalid_header_fields.enabled"
DEREGISTRATION_DELAY = "deregistration_delay.timeout_seconds"

# Our option, and the API's name in a target group.
HEALTH_CHECK = {
    "path": "HealthCheckPath",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthy_threshold": "HealthyThresholdCount",
    "unhealthy_threshold": "UnhealthyThresholdCount",
}


def health_check(option: t.Mapping[str, t.Any]) -> Resource:
    """The arguments of CreateTargetGroup and ModifyTargetGroup."""
    return {
        "HealthCheckProtocol": "HTTP",
        "Matcher": {"HttpCode": option["success_codes"]},
        **{name: option[key] for key, name in HEALTH_CHECK.items()},
    }


def observed_health_check(group: Resource) -> Resource:
    names = ("HealthCheckProtocol", "Matcher", *HEALTH_CHECK.values())
    return {name: group.get(name) for name in names}


def load_balancer_attributes(params: State) -> dict[str, str]:
    """Attributes are texts."""
    return {
        IDLE_TIMEOUT: str(params["idle_timeout"]),
        DROP_INVALID_HEADERS: str(params["drop_invalid_header_fields"]).lower(),
    }


def target_group_attributes(option: State) -> dict[str, str]:
    return {DEREGISTRATION_DELAY: str(option["deregistration_delay"])}


def attributes(described: t.Iterable[Resource], wanted: t.Iterable[str]) -> dict[str, str | None]:
    """Those that are ours to set."""
    there = {attribute["Key"]: attribute["Value"] for attribute in described}
    return {key: there.get(key) for key in wanted}


def listener(option: State, target_group_arn: str | None) -> State:
    """What a listener is to be; its security policy only matters where there is a certificate."""
    secure = bool(option["certificate_arn"])
    return {
        "Port": option["port"],
        "Protocol": "HTTPS" if secure else "HTTP",
        "Certificates": [option["certificate_arn"]] if secure else [],
        "SslPolicy": option["ssl_policy"] if secure else None,
        "forwards_to": target_group_arn,
    }


def observed_listener(described: Resource) -> State:
    return {
        "Port": described["Port"],
        "Protocol": described["Protocol"],
        "Certificates": [one["CertificateArn"] for one in described.get("Certificates", [])],
        "SslPolicy": described.get("SslPolicy") or None,
        "forwards_to": forwards_to(described.get("DefaultActions", [])),
    }


def forwards_to(actions: t.Sequence[Resource]) -> str | None:
    """The target group of a single plain forward; None for anything else."""
    if len(actions) != 1 or actions[0].get("Type") != "forward":
        return None
    groups = [one["TargetGroupArn"] for one in actions[0].get("ForwardConfig", {}).get("TargetGroups", [])]
    if len(groups) > 1:
        return None
    return actions[0].get("TargetGroupArn") or next(iter(groups), None)


def listener_request(state: State) -> Resource:
    """The arguments of CreateListener and ModifyListener."""
    request: Resource = {
        "Port": state["Port"],
        "Protocol": state["Protocol"],
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": state["forwards_to"]}],
    }
    if state["Certificates"]:
        request["Certificates"] = [{"CertificateArn": arn} for arn in state["Certificates"]]
        request["SslPolicy"] = state["SslPolicy"]
    return request


def zones_subnets(balancer: Resource) -> list[str]:
    return sorted(zone["SubnetId"] for zone in balancer["AvailabilityZones"])


def fixed_differences(params: State, balancer: Resource | None, group: Resource | None) -> list[str]:
    """What AWS cannot change, in words."""
    pairs: list[tuple[str, t.Any, t.Any]] = []
    if balancer is not None:
        pairs.append(("the scheme of the load balancer", balancer["Scheme"], params["scheme"]))
    if group is not None:
        option = params["target_group"]
        pairs.append(("the port of the target group", group["Port"], option["port"]))
        pairs.append(("the VPC of the target group", group["VpcId"], option["vpc_id"]))
    return [f"{what} is {there}, not {wanted}" for what, there, wanted in pairs if there != wanted]

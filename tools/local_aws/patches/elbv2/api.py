"""The ELBv2 operations whose answers differ from AWS, and the load balancer's choice of a target.

AWS: unknown names are errors; a target group belongs to the load balancers whose listeners and rules forward to it
and cannot be deleted while it does; deleting a load balancer deletes its listeners; requests go to healthy targets,
to all of them when none is healthy (fail open), and 503 is the answer when there is none.
ministack: empty lists for unknown names, every registered target is used, DNS names that nothing resolves.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.core.responses import StreamingResponse
from ministack.services import alb

from tools.local_aws.patches import creation
from tools.local_aws.patches.elbv2.health_checks import Target
from tools.local_aws.patches.elbv2.targets import Targets

Params = dict[str, Any]
Response = tuple[int, dict[str, Any], Any]
CHANGES_ROUTES = (
    "CreateListener",
    "ModifyListener",
    "DeleteListener",
    "CreateRule",
    "ModifyRule",
    "DeleteRule",
    "DeleteLoadBalancer",
)

# Of an Application Load Balancer, as DescribeLoadBalancerAttributes documents them.
DEFAULT_ATTRIBUTES = {
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "load_balancing.cross_zone.enabled": "true",
    "waf.fail_open.enabled": "false",
}


def names(params: Params, prefix: str) -> list[str]:
    result: list[str] = alb._parse_member_list(params, prefix)
    return result


def associate() -> None:
    """Which load balancers forward to a target group follows from the rules."""
    found: dict[str, list[str]] = {}
    for rule in alb._rules.values():
        balancer = alb._listeners[rule["ListenerArn"]]["LoadBalancerArn"]
        for arn in forwarded_groups(rule["Actions"]):
            if balancer not in found.setdefault(arn, []):
                found[arn].append(balancer)
    # In one step for each: threads that look on must not see a group without the balancers it keeps.
    for arn, group in alb._tgs.items():
        group["LoadBalancerArns"] = found.get(arn, [])


def forwarded_groups(actions: list[Params]) -> list[str]:
    result = []
    for action in actions:
        weighted = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        result += [entry["TargetGroupArn"] for entry in weighted]
        if action.get("TargetGroupArn"):
            result.append(action["TargetGroupArn"])
    return result


class Api:
    def __init__(self, targets: Targets) -> None:
        self._targets = targets

    # -- data plane
    async def forward(self, arn: str, *request: Any, **more: Any) -> Response:
        group = alb._tgs.get(arn)
        if group is None or group.get("TargetType") == "lambda":
            response: Response = await forward_as_before(arn, *request, **more)
            return response
        by_state: dict[str, list[Params]] = {}
        for entry in alb._targets.get(arn, []):
            port = int(entry.get("Port") or group["Port"])
            by_state.setdefault(self._targets.state(arn, entry["Id"], port), []).append({**entry, "Port": port})
        usable = by_state.get("healthy") or by_state.get("unhealthy") or []
        for target in random.sample(usable, len(usable)):
            # It may have begun to drain since its state was read.
            underway = self._targets.begin((arn, target["Id"], target["Port"]))
            if underway is not None:
                return await self._proxy(group, target, underway, *request, **more)
        return (
            503,
            {"Content-Type": "text/html"},
            b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>",
        )

    async def _proxy(self, group: Params, target: Params, underway: Target, *request: Any, **more: Any) -> Response:
        method, path, headers, body, query, *rest = request
        raw_query = rest[0] if rest else None
        raw_path = rest[1] if len(rest) > 1 else None
        try:
            status, answer_headers, answer = await alb._proxy_http_target(
                target, group, method, raw_path or path, headers, body, query, raw_query
            )
        except BaseException:
            self._targets.end(underway)
            raise
        if not isinstance(answer, StreamingResponse):
            self._targets.end(underway)
            return status, answer_headers, answer
        runner = answer.runner

        async def counted(send: Any, receive: Any) -> None:
            try:
                await runner(send, receive)
            finally:
                self._targets.end(underway)

        return status, answer_headers, StreamingResponse(counted)

    # -- operations
    def describe_target_health(self, params: Params) -> Response:
        arn = alb._p(params, "TargetGroupArn")
        group = alb._tgs.get(arn)
        if group is None:
            return failure("TargetGroupNotFound", f"Target groups '{arn}' not found")
        wanted = {entry["Id"] for entry in alb._parse_targets_param(params)}
        members = ""
        for entry in alb._targets.get(arn, []):
            if wanted and entry["Id"] not in wanted:
                continue
            port = int(entry.get("Port") or group["Port"])
            target, state = self._targets.get(arn, entry["Id"], port), self._targets.state(arn, entry["Id"], port)
            reason, text = target.reason, target.description
            if state == "unused":
                reason = "Target.NotInUse"
                text = "Target group is not configured to receive traffic from the load balancer"
            why = f"<Reason>{reason}</Reason><Description>{escape(text)}</Description>" if reason else ""
            members += (
                f"<member><Target><Id>{entry['Id']}</Id><Port>{port}</Port></Target>"
                f"<HealthCheckPort>{port}</HealthCheckPort>"
                f"<TargetHealth><State>{state}</State>{why}</TargetHealth></member>"
            )
        response: Response = alb._xml(
            200, "DescribeTargetHealth", f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
        )
        return response

    def deregister_targets(self, params: Params) -> Response:
        arn = alb._p(params, "TargetGroupArn")
        group = alb._tgs.get(arn)
        if group is None:
            return failure("TargetGroupNotFound", f"Target groups '{arn}' not found")
        for entry in alb._parse_targets_param(params):
            self._targets.deregister(arn, entry["Id"], int(entry.get("Port") or group["Port"]))
        response: Response = alb._empty("DeregisterTargets")
        return response


def failure(code: str, message: str) -> Response:
    response: Response = alb._error(code, message, 400)
    return response


def create_load_balancer(create: Callable[[Params], Response]) -> Callable[[Params], Response]:
    """The DNS name is one that browsers and curl resolve to loopback."""

    def handle(params: Params) -> Response:
        before = set(alb._lbs.keys())
        response = create(params)
        for arn in set(alb._lbs.keys()) - before:
            balancer = alb._lbs[arn]
            host = f"{balancer['LoadBalancerName'].lower()}.alb.localhost"
            body = response[2].replace(balancer["DNSName"].encode(), host.encode())
            balancer["DNSName"] = host
            alb._lb_attrs[arn] += [{"Key": key, "Value": value} for key, value in DEFAULT_ATTRIBUTES.items()]
            subnets = names(params, "Subnets")
            vpc = vpc_of(subnets)
            if vpc:
                body = body.replace(balancer["VpcId"].encode(), vpc.encode())
                balancer["VpcId"] = vpc
            if creation.seconds("elbv2"):
                balancer["State"] = "provisioning"
                body = body.replace(b"<Code>active</Code>", b"<Code>provisioning</Code>")
                creation.finish_later("elbv2", functools.partial(balancer.update, State="active"))
            response = (response[0], response[1], body)
        return response

    return handle


def vpc_of(subnets: list[str]) -> str:
    from ministack.services import ec2

    return next((ec2._subnets[subnet]["VpcId"] for subnet in subnets if subnet in ec2._subnets), "")


def describe(
    describe_known: Callable[[Params], Response], store: Any, field: str, code: str, noun: str
) -> Callable[[Params], Response]:
    """One unknown name or ARN makes the whole call an error."""

    def handle(params: Params) -> Response:
        known_names = {record[field] for record in store.values()}
        unknown = [name for name in names(params, "Names") if name not in known_names]
        arns = names(params, "LoadBalancerArns") if noun == "Load balancers" else names(params, "TargetGroupArns")
        unknown += [arn for arn in arns if arn not in store]
        if unknown:
            return failure(code, f"{noun} '[{', '.join(unknown)}]' not found")
        return describe_known(params)

    return handle


def delete_load_balancer(delete: Callable[[Params], Response]) -> Callable[[Params], Response]:
    def handle(params: Params) -> Response:
        arn = alb._p(params, "LoadBalancerArn")
        attributes = {entry["Key"]: entry["Value"] for entry in alb._lb_attrs.get(arn, [])}
        if attributes.get("deletion_protection.enabled") == "true":
            return failure(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        for listener in [key for key, record in alb._listeners.items() if record["LoadBalancerArn"] == arn]:
            alb._delete_listener({"ListenerArn": [listener]})
        return delete(params)

    return handle


def delete_target_group(delete: Callable[[Params], Response]) -> Callable[[Params], Response]:
    def handle(params: Params) -> Response:
        arn = alb._p(params, "TargetGroupArn")
        if (alb._tgs.get(arn) or {}).get("LoadBalancerArns"):
            return failure("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
        return delete(params)

    return handle


def then_associate(operation: Callable[[Params], Response]) -> Callable[[Params], Response]:
    def handle(params: Params) -> Response:
        response = operation(params)
        associate()
        return response

    return handle


forward_as_before = alb._forward_to_tg


def actions_as_given(
    parse: Callable[..., list[dict[str, Any]]], xml: Callable[[dict[str, Any]], str]
) -> tuple[Any, Any]:
    """AWS: only an action that was given an order has one. ministack: numbers them, so they never are as asked for."""

    def parse_actions(parameters: Any, prefix: str = "DefaultActions") -> list[dict[str, Any]]:
        actions = parse(parameters, prefix)
        for number, action in enumerate(actions, start=1):
            if not alb._p(parameters, f"{prefix}.member.{number}.Order"):
                del action["Order"]
        return actions

    def action_xml(action: dict[str, Any]) -> str:
        return xml(action) if "Order" in action else xml(action).replace("<Order>1</Order>", "", 1)

    return parse_actions, action_xml


def install(targets: Targets) -> None:
    api = Api(targets)
    alb._parse_actions, alb._action_xml = actions_as_given(alb._parse_actions, alb._action_xml)
    actions = alb._ACTION_MAP
    actions["CreateLoadBalancer"] = create_load_balancer(actions["CreateLoadBalancer"])
    actions["DescribeLoadBalancers"] = describe(
        actions["DescribeLoadBalancers"], alb._lbs, "LoadBalancerName", "LoadBalancerNotFound", "Load balancers"
    )
    actions["DescribeTargetGroups"] = describe(
        actions["DescribeTargetGroups"], alb._tgs, "TargetGroupName", "TargetGroupNotFound", "Target groups"
    )
    actions["DeleteLoadBalancer"] = delete_load_balancer(actions["DeleteLoadBalancer"])
    actions["DeleteTargetGroup"] = delete_target_group(actions["DeleteTargetGroup"])
    actions["DescribeTargetHealth"] = api.describe_target_health
    actions["DeregisterTargets"] = api.deregister_targets
    for name in CHANGES_ROUTES:
        actions[name] = then_associate(actions[name])
    alb._forward_to_tg = api.forward

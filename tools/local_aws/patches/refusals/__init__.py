"""Requests that AWS refuses and ministack accepts.

One table per service: operation -> checks. A check looks at the request's parameters and at ministack's records,
and answers with the error AWS would give, or with None.
"""

from __future__ import annotations

from typing import Any

from tools.local_aws.patches.refusals import (
    athena,
    ec2,
    ecr,
    ecs,
    elasticache,
    elbv2,
    firehose,
    iam,
    logs,
    rds,
    s3,
    secretsmanager,
    servicediscovery,
)
from tools.local_aws.patches.refusals.checks import Check, Params, Refusal, render

TABLES: dict[str, dict[str, list[Check]]] = {
    "athena": athena.CHECKS,
    "ec2": ec2.CHECKS,
    "ecr": ecr.CHECKS,
    "ecs": ecs.CHECKS,
    "elasticache": elasticache.CHECKS,
    "elasticloadbalancing": elbv2.CHECKS,
    "firehose": firehose.CHECKS,
    "iam": iam.CHECKS,
    "logs": logs.CHECKS,
    "rds": rds.CHECKS,
    "s3": s3.CHECKS,
    "secretsmanager": secretsmanager.CHECKS,
    "servicediscovery": servicediscovery.CHECKS,
}


def first_refusal(service: str, operation: str, params: Params) -> Refusal | None:
    for check in TABLES.get(service, {}).get(operation, []):
        refusal = check(params)
        if refusal is not None:
            return refusal
    return None


def install() -> None:
    from ministack import app

    from tools.local_aws.patches.request_log import identify

    dispatch = app._dispatch_service_request

    async def checked(
        method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], request_id: str
    ) -> tuple[int, Any, Any]:
        service = app.detect_service(method, path, headers, app._routing_params(method, path, headers, body, query))
        if service in TABLES:
            operation, params = identify(service, method, path, headers, body, query)
            refusal = first_refusal(service, operation, params)
            if refusal is not None:
                return render(service, refusal, request_id)
        answer: tuple[int, Any, Any] = await dispatch(method, path, headers, body, query, request_id)
        return answer

    app._dispatch_service_request = checked

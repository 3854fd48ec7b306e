"""The log of API calls, in CloudTrail's spirit: `requests.jsonl` in the state folder.

One JSON object per call: time, service, operation, read_only, account, region, source (host or task), parameters
(secrets redacted as CloudTrail does) and, for a refused call, error.
"""

from __future__ import annotations

import functools
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from tools.local_aws.settings import Settings

logger = logging.getLogger("local_aws.request_log")

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
"""What CloudTrail writes in place of a secret."""
SECRET_PARAMETERS = re.compile(
    r"(MasterUserPassword|AuthToken|SecretString|SecretBinary|Password|Plaintext|CiphertextBlob|"
    r"ClientRequestToken|authorizationToken)$",
    re.IGNORECASE,
)
SECRET_VALUES = {("ssm", "PutParameter"): ("Value",), ("logs", "PutLogEvents"): ("logEvents",)}
"""Parameters that are secret or bulky in one operation only."""

READ_VERBS = re.compile(
    r"(Describe|List|Get|BatchGet|Head|Lookup|Search|Select|Discover|Filter|Validate|Simulate|Estimate|Check|Query|Scan|"
    r"Test|View)[A-Z]"
)
READS = {
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "BatchCheckLayerAvailability",
    "StartQuery",
    "StopQuery",
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
}
"""Operations that change no resource, whatever their name."""

RPC_PATH = re.compile(r"/service/\w+/operation/(\w+)")
"""Path of the protocol smithy-rpc-v2-cbor, which CloudWatch speaks."""

S3_OPERATIONS = {
    # (method, depth of the path): operation
    ("GET", 0): "ListBuckets",
    ("PUT", 1): "CreateBucket",
    ("DELETE", 1): "DeleteBucket",
    ("HEAD", 1): "HeadBucket",
    ("GET", 1): "ListObjects",
    ("PUT", 2): "PutObject",
    ("GET", 2): "GetObject",
    ("DELETE", 2): "DeleteObject",
    ("HEAD", 2): "HeadObject",
    ("POST", 2): "PostObject",
}


def read_only(operation: str) -> bool:
    return operation in READS or bool(READ_VERBS.match(operation))


def redact(service: str, operation: str, value: Any, name: str = "") -> Any:
    hidden_here = SECRET_VALUES.get((service, operation), ())
    if name and (SECRET_PARAMETERS.search(name) or name in hidden_here):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: redact(service, operation, item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [redact(service, operation, item) for item in value]
    return value


@functools.cache
def rest_operations(service: str) -> list[tuple[str, re.Pattern[str], frozenset[str], str]]:
    """(method, path pattern, required query keys, operation) of a REST service, from botocore's model."""
    import botocore.session

    model = botocore.session.get_session().get_service_model(service)
    result = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, dummy, query = str(http["requestUri"]).partition("?")
        pattern = re.sub(r"\\\{[^}]*?\\\+\\\}", ".+", re.escape(path))
        pattern = re.sub(r"\\\{[^}]*?\\\}", "[^/]+", pattern)
        keys = frozenset(item.split("=")[0] for item in query.split("&") if item)
        result.append((str(http["method"]), re.compile(pattern.rstrip("/") + "/?"), keys, name))
    # The most particular match wins.
    return sorted(result, key=lambda entry: -len(entry[2]))


def s3_operation(method: str, path: str, query: Mapping[str, Any]) -> str:
    """Sub-resources are named by botocore's model; the rest by method and depth."""
    for wanted, pattern, keys, name in rest_operations("s3"):
        if wanted == method and keys and keys <= set(query) and pattern.fullmatch(path):
            return name
    depth = min(len([part for part in path.split("/") if part]), 2)
    if query.get("list-type") and depth == 1:
        return "ListObjectsV2"
    return S3_OPERATIONS.get((method, depth), f"{method.title()}Bucket")


def rest_operation(service: str, method: str, path: str, query: Mapping[str, Any]) -> str:
    import botocore.exceptions

    try:
        operations = rest_operations(service)
    except botocore.exceptions.UnknownServiceError:
        return f"{method.title()}Request"
    for wanted, pattern, keys, name in operations:
        if wanted == method and keys <= set(query) and pattern.fullmatch(path):
            return name
    return f"{method.title()}Request"


def identify(
    service: str, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """(operation, parameters) of a request of any AWS protocol."""
    match = RPC_PATH.fullmatch(path)
    if match:
        return match[1], cbor_object(body)
    target = headers.get("x-amz-target", "")
    if target:
        return target.rsplit(".", 1)[-1], json_object(body)
    flat = {
        key: values[0] if isinstance(values, list) and len(values) == 1 else values for key, values in query.items()
    }
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        flat.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if "Action" in flat:
        operation = str(flat.pop("Action"))
        flat.pop("Version", None)
        return operation, flat
    if service == "s3":
        bucket, dummy, key = unquote(path).strip("/").partition("/")
        named = {name: value for name, value in (("bucketName", bucket), ("key", key)) if value}
        return s3_operation(method, path, query), {**named, **{key: value for key, value in flat.items() if value}}
    return rest_operation(service, method, path, query), {**flat, **json_object(body)}


def cbor_object(body: bytes) -> dict[str, Any]:
    import cbor2

    try:
        parsed = cbor2.loads(body) if body else {}
    except cbor2.CBORDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except (ValueError, UnicodeDecodeError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def error_code(status: int, headers: Mapping[str, Any], body: Any) -> str | None:
    if status < 400:
        return None
    text = body if isinstance(body, bytes) else b""
    match = re.search(rb"<Code>([^<]+)</Code>", text)
    if match:
        return match[1].decode()
    data = cbor_object(text) if headers.get("smithy-protocol") == "rpc-v2-cbor" else json_object(text)
    code = str(data.get("__type") or data.get("code") or status)
    return code.rsplit("#", 1)[-1]


def source(address: str, gateway: str) -> str:
    """`host` for this machine, `task` for what runs on the container network."""
    return "host" if address.startswith("127.") or address == gateway else "task"


class RequestLog:
    def __init__(self, settings: Settings) -> None:
        settings.requests_log.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: a line is one write, however long it is.
        self._file = settings.requests_log.open("ab", buffering=0)
        self._lock = threading.Lock()

    def write(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps(entry, default=str) + "\n"
        with self._lock:
            self._file.write(line.encode())


def install(settings: Settings) -> None:
    from ministack import app
    from ministack.core.responses import get_account_id, get_region, get_request_client_ip

    log = RequestLog(settings)
    dispatch: Callable[..., Any] = app._dispatch_service_request

    async def logged(
        method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], request_id: str
    ) -> tuple[int, Any, Any]:
        status, answer_headers, answer = await dispatch(method, path, headers, body, query, request_id)
        service = app.detect_service(method, path, headers, app._routing_params(method, path, headers, body, query))
        operation, parameters = identify(service, method, path, headers, body, query)
        entry: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "service": service,
            "operation": operation,
            "read_only": read_only(operation),
            "account": get_account_id(),
            "region": get_region(),
            "source": source(get_request_client_ip(), settings.gateway),
            "parameters": redact(service, operation, parameters),
        }
        code = error_code(status, answer_headers, answer)
        if code:
            entry["error"] = code
        log.write(entry)
        return status, answer_headers, answer

    app._dispatch_service_request = logged

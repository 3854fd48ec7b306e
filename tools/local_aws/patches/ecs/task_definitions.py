"""RegisterTaskDefinition and what DescribeTaskDefinition shows.

AWS: fills in the defaults of every container definition, leaves out what was not given, adds compatibilities and
requiresAttributes; a family alone means its latest ACTIVE revision; `familyPrefix` is the whole family name.
ministack: shows what it was given, empty strings for what it was not, and the latest revision whatever its status.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ministack.services import ecs

from tools.local_aws.patches.ecs.definition_defaults import complete

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
OPTIONAL = (
    "executionRoleArn",
    "taskRoleArn",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "runtimePlatform",
    "ephemeralStorage",
)
resolve_any = ecs._resolve_td_key


def register(operation: Callable[[Record], Response]) -> Callable[[Record], Response]:
    def handle(data: Record) -> Response:
        data = copy.deepcopy(data)
        data["containerDefinitions"] = [complete(container) for container in data.get("containerDefinitions") or []]
        response = operation(data)
        if response[0] != 200:
            return response
        key = f"{data['family']}:{ecs._task_def_latest[data['family']]}"
        definition = ecs._task_defs[key]
        for field in OPTIONAL:
            if not definition.get(field):
                definition.pop(field, None)
        definition["compatibilities"] = ["EC2", *[name for name in definition["compatibilities"] if name != "EC2"]]
        shown: Response = ecs.json_response({"taskDefinition": definition, "tags": data.get("tags") or []})
        return shown

    return handle


def resolve_active(reference: str) -> str | None:
    """`family` is the latest ACTIVE revision of the family."""
    key: str | None = resolve_any(reference)
    if not reference or key is None or reference.rsplit("/", 1)[-1].count(":"):
        return key
    family = reference.rsplit("/", 1)[-1]
    active = [
        definition["revision"]
        for definition in ecs._task_defs.values()
        if definition["family"] == family and definition["status"] == "ACTIVE"
    ]
    return f"{family}:{max(active)}" if active else family


def list_task_definitions(data: Record) -> Response:
    """Whole family names, revisions in numerical order."""
    family, status = data.get("familyPrefix"), data.get("status") or "ACTIVE"
    found = sorted(
        (definition["family"], definition["revision"], definition["taskDefinitionArn"])
        for definition in ecs._task_defs.values()
        if family in (None, "", definition["family"]) and definition["status"] == status
    )
    arns = [arn for dummy, dummy, arn in found]
    if data.get("sort") == "DESC":
        arns.reverse()
    start, size = int(data.get("nextToken") or 0), int(data.get("maxResults") or 100)
    more = {"nextToken": str(start + size)} if start + size < len(arns) else {}
    response: Response = ecs.json_response({"taskDefinitionArns": arns[start : start + size], **more})
    return response


def install() -> None:
    ecs._resolve_td_key = resolve_active
    ecs._ACTION_MAP["RegisterTaskDefinition"] = register(ecs._ACTION_MAP["RegisterTaskDefinition"])
    ecs._ACTION_MAP["ListTaskDefinitions"] = list_task_definitions

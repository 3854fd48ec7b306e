"""What a task definition and a file of configuration say to the log router, in Fluent Bit's own words.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html and
https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

S3_VARIABLE = re.compile(r"aws_fluent_bit_init_s3_\d+")
VARIABLE = re.compile(r"\$\{(\w+)\}")

Definition = Mapping[str, Any]
Options = dict[str, str]


def router(definitions: Iterable[Definition]) -> Definition | None:
    """The container that routes the output of the others."""
    return next((definition for definition in definitions if definition.get("firelensConfiguration")), None)


def is_routed(definition: Definition) -> bool:
    return (definition.get("logConfiguration") or {}).get("logDriver") == "awsfirelens"


def with_dependencies(definitions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What ECS adds: a container whose output is routed starts after the router, and so ends before it."""
    definitions = list(definitions)
    routes = router(definitions)
    if routes is None:
        return definitions
    entry = {"containerName": routes["name"], "condition": "START"}
    return [
        {**definition, "dependsOn": [*(definition.get("dependsOn") or []), entry]}
        if is_routed(definition)
        else definition
        for definition in definitions
    ]


def configuration_objects(definition: Definition) -> list[tuple[str, str]]:
    """(bucket, key) of the configuration files that the init process fetches, in the order of their numbers."""
    named = {
        entry["name"]: entry["value"]
        for entry in definition.get("environment") or []
        if S3_VARIABLE.fullmatch(entry["name"])
    }
    arns = [named[name] for name in sorted(named, key=lambda name: int(name.rpartition("_")[2]))]
    return [(bucket, key) for bucket, dummy, key in (arn.split(":::", 1)[1].partition("/") for arn in arns)]


def outputs(text: str, variables: Mapping[str, str]) -> list[Options]:
    """The [OUTPUT] sections of a configuration file in Fluent Bit's classic form; names of options in lower case."""
    sections: list[Options] = []
    current: Options | None = None
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("["):
            current = {} if stripped.upper() == "[OUTPUT]" else None
            if current is not None:
                sections.append(current)
        elif current is not None:
            name, dummy, value = stripped.partition(" ")
            current[name.lower()] = VARIABLE.sub(lambda match: variables.get(match[1], ""), value.strip())
    return sections


def matches(pattern: str, tag: str) -> bool:
    """Fluent Bit's Match: an asterisk stands for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), tag) is not None


def timestamp(form: str, moment: float) -> str:
    """strftime with the fractions of Fluent Bit's outputs for AWS: %3N, and %9N or %L."""
    whole = datetime.datetime.fromtimestamp(int(moment), datetime.UTC)
    nanoseconds = f"{int((moment % 1) * 1e9):09d}"
    for name, digits in (("%3N", nanoseconds[:3]), ("%9N", nanoseconds), ("%L", nanoseconds)):
        form = form.replace(name, digits)
    return whole.strftime(form)


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where the output comes from: what FireLens adds to a record, and the names that make tag and stream."""

    account: str
    region: str
    task_arn: str
    cluster: str
    task_definition: str
    container: str
    container_id: str

    @property
    def task_id(self) -> str:
        return self.task_arn.rsplit("/", 1)[-1]

    @property
    def tag(self) -> str:
        return f"{self.container}-firelens-{self.task_id}"

    def record(self, line: str) -> dict[str, str]:
        return {
            # The engine gives stdout and stderr as one.
            "source": "stdout",
            "log": line,
            "container_id": self.container_id,
            "container_name": self.container,
            "ecs_cluster": self.cluster,
            "ecs_task_arn": self.task_arn,
            "ecs_task_definition": self.task_definition,
        }


def configured_outputs(
    definition: Definition,
    routes: Definition,
    origin: Origin,
    read_object: Callable[[str, str], bytes | None],
    complain: Callable[[str], None],
) -> list[Options]:
    """The output of a container's log options, and those of the router's files."""
    variables = {
        **{entry["name"]: entry["value"] for entry in routes.get("environment") or []},
        "AWS_REGION": origin.region,
        "ECS_TASK_ID": origin.task_id,
        "ECS_TASK_ARN": origin.task_arn,
        "ECS_CLUSTER": origin.cluster,
    }
    log = definition["logConfiguration"].get("options") or {}
    result = [{name.lower(): str(value) for name, value in log.items()}] if log else []
    for bucket, key in configuration_objects(routes):
        content = read_object(bucket, key)
        if content is None:
            complain(f"[FluentBit Init Process] Cannot download s3://{bucket}/{key}: NoSuchKey")
        else:
            result += outputs(content.decode("utf-8", "replace"), variables)
    return result

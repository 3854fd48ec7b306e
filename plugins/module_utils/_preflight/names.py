# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Names that AWS would refuse. Every name begins with the environment's, so that is what the fixes are about."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._preflight.problems import Problem

_ENVIRONMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclasses.dataclass(frozen=True)
class NameRule:
    """What AWS asks of the name of one kind of resource."""

    setting: str
    kind: str
    shortest: int
    longest: int
    pattern: str
    says: str


_BALANCER_SAYS = "letters, digits and hyphens, neither first nor last a hyphen"
_IDENTIFIER = r"[A-Za-z]([A-Za-z0-9]|-(?!-))*(?<!-)"
_IDENTIFIER_SAYS = "letters, digits and single hyphens, first a letter, last no hyphen"
_BUCKET = (
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]+[a-z0-9]"
    r"(?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)(?<!--table-s3)"
)

RULES_BY_RESOURCE = (
    NameRule(
        "airflow_name",
        "a load balancer",
        1,
        32,
        r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?",
        f"{_BALANCER_SAYS}, and not internal- at the start",
    ),
    NameRule("airflow_name", "a replication group", 1, 40, _IDENTIFIER, _IDENTIFIER_SAYS),
    NameRule("airflow_name", "a DB instance", 1, 63, _IDENTIFIER, _IDENTIFIER_SAYS),
    NameRule(
        "airflow_target_group",
        "a target group",
        1,
        32,
        r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?",
        _BALANCER_SAYS,
    ),
    NameRule(
        "airflow_image_repository",
        "an ECR repository",
        2,
        256,
        r"([a-z0-9]+([._-][a-z0-9]+)*/)*[a-z0-9]+([._-][a-z0-9]+)*",
        "lower-case letters, digits and single separators",
    ),
    NameRule(
        "airflow_bucket", "a bucket", 3, 63, _BUCKET, "lower-case letters, digits, dots and hyphens, no reserved affix"
    ),
    NameRule(
        "airflow_namespace",
        "a Cloud Map namespace",
        1,
        253,
        r"([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?",
        "labels of at most 63 letters, digits and hyphens, with dots between them",
    ),
)


def check_environment(airflow_environment: str) -> t.Iterator[Problem]:
    """The setting that every deployment must have."""
    if not airflow_environment:
        fix = "set it in group_vars/airflow.yml of the inventory, for example airflow_environment: dev"
        yield Problem("airflow_environment", airflow_environment, "the environment has no name", fix)
    elif not _ENVIRONMENT.fullmatch(str(airflow_environment)):
        why = "it becomes part of names in which only lower-case letters, digits and single hyphens are allowed"
        suggestion = "-".join(re.findall("[a-z0-9]+", str(airflow_environment).lower())) or "dev"
        yield Problem("airflow_environment", airflow_environment, why, f"write {suggestion}")


def check_resource_names(
    airflow_environment: str,
    airflow_name: t.Any,
    airflow_target_group: t.Any,
    airflow_image_repository: t.Any,
    airflow_bucket: t.Any,
    airflow_namespace: t.Any,
) -> t.Iterator[Problem]:
    """Names of resources, by AWS's own limits."""
    if not airflow_environment:
        return
    names = {
        "airflow_name": str(airflow_name),
        "airflow_target_group": str(airflow_target_group),
        "airflow_image_repository": str(airflow_image_repository),
        "airflow_bucket": str(airflow_bucket),
        "airflow_namespace": str(airflow_namespace),
    }
    # A bad character in the environment's name is said once, by check_environment.
    good_environment = _ENVIRONMENT.fullmatch(str(airflow_environment)) is not None
    for rule in RULES_BY_RESOURCE:
        yield from check_name(rule, names[rule.setting], check_characters=good_environment)


def check_name(rule: NameRule, name: str, check_characters: bool = True) -> t.Iterator[Problem]:
    """Length and characters of one name."""
    if len(name) > rule.longest:
        why = f"the name of {rule.kind} has at most {rule.longest} characters, this has {len(name)}"
        fix = f"shorten airflow_environment by {len(name) - rule.longest}"
        yield Problem(rule.setting, name, why, fix)
    elif len(name) < rule.shortest:
        why = f"the name of {rule.kind} has at least {rule.shortest} characters"
        yield Problem(rule.setting, name, why, "choose a longer one, or remove the setting: it has a good default")
    elif check_characters and not re.fullmatch(rule.pattern, name):
        why = f"not the name of {rule.kind}, which is made of {rule.says}"
        yield Problem(rule.setting, name, why, "choose another, or remove the setting: it has a good default")


RULES = (check_environment, check_resource_names)

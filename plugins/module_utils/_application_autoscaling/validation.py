# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Everything in the options that AWS would refuse, found before the first call."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling import (
    policies,
    scheduled_actions,
)
from ansible_collections.airflow.fargate.plugins.module_utils._application_autoscaling.common import AutoscalingError
from ansible_collections.airflow.fargate.plugins.module_utils._problems import (
    Options,
    Problem,
    Problems,
    at_least,
    repeated,
)
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import merged_tags

NAME = "[A-Za-z0-9_-]{1,255}"
RESOURCE_ID = re.compile(rf"service/({NAME})/({NAME})")
MOST_TAGS = 50


class Identity(t.NamedTuple):
    """Which service is meant."""

    cluster: str
    service: str

    @property
    def resource_id(self) -> str:
        return f"service/{self.cluster}/{self.service}"

    def __str__(self) -> str:
        return f"{self.cluster}/{self.service}"


def _resource_id(option: Options) -> str:
    return option["resource_id"] or f"service/{option['cluster']}/{option['service']}"


def identity(option: Options) -> Identity:
    """Of an entry of the list that has been checked."""
    dummy, cluster, service = _resource_id(option).split("/")
    return Identity(cluster, service)


def check(params: Options) -> None:
    """Raise with all problems at once."""
    found = list(problems(params))
    if found:
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        raise AutoscalingError(message="\n".join([f"{count}; nothing was changed.", *(f"- {one}" for one in found)]))


def problems(params: Options) -> Problems:
    yield from repeated("targets", [_resource_id(option) for option in params["targets"]])
    for option in params["targets"]:
        yield from _target_problems(option, merged_tags(params["tags"], option["tags"]) or {})


def _target_problems(option: Options, tags: t.Mapping[str, str]) -> Problems:
    resource_id = _resource_id(option)
    if not RESOURCE_ID.fullmatch(resource_id):
        name = "resource_id" if option["resource_id"] else "service"
        reason = "an ECS service is service/<cluster>/<service>, with names of letters, digits, _ and -"
        yield Problem(f"targets.{name}", resource_id, reason)
        return
    cluster, service = identity(option)
    for bound in ("min", "max"):
        yield from at_least(service, option, bound, 0)
    if option["min"] is not None and option["max"] is not None and option["min"] > option["max"]:
        yield Problem(f"{service}.min", option["min"], f"it must not be above max, which is {option['max']}")
    yield from policies.problems(f"{service}.policies", option["policies"] or [], cluster, service)
    yield from scheduled_actions.problems(f"{service}.scheduled_actions", option["scheduled_actions"] or [])
    yield from _tag_problems(f"{service}.tags", tags)


def _tag_problems(setting: str, tags: t.Mapping[str, str]) -> Problems:
    if len(tags) > MOST_TAGS:
        yield Problem(setting, len(tags), f"there may be {MOST_TAGS}")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            reason = "a key has 1 to 128 characters and does not begin with aws:, and a value has at most 256"
            yield Problem(setting, {key: value}, reason)

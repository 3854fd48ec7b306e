# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What has to happen to one secret, decided without its value."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    TagChanges,
    same_kms_key,
    tag_changes,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

WRITTEN = "<written>"

NO_TAG_CHANGES = TagChanges({}, [])

Described = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Plan:
    """The calls that one secret needs, in this order."""

    create: bool = False
    restore: bool = False
    write: bool = False
    update: dict[str, str] = field(default_factory=dict)
    tags: TagChanges = NO_TAG_CHANGES

    @property
    def changed(self) -> bool:
        return bool(self.create or self.restore or self.write or self.update or self.tags.add or self.tags.remove)


def current_version(described: Described) -> str | None:
    """The id of the version with the current value; None when creation was interrupted before the first value."""
    stages = described.get("VersionIdsToStages") or {}
    return next((version for version, labels in stages.items() if "AWSCURRENT" in labels), None)


def is_deleted(described: Described) -> bool:
    return bool(described.get("DeletedDate"))


def tags_of(described: Described) -> dict[str, str]:
    return boto3_tag_list_to_ansible_dict(described.get("Tags") or [])


def settings(options: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The options that are settings of the secret, under the API's names."""
    named = {"Description": options.get("description"), "KmsKeyId": options.get("kms_key_id")}
    return {name: value for name, value in named.items() if value is not None}


def plan(options: t.Mapping[str, t.Any], described: Described | None, purge_tags: bool, outdated: bool = False) -> Plan:
    """outdated: the current value is not the one that the template gives today."""
    tags = options.get("tags")
    if described is None:
        return Plan(create=True, write=True, update=settings(options), tags=tag_changes({}, tags, purge_tags))
    return Plan(
        restore=is_deleted(described),
        write=outdated or current_version(described) is None,
        update={name: value for name, value in settings(options).items() if not _has(described, name, value)},
        tags=tag_changes(tags_of(described), tags, purge_tags),
    )


def _has(described: Described, name: str, value: str) -> bool:
    if name == "KmsKeyId":
        return same_kms_key(described.get(name), value)
    return described.get(name, "") == value


def diff(name: str, described: Described | None, todo: Plan) -> dict[str, t.Any]:
    """Ansible's before and after; of the value only that it gets written."""
    before: dict[str, t.Any] = {}
    if described is not None:
        before = {key: described.get(key) for key in todo.update}
        before["tags"] = tags_of(described)
        before["scheduled_for_deletion"] = is_deleted(described)
    after = {**before, **todo.update, "tags": todo.tags.applied_to(before.get("tags", {}))}
    after["scheduled_for_deletion"] = False
    if todo.write:
        after["value"] = WRITTEN
    return {"before_header": name, "after_header": name, "before": before, "after": after}

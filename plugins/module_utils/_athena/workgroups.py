# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Workgroups: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._athena.common import AthenaErrorHandler
from ansible_collections.airflow.fargate.plugins.module_utils._athena.named_queries import (
    apply_changes,
    comparable,
    list_named_queries,
    query_changes,
    wanted_queries,
)
from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import with_details
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import (
    TagChanges,
    changed_options,
    given,
    tag_changes,
    target_state,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

State = dict[str, t.Any]

SETTINGS = (
    "description",
    "output_location",
    "encryption",
    "enforce_configuration",
    "publish_metrics",
    "bytes_scanned_cutoff",
    "engine_version",
)
AUTO_ENGINE = "AUTO"
NO_CUTOFF = 0


class WorkGroup:
    """One workgroup."""

    def __init__(self, client: t.Any, name: str, arn: str) -> None:
        self.client = client
        self.name = name
        self.arn = arn

    def get(self) -> State | None:
        answer = find(AthenaErrorHandler, f"get Athena workgroup {self.name}", self.client.get_work_group, **self._who)
        return answer["WorkGroup"] if answer else None

    @property
    def _who(self) -> State:
        return {"WorkGroup": self.name}

    def _call(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        return aws_call(AthenaErrorHandler, f"{description} Athena workgroup {self.name}", method, **arguments)

    def tags(self) -> dict[str, str]:
        # At most 50 tags, which is less than a page.
        answer = self._call("list the tags of", self.client.list_tags_for_resource, ResourceARN=self.arn)
        return boto3_tag_list_to_ansible_dict(answer["Tags"])

    def create(self, target: State) -> None:
        self._call(
            "create",
            self.client.create_work_group,
            Name=self.name,
            Description=target.get("description", ""),
            Configuration=configuration_to_api(target),
            Tags=ansible_dict_to_boto3_tag_list(target.get("tags", {})),
        )

    def update(self, target: State, options: t.Sequence[str]) -> None:
        changes = updates_to_api({option: target[option] for option in options})
        description = {"Description": target["description"]} if "description" in options else {}
        self._call(
            "update",
            self.client.update_work_group,
            **self._who,
            **description,
            **({"ConfigurationUpdates": changes} if changes else {}),
        )

    def tag(self, changes: TagChanges) -> None:
        if changes.remove:
            self._call("untag", self.client.untag_resource, ResourceARN=self.arn, TagKeys=changes.remove)
        if changes.add:
            tags = ansible_dict_to_boto3_tag_list(changes.add)
            self._call("tag", self.client.tag_resource, ResourceARN=self.arn, Tags=tags)

    def delete(self) -> None:
        """With its saved queries and its history."""
        self._call("delete", self.client.delete_work_group, **self._who, RecursiveDeleteOption=True)


def observed_settings(workgroup: t.Mapping[str, t.Any]) -> State:
    configuration = workgroup.get("Configuration") or {}
    results = configuration.get("ResultConfiguration") or {}
    engine = configuration.get("EngineVersion") or {}
    return {
        "description": workgroup.get("Description", ""),
        "output_location": results.get("OutputLocation", ""),
        "encryption": (results.get("EncryptionConfiguration") or {}).get("EncryptionOption", "none").lower(),
        "enforce_configuration": configuration.get("EnforceWorkGroupConfiguration", True),
        "publish_metrics": configuration.get("PublishCloudWatchMetricsEnabled", False),
        "bytes_scanned_cutoff": configuration.get("BytesScannedCutoffPerQuery", NO_CUTOFF),
        "engine_version": engine.get("SelectedEngineVersion", AUTO_ENGINE),
    }


def _common(settings: t.Mapping[str, t.Any]) -> State:
    engine = settings.get("engine_version")
    request = {
        "EnforceWorkGroupConfiguration": settings.get("enforce_configuration"),
        "PublishCloudWatchMetricsEnabled": settings.get("publish_metrics"),
        "BytesScannedCutoffPerQuery": settings.get("bytes_scanned_cutoff") or None,
        "EngineVersion": {"SelectedEngineVersion": engine} if engine else None,
    }
    return {key: value for key, value in request.items() if value is not None}


def _encryption(settings: t.Mapping[str, t.Any]) -> State:
    option = settings.get("encryption", "none")
    return {} if option == "none" else {"EncryptionConfiguration": {"EncryptionOption": option.upper()}}


def configuration_to_api(settings: t.Mapping[str, t.Any]) -> State:
    location = {"OutputLocation": settings["output_location"]} if settings.get("output_location") else {}
    results = {**location, **_encryption(settings)}
    return {**_common(settings), **({"ResultConfiguration": results} if results else {})}


def updates_to_api(settings: t.Mapping[str, t.Any]) -> State:
    """In an update, what is not named stays, and removing is said in so many words."""
    updates = _common(settings)
    results: State = {}
    if "output_location" in settings:
        location = settings["output_location"]
        results.update({"OutputLocation": location} if location else {"RemoveOutputLocation": True})
    if "encryption" in settings:
        results.update(_encryption(settings) or {"RemoveEncryptionConfiguration": True})
    if results:
        updates["ResultConfigurationUpdates"] = results
    if settings.get("bytes_scanned_cutoff") == NO_CUTOFF:
        updates["RemoveBytesScannedCutoffPerQuery"] = True
    return updates


def ensure_present(workgroup: WorkGroup, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    settings = {option: params[option] for option in SETTINGS}
    queries = None if params["named_queries"] is None else wanted_queries(params["named_queries"])
    described, details = with_details(
        workgroup.get,
        lambda: {} if queries is None else list_named_queries(workgroup.client, workgroup.name),
        workgroup.tags,
    )
    if described is None:
        target = given({**settings, "named_queries": queries, "tags": params["tags"]})
        if not check_mode:
            workgroup.create(target)
            apply_changes(workgroup.client, workgroup.name, query_changes({}, queries, purge=False))
        return _result(workgroup, {}, target)
    found, old_tags = details
    observed = observed_settings(described)
    target = target_state(settings, observed, {})
    options = changed_options(observed, target)
    query_plan = query_changes(found, queries, params["purge_named_queries"])
    tags = tag_changes(old_tags, params["tags"], params["purge_tags"])
    before = {**observed, "named_queries": {name: comparable(query) for name, query in found.items()}, "tags": old_tags}
    gone = [name for name, query in found.items() if query["id"] in query_plan.delete]
    kept = {name: comparable(query) for name, query in found.items() if name not in gone}
    after = {**target, "named_queries": {**kept, **query_plan.create}, "tags": tags.applied_to(old_tags)}
    if not check_mode:
        if options:
            workgroup.update(target, options)
        apply_changes(workgroup.client, workgroup.name, query_plan)
        workgroup.tag(tags)
    return _result(workgroup, before, after)


def ensure_absent(workgroup: WorkGroup, check_mode: bool) -> State:
    described, details = with_details(workgroup.get, workgroup.tags)
    if described is None:
        return _result(workgroup, {}, {})
    (tags,) = details
    before = {**observed_settings(described), "tags": tags}
    if not check_mode:
        workgroup.delete()
    return _result(workgroup, before, {})


def _result(workgroup: WorkGroup, before: State, after: State) -> State:
    settings = {key: value for key, value in after.items() if key != "named_queries"}
    return {
        "changed": before != after,
        "workgroup": {"name": workgroup.name, "arn": workgroup.arn, **settings} if after else {},
        "diff": {"before": before, "after": after},
    }

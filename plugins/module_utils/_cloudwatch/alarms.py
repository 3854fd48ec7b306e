# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Bring the alarms whose names begin alike to the wanted state."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, list_all
from ansible_collections.airflow.fargate.plugins.module_utils._changes import Changes, Config, changes
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch import alarm_settings
from ansible_collections.airflow.fargate.plugins.module_utils._cloudwatch.common import (
    CloudWatchError,
    CloudWatchErrorHandler,
)
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._problems import Options, Problem, Problems, repeated
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import TagChanges, merged_tags, tag_changes
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

Tags = dict[str, str]
# Option and what AWS calls it.
ACTIONS = {
    "alarm_actions": "AlarmActions",
    "ok_actions": "OKActions",
    "insufficient_data_actions": "InsufficientDataActions",
}
MOST_ACTIONS = 5


class Observed(t.NamedTuple):
    """The alarms by name: their settings, and the ARNs and tags that go with them."""

    configs: dict[str, Config]
    arns: dict[str, str]
    states: dict[str, str]
    tags: dict[str, Tags]


def full_name(params: Options, alarm: Options) -> str:
    return params["prefix"] + alarm["name"]


def problems(params: Options) -> Problems:
    yield from repeated("alarms", [alarm["name"] for alarm in params["alarms"]])
    for alarm in params["alarms"]:
        setting = alarm["name"]
        if not 1 <= len(full_name(params, alarm)) <= 255:
            yield Problem(setting, full_name(params, alarm), "the name of an alarm has 1 to 255 characters")
        given = actions(params, alarm)
        for option, key in ACTIONS.items():
            if len(given[key]) > MOST_ACTIONS:
                yield Problem(f"{setting}.{option}", len(given[key]), f"an alarm has at most {MOST_ACTIONS}")
        yield from alarm_settings.problems(setting, alarm)


def actions(params: Options, alarm: Options) -> dict[str, list[str]]:
    """By the state that they are for; those of the alarm itself win over those of all."""
    of_all = {"insufficient_data_actions": [], **params}
    return {key: list(of_all[option] if alarm[option] is None else alarm[option]) for option, key in ACTIONS.items()}


def wanted(params: Options) -> dict[str, Config]:
    return {
        full_name(params, alarm): {
            **alarm_settings.wanted(alarm, alarm["description"], actions(params, alarm)),
            "ActionsEnabled": params["actions_enabled"],
        }
        for alarm in params["alarms"]
    }


def wanted_tags(params: Options) -> dict[str, Tags | None]:
    return {full_name(params, alarm): merged_tags(params["tags"], alarm["tags"]) for alarm in params["alarms"]}


def observe(client: t.Any, prefix: str, tagged: t.Collection[str]) -> Observed:
    """One listing; and the tags of those alarms that are to have tags."""
    found = list_all(
        CloudWatchErrorHandler,
        client,
        "describe_alarms",
        "MetricAlarms",
        AlarmNamePrefix=prefix,
        AlarmTypes=["MetricAlarm"],
    )
    arns = {alarm["AlarmName"]: alarm["AlarmArn"] for alarm in found}
    names = [name for name in arns if name in tagged]
    tags = side_by_side(lambda name: read_tags(client, arns[name]), names)
    return Observed(
        {alarm["AlarmName"]: alarm_settings.observed(alarm) for alarm in found},
        arns,
        {alarm["AlarmName"]: alarm["StateValue"] for alarm in found},
        dict(zip(names, tags, strict=True)),
    )


def read_tags(client: t.Any, arn: str) -> Tags:
    description = f"list the tags of alarm {arn}"
    answer = aws_call(CloudWatchErrorHandler, description, client.list_tags_for_resource, ResourceARN=arn)
    return boto3_tag_list_to_ansible_dict(answer.get("Tags", []))


def ensure_alarms(client: t.Any, params: Options, check_mode: bool) -> dict[str, t.Any]:
    found = list(problems(params))
    if found:
        raise CloudWatchError(message="\n".join(["Nothing was changed.", *(f"- {one}" for one in found)]))
    goal, goal_tags = wanted(params), wanted_tags(params)
    there = observe(client, params["prefix"], [name for name, tags in goal_tags.items() if tags is not None])
    to_do = changes(there.configs, goal, params["purge"])
    retag = {
        name: tag_changes(there.tags.get(name, {}), goal_tags[name], params["purge_tags"])
        for name in goal
        if name in there.arns
    }
    if not check_mode:
        _apply(client, to_do, retag, there, goal_tags)
    before, after = _shown(there.configs, there.tags), _after(there, to_do, retag, goal_tags)
    return {
        "changed": before != after,
        "alarms": [
            {"alarm_name": name, "state": there.states.get(name), **_snake(goal[name]), "tags": after[name]["tags"]}
            for name in goal
        ],
        "diff": {"before": before, "after": after},
    }


def _apply(
    client: t.Any,
    to_do: Changes,
    retag: t.Mapping[str, TagChanges],
    there: Observed,
    goal_tags: t.Mapping[str, Tags | None],
) -> None:
    def put(name: str) -> None:
        # CloudWatch heeds tags only for an alarm that is new.
        tags = {} if name in there.arns else goal_tags[name] or {}
        tagging = {"Tags": ansible_dict_to_boto3_tag_list(tags)} if tags else {}
        config = to_do.put[name]
        description = f"put alarm {name}"
        aws_call(CloudWatchErrorHandler, description, client.put_metric_alarm, AlarmName=name, **config, **tagging)

    side_by_side(put, list(to_do.put))
    side_by_side(lambda name: _tag(client, there.arns[name], retag[name]), list(retag))
    if to_do.delete:
        description = f"delete alarms {', '.join(to_do.delete)}"
        aws_call(CloudWatchErrorHandler, description, client.delete_alarms, AlarmNames=to_do.delete)


def _tag(client: t.Any, arn: str, tags: TagChanges) -> None:
    description = f"tag alarm {arn}"
    if tags.remove:
        aws_call(CloudWatchErrorHandler, description, client.untag_resource, ResourceARN=arn, TagKeys=tags.remove)
    if tags.add:
        added = ansible_dict_to_boto3_tag_list(tags.add)
        aws_call(CloudWatchErrorHandler, description, client.tag_resource, ResourceARN=arn, Tags=added)


def _snake(config: Config) -> Config:
    return camel_dict_to_snake_dict(config)


def _shown(configs: t.Mapping[str, Config], tags: t.Mapping[str, Tags]) -> dict[str, Config]:
    return {name: {**_snake(config), "tags": tags.get(name, {})} for name, config in sorted(configs.items())}


def _after(
    there: Observed,
    to_do: Changes,
    retag: t.Mapping[str, TagChanges],
    goal_tags: t.Mapping[str, Tags | None],
) -> dict[str, Config]:
    reached = to_do.applied_to(there.configs)
    tags = {
        name: retag[name].applied_to(there.tags.get(name, {})) if name in retag else goal_tags.get(name) or {}
        for name in reached
    }
    unnamed = {name: there.tags.get(name, {}) for name in reached if name not in goal_tags}
    return _shown(reached, {**tags, **unnamed})

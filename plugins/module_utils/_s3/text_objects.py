# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Objects that are a small text: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import with_details
from ansible_collections.airflow.fargate.plugins.module_utils._reconcile import merged_tags, tag_changes
from ansible_collections.airflow.fargate.plugins.module_utils._s3.common import S3Error, S3ObjectErrorHandler
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

State = dict[str, t.Any]

CONTENT_TYPE = "text/plain; charset=utf-8"
# What is larger is no setting but data, and has no place in a diff.
LARGEST = 1024 * 1024


class TextObject:
    """One object."""

    def __init__(self, client: t.Any, bucket: str, key: str) -> None:
        self.client = client
        self.place = {"Bucket": bucket, "Key": key}
        self.url = f"s3://{bucket}/{key}"

    def _call(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        return aws_call(S3ObjectErrorHandler, f"{description} {self.url}", method, **self.place, **arguments)

    def read(self) -> str | None:
        """The text; None when there is no such object, nor perhaps the bucket."""
        answer = find(S3ObjectErrorHandler, f"read {self.url}", self.client.get_object, **self.place)
        if answer is None:
            return None
        # Its length need not be told: a proxy may pass it on in chunks.
        body = answer["Body"].read(LARGEST + 1)
        if len(body) > LARGEST:
            raise S3Error(message=f"{self.url} has more than {LARGEST} bytes")
        # Whatever it holds is to be compared and shown, not used.
        return body.decode("utf-8", "replace")

    def tags(self) -> dict[str, str]:
        answer = self._call("read the tags of", self.client.get_object_tagging)
        return boto3_tag_list_to_ansible_dict(answer["TagSet"])

    def write(self, text: str, tags: t.Mapping[str, str]) -> None:
        tagging = {"Tagging": urlencode(tags)} if tags else {}
        self._call("write", self.client.put_object, Body=text.encode(), ContentType=CONTENT_TYPE, **tagging)

    def tag(self, tags: t.Mapping[str, str]) -> None:
        """All of them at once: S3 has no other way."""
        self._call("tag", self.client.put_object_tagging, Tagging={"TagSet": ansible_dict_to_boto3_tag_list(tags)})

    def delete(self) -> None:
        self._call("delete", self.client.delete_object)


def ensure_present(thing: TextObject, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    text, tags = params["content"], merged_tags(params["tags"], None)
    observed, details = with_details(thing.read, *([] if tags is None else [thing.tags]))
    if observed is None:
        if not check_mode:
            thing.write(text, tags or {})
        return _result(thing, {}, {"content": text, "tags": tags or {}})
    there = details[0] if details else {}
    wanted = tag_changes(there, tags, params["purge_tags"]).applied_to(there)
    if not check_mode:
        if text != observed:
            # A new version has no tags of the old one.
            thing.write(text, thing.tags() if tags is None else wanted)
        elif wanted != there:
            thing.tag(wanted)
    return _result(thing, {"content": observed, "tags": there}, {"content": text, "tags": wanted})


def ensure_absent(thing: TextObject, check_mode: bool) -> State:
    observed = thing.read()
    if observed is None:
        return _result(thing, {}, {})
    if not check_mode:
        thing.delete()
    return _result(thing, {"content": observed}, {})


def _result(thing: TextObject, before: State, after: State) -> State:
    return {"changed": before != after, "url": thing.url, "diff": {"before": before, "after": after}}

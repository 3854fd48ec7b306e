# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Delivery streams to S3: read them, compare them, bring them to the wanted state."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.airflow.fargate.plugins.module_utils._calls import aws_call, find
from ansible_collections.airflow.fargate.plugins.module_utils._firehose.common import (
    FirehoseError,
    FirehoseErrorHandler,
)
from ansible_collections.airflow.fargate.plugins.module_utils._firehose.settings import (
    DESTINATION,
    STREAM,
    destination_to_api,
    encryption_to_api,
    observed_settings,
)
from ansible_collections.airflow.fargate.plugins.module_utils._firehose.waiters import judge_active, judge_gone
from ansible_collections.airflow.fargate.plugins.module_utils._parallel import side_by_side
from ansible_collections.airflow.fargate.plugins.module_utils._polling import poll
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
from ansible_collections.amazon.aws.plugins.module_utils.transformation import boto3_resource_to_ansible_dict

State = dict[str, t.Any]

# How long IAM takes at most to tell Firehose about a role that was made a moment ago.
NEW_ROLE_PATIENCE = 60.0
NEW_ROLE_PAUSE = 3.0


class DeliveryStream:
    """One delivery stream."""

    def __init__(self, client: t.Any, name: str) -> None:
        self.client = client
        self.name = name

    def describe(self) -> State | None:
        answer = find(
            FirehoseErrorHandler,
            f"describe delivery stream {self.name}",
            self.client.describe_delivery_stream,
            DeliveryStreamName=self.name,
        )
        return answer["DeliveryStreamDescription"] if answer else None

    def _call(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
        what = f"{description} delivery stream {self.name}"
        return aws_call(FirehoseErrorHandler, what, method, DeliveryStreamName=self.name, **arguments)

    def tags(self) -> dict[str, str]:
        """None of a stream that does not exist."""
        description, method = f"list the tags of delivery stream {self.name}", self.client.list_tags_for_delivery_stream
        # A stream has at most 50 tags, which is one page.
        answer = find(FirehoseErrorHandler, description, method, DeliveryStreamName=self.name, Limit=50)
        return boto3_tag_list_to_ansible_dict(answer["Tags"]) if answer else {}

    def create(self, target: State) -> None:
        missing = [option for option in ("bucket_arn", "role_arn") if option not in target]
        if missing:
            raise FirehoseError(message=f"Delivery stream {self.name} is new and needs {' and '.join(missing)}")
        arguments = {
            "DeliveryStreamType": "DirectPut",
            "ExtendedS3DestinationConfiguration": destination_to_api(target),
            "DeliveryStreamEncryptionConfigurationInput": encryption_to_api(target),
            "Tags": ansible_dict_to_boto3_tag_list(target.get("tags", {})),
        }
        wanted = {name: value for name, value in arguments.items() if value}
        self._with_new_role("create", self.client.create_delivery_stream, **wanted)

    def update_destination(self, described: State, target: State) -> None:
        """The version says which state of the stream is meant: a change by somebody else meanwhile is refused."""
        self._with_new_role(
            "update",
            self.client.update_destination,
            CurrentDeliveryStreamVersionId=described["VersionId"],
            DestinationId=described["Destinations"][0]["DestinationId"],
            ExtendedS3DestinationUpdate=destination_to_api({option: target[option] for option in DESTINATION}),
        )

    def _with_new_role(self, description: str, method: t.Callable[..., t.Any], **arguments: t.Any) -> None:
        deadline = time.monotonic() + NEW_ROLE_PATIENCE
        while True:
            try:
                self._call(description, method, **arguments)
                return
            except FirehoseError as error:
                if "unable to assume role" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(NEW_ROLE_PAUSE)

    def update_encryption(self, target: State) -> None:
        encryption = encryption_to_api(target)
        if encryption is None:
            self._call("stop the encryption of", self.client.stop_delivery_stream_encryption)
        else:
            self._call(
                "encrypt",
                self.client.start_delivery_stream_encryption,
                DeliveryStreamEncryptionConfigurationInput=encryption,
            )

    def tag(self, changes: TagChanges) -> None:
        if changes.remove:
            self._call("untag", self.client.untag_delivery_stream, TagKeys=changes.remove)
        if changes.add:
            self._call("tag", self.client.tag_delivery_stream, Tags=ansible_dict_to_boto3_tag_list(changes.add))

    def delete(self) -> None:
        self._call("delete", self.client.delete_delivery_stream)

    def wait_active(self, timeout: float) -> State | None:
        return poll(self.describe, judge_active, timeout, f"delivery stream {self.name} to be active")

    def wait_gone(self, timeout: float) -> None:
        poll(self.describe, judge_gone, timeout, f"delivery stream {self.name} to be deleted")


def ensure_present(client: t.Any, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    stream = DeliveryStream(client, params["name"])
    settings = {option: params[option] for option in (*DESTINATION, *STREAM)}
    reads: list[t.Callable[[], t.Any]] = [stream.describe, stream.tags]
    described, old_tags = side_by_side(lambda read: read(), reads)
    if described is not None and described["DeliveryStreamStatus"] == "DELETING" and not check_mode:
        # Made anew under the same name once the old one is gone.
        stream.wait_gone(params["wait_timeout"])
        described = None
    if described is None:
        target = given({**settings, "tags": params["tags"]})
        if check_mode:
            return _result(None, {}, target)
        stream.create(target)
        return _result(_finished(stream, params), {}, target)
    observed = {**observed_settings(described), "tags": old_tags}
    target = target_state(settings, observed, {})
    options = changed_options(observed, target)
    tags = tag_changes(observed["tags"], params["tags"], params["purge_tags"])
    after = {**target, "tags": tags.applied_to(observed["tags"])}
    if check_mode or after == observed:
        return _result(described, observed, after)
    if set(options) & set(DESTINATION):
        stream.update_destination(described, target)
    if set(options) & set(STREAM):
        stream.update_encryption(target)
    stream.tag(tags)
    return _result(_finished(stream, params), observed, after)


def _finished(stream: DeliveryStream, params: t.Mapping[str, t.Any]) -> State | None:
    return stream.wait_active(params["wait_timeout"]) if params["wait"] else stream.describe()


def ensure_absent(client: t.Any, params: t.Mapping[str, t.Any], check_mode: bool) -> State:
    stream = DeliveryStream(client, params["name"])
    described = stream.describe()
    if described is None:
        return _result(None, {}, {})
    deleting = described["DeliveryStreamStatus"] == "DELETING"
    observed = {} if deleting else {**observed_settings(described), "tags": stream.tags()}
    if not check_mode:
        if not deleting:
            stream.delete()
        if params["wait"]:
            stream.wait_gone(params["wait_timeout"])
    return _result(None, observed, {})


def _result(described: State | None, before: State, after: State) -> State:
    return {
        "changed": before != after,
        "delivery_stream": boto3_resource_to_ansible_dict(described) if described else {},
        "diff": {"before": before, "after": after},
    }
